"""analyze(raters=True): how people's votes would spread, and how likely two of them are to differ."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pytest

import affekt
from affekt.analysis.bulk import BulkOptions, annotate_file
from affekt.errors import InputError
from affekt.inference.opinion import OpinionHead, load_opinion
from affekt.inference.text import open_reader
from affekt.models.index import MODELS, find_model

CARD = find_model("text")
SPACE = CARD.opinions[0]
CLEAR, MIXED = "I am terrified, there is someone in the house!", "Okay."


def test_a_head_equals_its_formula() -> None:
    random = np.random.default_rng(0)
    head = OpinionHead(random.normal(size=(3, 4)), random.normal(size=3), random.normal(size=4), np.ones(3), -0.5)
    features = random.normal(size=(5, 4)).astype(np.float32)
    said = head.estimate(features)
    for row, shares, chance in zip(features.tolist(), said.shares, said.disagreement, strict=True):
        powers = [
            math.exp(sum(w * f for w, f in zip(weights, row, strict=True)) + bias)
            for weights, bias in zip(head.weight.tolist(), head.bias.tolist(), strict=True)
        ]
        assert shares == pytest.approx([power / sum(powers) for power in powers], abs=1e-6)
        leaning = sum(w * f for w, f in zip(head.by_feature.tolist(), row, strict=True)) + 1 - 0.5
        assert chance == pytest.approx(1 / (1 + math.exp(-leaning)), abs=1e-6)


def test_logits_of_any_size_stay_finite() -> None:
    head = OpinionHead(np.full((2, 1), 1e6) * [[1], [-1]], np.zeros(2), np.zeros(1), np.zeros(2), 0.0)
    assert head.estimate(np.ones((1, 1), np.float32)).shares.tolist() == [[1, 0]]


def test_the_shipped_votes_add_up_and_stand_beside_the_reading() -> None:
    plain = affekt.analyze(CLEAR)
    asked = affekt.analyze(CLEAR, raters=True)
    assert plain.overall.opinion is None
    assert asked.overall.probabilities == plain.overall.probabilities
    opinion = asked.overall.opinion
    assert opinion is not None and opinion.space == SPACE
    assert sum(opinion.probabilities) == pytest.approx(1, abs=1e-4)
    assert 0 <= opinion.disagreement <= 1
    assert {pair.label for pair in opinion.top(3)} & {"terrified", "afraid"}
    record = asked.to_dict()["overall"]["opinion"]
    assert record["space"] == SPACE.name and record["probabilities"]["terrified"] == opinion["terrified"]


def test_people_agree_more_on_what_is_clear() -> None:
    clear, mixed = affekt.analyze([CLEAR, MIXED], raters=True)
    assert clear.overall.opinion is not None and mixed.overall.opinion is not None
    assert clear.overall.opinion.disagreement < mixed.overall.opinion.disagreement


def test_asked_for_in_the_space_of_the_votes_they_are_the_reading() -> None:
    report = affekt.analyze(CLEAR, raters=True, space=SPACE.name)
    assert report.overall.space == SPACE
    assert report.overall.opinion is not None and report.overall.probabilities == report.overall.opinion.probabilities
    assert report.labels == (report.overall.opinion.top(1)[0].label,)
    assert report.to_dict()["overall"]["space"] == SPACE.name


def test_every_sentence_of_a_long_text_has_one_and_windows_are_averaged() -> None:
    long = " ".join([CLEAR, "Then she laughed, and we all had cake together."] * 40)
    report = affekt.analyze(long, raters=True)
    assert len(report.readings) == 80 and all(r.opinion is not None for r in report.readings)
    reader = open_reader(CARD)
    pieces = reader.pieces(long)
    window = CARD.window
    assert len(pieces) > 2 * window
    chunks = [pieces[start : start + window] for start in range(0, len(pieces), window)]
    head = load_opinion(CARD.folder / "raters.npz", SPACE.name)
    parts = [head.estimate(reader._network.features([chunk], batch_size=1)) for chunk in chunks]
    lengths = [len(chunk) for chunk in chunks]
    expected = np.average([part.shares[0] for part in parts], axis=0, weights=lengths)
    assert report.overall.opinion is not None
    assert report.overall.opinion.probabilities == pytest.approx(expected, abs=1e-4)


def test_a_row_does_not_depend_on_its_neighbours() -> None:
    texts = [CLEAR, MIXED, "What a lovely surprise, thank you.", "I do not know."]
    together = affekt.analyze(texts, raters=True)
    for text, report in zip(texts, together, strict=True):
        alone = affekt.analyze(text, raters=True).overall.opinion
        assert alone is not None and report.overall.opinion is not None
        assert report.overall.opinion.probabilities == pytest.approx(alone.probabilities, abs=1e-3)


def test_where_no_votes_were_learned_it_says_so() -> None:
    with pytest.raises(InputError, match=r"did not learn people's votes over 'ekman'.*'edos'"):
        affekt.analyze(CLEAR, raters=True, space="ekman")
    with pytest.raises(InputError, match=r"'text-nano' did not learn.*Take the model 'text'"):
        affekt.analyze(CLEAR, raters=True, model="text-nano")


def test_another_language_has_no_opinion() -> None:
    report = affekt.analyze("Das ist wirklich eine sehr schöne Überraschung, vielen Dank dafür!", raters=True)
    assert report.overall.status == "unsupported_language" and report.overall.opinion is None


@pytest.mark.parametrize("name", MODELS)
def test_cards_keep_their_word(name: str) -> None:
    card = MODELS[name]
    assert ("raters.npz" in card.files) == bool(card.opinions)
    for space in card.opinions:
        head = load_opinion(card.folder / "raters.npz", space.name)
        assert head.weight.shape[0] == head.bias.shape[0] == head.by_share.shape[0] == len(space)


def test_a_table_gets_the_same_votes() -> None:
    table = affekt.annotate([CLEAR, None, MIXED], raters=True)
    opinion = affekt.analyze(CLEAR, raters=True).overall.opinion
    assert opinion is not None
    name = f"votes.{SPACE.name}.terrified"
    assert table[name][0] == pytest.approx(opinion["terrified"], abs=1e-3) and np.isnan(table[name][1])
    assert table["disagreement"][0] == pytest.approx(opinion.disagreement, abs=1e-3)
    assert table.names[-1] == "status" and f"{CARD.space.name}.joy" in table.names
    own = affekt.annotate([CLEAR], raters=True, space=SPACE.name)
    assert own[f"{SPACE.name}.terrified"][0] == pytest.approx(opinion["terrified"], abs=1e-3)
    assert own["labels"][0] == opinion.top(1)[0].label and not [n for n in own.names if n.startswith("votes.")]
    with pytest.raises(InputError, match="did not learn"):
        affekt.annotate([CLEAR], raters=True, model="text-nano")


def test_a_file_of_rows_gets_them_too(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(f'text\n"{CLEAR}"\n{MIXED}\n', encoding="utf-8")
    options = BulkOptions(raters=True)
    annotate_file(tmp_path / "in.csv", tmp_path / "out.csv", column="text", options=options)
    rows = list(csv.DictReader((tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()))
    whole = affekt.annotate([CLEAR, MIXED], raters=True)
    for place, row in enumerate(rows):
        assert float(row["disagreement"]) == pytest.approx(whole["disagreement"][place], abs=1e-3)

"""ArmanEmo and another corpus through one label space: what is learned on either is scored on both."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from affekt.affect.convert import convert_probabilities
from affekt.affect.spaces import find_space
from affekt.corpora.index import CORPORA, READERS
from affekt.evaluation.domains import common_space, domain_of
from affekt.evaluation.grid import GridOptions, make_grid
from affekt.evaluation.tfidf import TFIDF

EKMAN = find_space("ekman")
# A Persian and an English word for each emotion that both corpora have.
WORDS = {"SAD": "غمگین", "HAPPY": "شاد", "ANGRY": "خشمگین", "FEAR": "ترس", "SURPRISE": "شگفت"}
NAMES = {"SAD": "sadness", "HAPPY": "joy", "ANGRY": "anger", "FEAR": "fear", "SURPRISE": "surprise"}


def trees(folder: Path) -> None:
    draw = random.Random(3)
    (folder / "armanemo/dataset").mkdir(parents=True)
    (folder / "dair_emotion").mkdir()
    for ours, theirs, count in (("train", "train", 12), ("test", "val", 4), ("test", "test", 6)):
        persian, other = [], []
        for label, word in WORDS.items():
            for number in range(count):
                filler = draw.choice(("امروز", "دیروز", "فردا"))
                persian.append(f"{filler} {word} {theirs}{number}\t{label}")
                other.append(f"{filler} {word} felt{number};{NAMES[label]}")
        persian += [f"\u200fکتاب {theirs}{number}\tOTHER" for number in range(4)]
        (folder / f"armanemo/dataset/{ours}.tsv").write_text("\n".join(persian) + "\n", encoding="utf-8")
        (folder / f"dair_emotion/{theirs}.txt").write_text("\n".join(other) + "\n", encoding="utf-8")


def test_seven_labels_go_to_ekmans_and_text_from_right_to_left_stays_as_it_is(tmp_path: Path) -> None:
    trees(tmp_path)
    records = list(READERS["armanemo"](tmp_path / "armanemo"))
    space = find_space("armanemo")
    shares = convert_probabilities([[float(label == "hate") for label in space]], space, EKMAN)
    assert dict(zip(EKMAN, shares[0].tolist(), strict=True))["anger"] == pytest.approx(1)
    assert any(record.signal.text.startswith("\u200fکتاب") for record in records)
    assert {label for record in records for label in record.labels} == {
        "sad",
        "happy",
        "angry",
        "fear",
        "surprise",
        "other",
    }


def test_learning_on_either_and_scoring_on_both_runs_through_one_space(tmp_path: Path) -> None:
    trees(tmp_path)
    names = ("armanemo", "dair_emotion")
    domains = [domain_of(name, list(READERS[name](tmp_path / name)), CORPORA[name].space) for name in names]
    assert common_space(domains, "ekman") == EKMAN
    grid = make_grid(TFIDF["tfidf"], domains, domains, GridOptions(space="ekman", resamples=20))
    assert set(grid.cells) == {(one, other) for one in names for other in names}
    assert grid.space == EKMAN and grid.metric == "macro_f1"
    home, away = grid.cells["armanemo", "armanemo"], grid.cells["dair_emotion", "armanemo"]
    assert home.home and not away.home
    # Five of the six emotions are told by one word in both corpora; nobody learned the sixth.
    assert home.score.value > 0.7 and away.score.value > 0.7

"""Chats with a machine: EmoContext, EmoWOZ, and a split that shares EmoWOZ's rare emotions out."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

import pytest
from text_trees import _task_turn as task_turn
from text_trees import emocontext, emowoz, write_json

from affekt.corpora.folds import check_split, k_folds, stratified_folds
from affekt.corpora.index import READERS
from affekt.corpora.splits import Split
from affekt.errors import CorpusError
from affekt.types import Record


def records_of(name: str, folder: Path) -> dict[str, Record]:
    return {record.id: record for record in READERS[name](folder)}


def test_emocontext_rates_the_last_of_three_turns(tmp_path: Path) -> None:
    emocontext(tmp_path)
    records = records_of("emocontext", tmp_path)
    assert len(records) == 15
    first, second, third = (records[f"train-0-{turn}"] for turn in (1, 2, 3))
    assert (third.signal.text, third.labels, third.unrated, third.turn) == ("Not good", ("sad",), (), 3)
    assert (second.signal.text, second.labels, second.speaker) == ('Hello! "How are you?', (), "bot")
    assert len(second.unrated) == 4 and first.group == third.group == "train-0" and first.speaker == third.speaker
    (tmp_path / "test.txt").write_text("id\tturn1\tturn2\tturn3\n7\tGo\twhy?\tI hate you\n", encoding="utf-8")
    with pytest.raises(CorpusError, match="has no column label"):
        list(READERS["emocontext"](tmp_path))
    (tmp_path / "test.txt").rename(tmp_path / "testwithoutlabels.txt")
    held_back = records_of("emocontext", tmp_path)["test-7-3"]
    assert (held_back.labels, len(held_back.unrated)) == ((), 4)


def test_emocontext_refuses_another_label(tmp_path: Path) -> None:
    emocontext(tmp_path)
    path = tmp_path / "dev.txt"
    path.write_text(path.read_text(encoding="utf-8").replace("others", "other"), encoding="utf-8")
    with pytest.raises(CorpusError, match=r"dev\.txt, line 2: label is 'other', allowed are others, happy"):
        list(READERS["emocontext"](tmp_path))


def test_emowoz_keeps_three_votes_and_says_whose_dialogue_it_is(tmp_path: Path) -> None:
    emowoz(tmp_path)
    write_json(
        tmp_path,
        "data-split_partition.json",
        {
            "train": {"multiwoz": ["SNG0002.json", "SNG0002.json"]},
            "dev": {"multiwoz": []},
            "test": {"multiwoz": ["MUL0001.json"]},
        },
    )
    records = records_of("emowoz", tmp_path)
    assert list(records)[:3] == ["MUL0001-0", "MUL0001-1", "MUL0001-2"]
    thanks = records["MUL0001-2"]
    assert (thanks.split, thanks.labels, thanks.speaker, thanks.group) == ("train", ("satisfied",), "user", "MUL0001")
    assert [(rating.rater, rating.labels) for rating in thanks.ratings] == [
        ("a1b2c3d0", ("satisfied",)),
        ("a1b2c3d1", ("satisfied",)),
        ("a1b2c3d2", ("neutral",)),
    ]
    assert thanks.conditions == {"source": "multiwoz", "partition": "test", "sentiment": "positive"}
    booked = records["MUL0001-1"]
    assert (booked.speaker, booked.labels, len(booked.unrated)) == ("system", (), 7)
    rude = records["DMAGE1-0"]
    assert (rude.split, rude.labels, rude.conditions["source"]) == ("test", ("dissatisfied",), "dialmage")
    assert records["SNG0002-0"].conditions["partition"] == "train"


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            '"emotion": 6',
            '"emotion": 7',
            r"multiwoz\.json, at .*log\[2\]\.emotion\[3\]\.emotion: expected a whole number",
        ),
        ('"sentiment": 2', '"sentiment": 1', "the emotion's sentiment is positive"),
        ('"annotation": 6', '"annotation": "six"', "expected an annotator and one emotion"),
        (
            '"MUL0001.json"',
            '"MUL0009.json"',
            r"split\.json, at \.train\.multiwoz\[0\]: MUL0001\.json of train is not in",
        ),
    ],
)
def test_emowoz_names_what_is_wrong(old: str, new: str, problem: str, tmp_path: Path) -> None:
    emowoz(tmp_path)
    path = tmp_path / "emowoz-multiwoz.json"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CorpusError, match=problem):
        list(READERS["emowoz"](tmp_path))


def test_emowoz_refuses_dialogues_that_no_split_holds(tmp_path: Path) -> None:
    emowoz(tmp_path)
    split = {"train": {"multiwoz": ["MUL0001.json"], "dialmage": []}, "dev": {"multiwoz": [], "dialmage": []}}
    write_json(tmp_path, "data-split.json", {**split, "test": {"multiwoz": [], "dialmage": []}})
    with pytest.raises(CorpusError, match=r"puts 1 dialogues of emowoz-multiwoz\.json nowhere, as SNG0002"):
        list(READERS["emowoz"](tmp_path))


# How often each emotion is in EmoWOZ (its card: 83,617 user turns).
SHARES = {0: 58656, 6: 17532, 2: 5117, 5: 971, 3: 840, 1: 396, 4: 105}


def many_dialogues(folder: Path, count: int = 400) -> list[Record]:
    """Dialogues of four to nine user turns in EmoWOZ's layout, with emotions as rare as there and as bunched."""
    draw = random.Random(7)
    talk = {}
    for number in range(count):
        bent = draw.choices(list(SHARES), list(SHARES.values()))[0]
        log = []
        for turn in range(draw.randint(4, 9)):
            emotion = bent if draw.random() < 0.4 else draw.choices(list(SHARES), list(SHARES.values()))[0]
            log += [task_turn(f"{number}, {turn}?", emotion, emotion, 0, final=emotion), task_turn("Yes.")]
        talk[f"MUL{number:04}.json"] = {"log": log}
    write_json(folder, "emowoz-multiwoz.json", talk)
    write_json(folder, "emowoz-dialmage.json", {})
    empty = {"multiwoz": [], "dialmage": []}
    split = {"train": {"multiwoz": list(talk), "dialmage": []}, "dev": empty, "test": empty}
    write_json(folder, "data-split.json", split)
    return list(READERS["emowoz"](folder))


def gap(splits: Sequence[Split]) -> float:
    """The greatest difference between a label's share in one fold and in another, over labels."""
    held = [Counter(label for record in split.held for label in record.labels) for split in splits]
    shares = {label: [fold[label] / fold.total() for fold in held] for label in sum(held, Counter())}
    return max(max(one) - min(one) for one in shares.values())


def test_a_stratified_split_of_emowoz_is_more_even_than_chance_and_cuts_no_dialogue(tmp_path: Path) -> None:
    records = many_dialogues(tmp_path)
    stratified = stratified_folds(records, k=8)
    for split in stratified:
        check_split(split, records)
    folds: dict[str, set[int]] = defaultdict(set)
    for place, split in enumerate(stratified):
        for record in split.held:
            folds[str(record.group)].add(place)
    assert set(map(len, folds.values())) == {1} and len(folds) == 400
    assert sum(len(split.held) for split in stratified) == len(records)
    # Twenty draws of dialogues at random: the most even of them is less even.
    chance = [gap(k_folds(records, k=8, by="group", seed=seed)) for seed in range(20)]
    assert gap(stratified) < 0.02 < min(chance)

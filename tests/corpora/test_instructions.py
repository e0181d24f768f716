"""Corpora as instructions: what is asked and answered comes back as it was, of every text corpus at hand."""

from __future__ import annotations

import json
import os
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affekt.affect.spaces import find_space
from affekt.corpora.brighter import read_tracks
from affekt.corpora.index import CORPORA, READERS
from affekt.corpora.instructions import (
    Task,
    answer_text,
    asked_text,
    instruction,
    parse_answer,
    tasks_of,
    write_rows,
)
from affekt.corpora.read import find_folder
from affekt.errors import CorpusError, InputError
from affekt.types import VAD, Record, Signal

EKMAN, SIGNS = find_space("ekman"), find_space("sentiment")
DATA = os.environ.get("AFFEKT_DATA")
MOST = 200
# The texts of brighter_votes are BRIGHTER's; putting its votes to them takes a minute.
TEXTS = sorted(name for name in READERS if CORPORA[name].modality == "text" and name != "brighter_votes")


@given(st.text(), st.sampled_from(["label", "labels", "level", "number"]), st.data())
def test_text_and_answer_come_back(text, kind, data):
    space = {"label": SIGNS, "labels": EKMAN}.get(kind)
    low, high = (0.0, 7.0) if kind == "level" else (-2.5, 9.25)
    task = Task("toy", "value:it", kind, space, low, high)
    values = {
        "label": st.sampled_from(SIGNS.labels).map(lambda label: (label,)),
        "labels": st.sets(st.sampled_from(EKMAN.labels)).map(lambda s: tuple(x for x in EKMAN if x in s)),
        "level": st.integers(0, 7),
        "number": st.floats(-2.5, 9.25),
    }
    value = data.draw(values[kind])
    assert parse_answer(answer_text(value, task), task).value == value
    assert asked_text(instruction(text, task)[0].content) == text


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ('{"level": 4}', "out of range"),
        ('{"level": -1}', "out of range"),
        ('{"level": true}', "wrong form"),
        ('{"level": 2.0}', "wrong form"),
        ('{"number": 2}', "wrong form"),
        ("2", "prose"),
        ("Level {2}", "prose"),
    ],
)
def test_what_is_no_level(said, reason):
    assert parse_answer(said, Task("toy", "intensity:joy", "level", high=3)).reason == reason


def record(name, **more):
    return Record(name, Signal(f"text of {name}"), "test", **more)


def test_a_corpus_is_cut_into_the_tasks_it_poses(tmp_path):
    records = [
        record(
            "a",
            labels=("joy", "fear"),
            vad=VAD(0.5, 0.1, -0.2),
            intensities={"joy": 1 / 3, "fear": 0.17},
            values={"distress": 4.5},
        ),
        record("b", labels=(), vad=VAD(-0.5, 0.3, -0.2), intensities={"joy": 1.0, "fear": 0.5}, values={"distress": 1}),
        record(
            "c",
            labels=("anger",),
            vad=VAD(0.123456789, 0.1, -0.2),
            intensities={"joy": 0.0, "fear": 0.0},
            values={"distress": 7},
            unrated=("disgust",),
        ),
    ]
    found = {items.task.name: items for items in tasks_of("toy", records, EKMAN)}
    kinds = {name: (items.task.kind, items.task.metric) for name, items in found.items()}
    assert kinds == {
        "labels": ("labels", "jaccard"),
        "valence": ("number", "pearson"),
        "arousal": ("number", "pearson"),
        "intensity:joy": ("level", "pearson"),
        "intensity:fear": ("number", "pearson"),
        "value:distress": ("number", "pearson"),
    }, "a scale with one value throughout (dominance) is no task"
    assert found["intensity:joy"].values == (1, 3, 0) and found["intensity:joy"].task.high == 3
    assert (found["value:distress"].task.low, found["value:distress"].task.high) == (1, 7)
    rows = list(found["labels"].rows())
    assert [json.loads(row.answer)["labels"] for row in rows] == [["fear", "joy"], [], ["anger"]]
    assert write_rows(tmp_path / "rows.jsonl", rows) == 3
    line = json.loads((tmp_path / "rows.jsonl").read_text().splitlines()[0])
    assert set(line) == {"id", "corpus", "split", "task", "kind", "instruction", "answer"}


def test_one_label_each_is_asked_as_one():
    records = [record(str(n), labels=(SIGNS.labels[n % 3],)) for n in range(4)]
    (items,) = tasks_of("toy", records, SIGNS)
    assert items.task.kind == "label" and "exactly one" in items.prompts()[0][0].content
    assert items.values[1] == ("neutral",)
    few = items.draw(2, seed=1)
    assert [few.target.space.labels[place] for place in few.target.truth.argmax(1)] == [v[0] for v in few.values]
    assert len(few) == 2 and set(few.records) < set(items.records) and len(items.draw(9)) == 4
    with pytest.raises(InputError, match="no instruction"):
        asked_text("Hello?")


@pytest.mark.skipif(not DATA, reason="AFFEKT_DATA is not set: no real corpora")
@pytest.mark.parametrize("corpus", TEXTS)
def test_real_corpora_come_back_as_they_were(corpus):
    try:
        folder = find_folder(corpus)
    except CorpusError as error:
        pytest.skip(str(error)[:80])
    # Readers yield record by record; whole corpora would take minutes. Of BRIGHTER only Track B has levels.
    every = (
        (record for _, record in read_tracks(folder, tracks="b")) if corpus == "brighter" else READERS[corpus](folder)
    )
    records = list(islice(every, MOST))
    found = tasks_of(corpus, records, CORPORA[corpus].space)
    by_id = {record.id: record for record in records}
    for items in found:
        task = items.task
        for row, value in zip(items.rows(), items.values, strict=True):
            said = parse_answer(row.answer, task)
            assert said.value == value and said.reason is None, (task.title, row)
            original = by_id[row.id]
            assert asked_text(row.instruction) == original.signal.text
            if task.space is not None:
                assert set(said.value) == set(original.labels) - set(original.unrated)
            elif task.name.startswith("intensity:"):
                scale = task.high if task.kind == "level" else 1
                assert said.value / scale == original.intensities[task.name.partition(":")[2]]
            elif task.name.startswith("value:"):
                assert said.value == original.values[task.name.partition(":")[2]]
            else:
                assert said.value == getattr(original.vad, task.name)

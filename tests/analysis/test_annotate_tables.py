"""annotate(): every kind of table in, every kind of table out, and what it says to what is none."""

from __future__ import annotations

import datetime
import math
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import toy_reader
from hypothesis import given, settings
from hypothesis import strategies as st

from affekt.affect.convert import convert_probabilities
from affekt.affect.spaces import find_space
from affekt.analysis.annotate import AnnotateOptions, annotate
from affekt.analysis.columns import SLICE, join_labels
from affekt.analysis.table import Table, make_table
from affekt.errors import ConversionError, InputError, MissingDependencyError, UnknownNameError
from affekt.types import LabelSpace, Reading, Span

TEXTS = ["good day", "¿qué?", "bad day", "sad day"]


@pytest.fixture(autouse=True)
def _toy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("affekt.analysis.annotate.open_reader", toy_reader.open_toy)


def check_scores(table: Table, texts: list[str]) -> None:
    for row, text in enumerate(texts):
        expected = toy_reader.numbers(text)
        got = [float(table[name][row]) for name in [*toy_reader.LABELS, "valence", "arousal", "dominance"]]
        assert got == pytest.approx([math.nan] * 7 if text.startswith("¿") else expected, abs=1e-6, nan_ok=True)


def test_a_list_of_texts() -> None:
    table = annotate(TEXTS, model=toy_reader.CARD)
    assert len(table) == 4
    assert table.names == ("text", *toy_reader.ADDED)
    assert table["text"].tolist() == TEXTS
    check_scores(table, TEXTS)
    assert table["status"].tolist() == ["ok", "unsupported_language", "ok", "ok"]
    assert table["labels"][1] is None
    assert table["valence"].dtype == np.float32


def test_labels_are_those_a_reading_has() -> None:
    texts = [f"text {n}" for n in range(200)]
    table = annotate(texts, model=toy_reader.CARD)
    thresholds = toy_reader.ToyReader().thresholds
    for row, text in enumerate(texts):
        probabilities = tuple(toy_reader.numbers(text)[: toy_reader.WIDTH])
        reading = Reading(toy_reader.SPACE, probabilities, Span(0, 1), thresholds)
        assert table["labels"][row] == "|".join(reading.labels)


@settings(deadline=None)
@given(
    st.lists(st.lists(st.floats(0, 1, width=32), min_size=5, max_size=5), max_size=8),
    st.sampled_from(["multi-label", "exclusive"]),
)
def test_join_labels_agrees_with_reading(rows: list[list[float]], kind: str) -> None:
    space = LabelSpace("letters", tuple("abcde"), kind, "made up")  # type: ignore[arg-type]
    thresholds = (0.125, 0.25, 0.5, 0.75, 0.875)
    joined = join_labels(np.array(rows, np.float32).reshape(-1, 5), space, np.array(thresholds, np.float32))
    readings = [Reading(space, tuple(row), Span(0, 1), {"letters": thresholds}) for row in rows]
    assert joined.tolist() == ["|".join(reading.labels) for reading in readings]


def test_missing_and_blank_texts_keep_their_row() -> None:
    texts = ["good day", None, float("nan"), "  \n", pd.NA, "\u200b", ""]
    table = annotate(texts, model=toy_reader.CARD)
    assert table["status"].tolist() == ["ok", *["empty"] * 6]
    assert table["text"].tolist() == ["good day", None, None, "  \n", None, "\u200b", ""]
    assert np.isnan(table["valence"][1:]).all() and not np.isnan(table["valence"][0])
    assert table["labels"].tolist()[1:] == [None] * 6


@pytest.mark.parametrize("texts", [[], [None, None], np.array([], object), pd.Series([None, None])])
def test_no_texts_at_all(texts: object) -> None:
    table = annotate(texts, model=toy_reader.CARD)
    assert set(table["status"]) <= {"empty"}
    assert table.type_of("text") == table.type_of("labels") == "VARCHAR"
    assert table.type_of("valence") == "FLOAT"


def test_more_texts_than_a_slice_stay_in_order() -> None:
    texts = [f"text {n}" for n in range(2 * SLICE + 7)]
    table = annotate(texts, model=toy_reader.CARD)
    assert table["text"].tolist() == texts
    check_scores(table, texts)


def columns() -> dict[str, list[object]]:
    return {"id": [7, 8, 9, 10], "text": list(TEXTS), "score": [1.5, None, 2.5, 3.5]}


@pytest.mark.parametrize(
    "make",
    [
        dict,
        lambda data: {name: np.array(values) for name, values in data.items() if name != "score"},
        pd.DataFrame,
        lambda data: pd.DataFrame(data).astype({"text": "string"}),
        lambda data: pd.DataFrame(data).astype({"text": "category"}),
        lambda data: pd.DataFrame(data).astype({"text": object}),
        pl.DataFrame,
        lambda data: pl.DataFrame(data).with_columns(pl.col("text").cast(pl.Categorical)),
        pa.table,
        lambda data: pa.table(data).to_reader(),
        lambda data: pa.table({**data, "text": pa.array(data["text"]).dictionary_encode()}),
        lambda data: pa.table({**data, "text": pa.array(data["text"], pa.large_string())}),
        lambda data: duckdb.from_arrow(pa.table(data)),
        make_table,
    ],
)
def test_every_kind_of_table(make: object) -> None:
    table = annotate(make(columns()), column="text", model=toy_reader.CARD)  # type: ignore[operator]
    assert table["id"].tolist() == [7, 8, 9, 10]
    assert table["text"].tolist() == TEXTS
    if "score" in table.names:
        assert table["score"].tolist() == pytest.approx([1.5, math.nan, 2.5, 3.5], nan_ok=True)
    assert table.names[-len(toy_reader.ADDED) :] == tuple(toy_reader.ADDED)
    check_scores(table, TEXTS)


@pytest.mark.parametrize(
    "make", [list, tuple, iter, np.array, pd.Series, pl.Series, pa.array, lambda texts: pa.chunked_array([texts])]
)
def test_every_kind_of_sequence(make: object) -> None:
    table = annotate(make(TEXTS), column="said", model=toy_reader.CARD)  # type: ignore[operator]
    assert table["said"].tolist() == TEXTS
    check_scores(table.with_columns({"text": table["said"]}), TEXTS)


def test_columns_of_any_type_are_kept() -> None:
    given_ = pa.table(
        {
            "text": TEXTS,
            "when": [datetime.datetime(2024, 5, day, 12) for day in range(1, 5)],
            "tags": [["a"], [], None, ["b", "c"]],
            "who": [{"age": 3}, None, {"age": 5}, {"age": 6}],
            "money": pa.array([1, 2, 3, 4]).cast(pa.decimal128(30, 2)),
        }
    )
    back = annotate(given_, column="text", model=toy_reader.CARD).to_arrow()
    for name in ("when", "tags", "who", "money"):
        assert back.column(name).to_pylist() == given_.column(name).to_pylist()
    assert back.schema.field(toy_reader.LABELS[0]).type == pa.float32()


def test_every_library_takes_the_result() -> None:
    table = annotate(TEXTS, model=toy_reader.CARD)
    labels = table["labels"].tolist()
    assert table.to_arrow().column("labels").to_pylist() == labels
    assert pa.table(table).num_rows == 4
    assert table.to_polars()["labels"].to_list() == labels
    assert pl.DataFrame(table).columns == list(table.names)
    frame = table.to_pandas()
    assert frame["status"].tolist() == table["status"].tolist() and frame["valence"].dtype == np.float32
    assert pd.DataFrame.from_arrow(table).shape == frame.shape
    scores = table  # noqa: F841 (DuckDB finds it by name; TABLE is an SQL word)
    assert duckdb.sql("SELECT count(*), max(labels) FROM scores").fetchall() == [(4, max(x for x in labels if x))]
    first, second = table.__arrow_c_stream__(), table.__arrow_c_stream__()  # two at once
    assert first is not second


def test_annotating_the_result_again_needs_a_prefix() -> None:
    once = annotate(TEXTS, model=toy_reader.CARD)
    with pytest.raises(InputError, match=r"already has a column of the name 'goemotions-sentiment.positive'.*prefix"):
        annotate(once, column="text", model=toy_reader.CARD)
    twice = annotate(once, column="text", model=toy_reader.CARD, options=AnnotateOptions(prefix="again_"))
    assert len(twice.names) == 1 + 2 * len(toy_reader.ADDED)
    assert twice["again_labels"].tolist() == once["labels"].tolist()


def test_names_clash_whatever_their_case() -> None:
    with pytest.raises(InputError, match="'valence'"):
        annotate({"text": ["a"], "Valence": [1.0]}, column="text", model=toy_reader.CARD)


def test_another_space() -> None:
    table = annotate(TEXTS, model=toy_reader.CARD, space="sentiment")
    rows = [0, 2, 3]
    own = np.array([toy_reader.numbers(TEXTS[row])[: toy_reader.WIDTH] for row in rows], np.float32)
    expected = convert_probabilities(own, toy_reader.SPACE, "sentiment")
    got = np.stack([table[f"sentiment.{label}"] for label in find_space("sentiment")], axis=1)
    assert got[rows] == pytest.approx(expected, abs=1e-6)
    assert np.isnan(got[1]).all()
    with pytest.raises(UnknownNameError, match="'ekman'"):
        annotate(TEXTS, model=toy_reader.CARD, space="ekmann")
    with pytest.raises(ConversionError):
        annotate(TEXTS, model=toy_reader.CARD, space="goemotions")


def test_language_replaces_the_check() -> None:
    table = annotate(["¿qué?"], model=toy_reader.CARD, language="en")
    assert table["status"].tolist() == ["ok"]


def test_clear_answers_to_what_is_no_table() -> None:
    say = pytest.raises
    with say(InputError, match="a list of texts. For one text use affekt.analyze"):
        annotate("one text", model=toy_reader.CARD)
    with say(InputError, match="is a file"):
        annotate(Path("table.csv"), model=toy_reader.CARD)
    with say(InputError, match="Text 1 is of type 'int'"):
        annotate(["a", 3], model=toy_reader.CARD)
    with say(InputError, match="got 'int'"):
        annotate(3, model=toy_reader.CARD)
    with say(InputError, match="Text 0 holds half of a surrogate pair at character 1"):
        annotate(["a\ud800"], model=toy_reader.CARD)
    with say(UnknownNameError, match="No column 'txt' in this table. Did you mean 'text'. It has: id, text, score"):
        annotate(columns(), column="txt", model=toy_reader.CARD)
    with say(InputError, match="Say which column holds the texts: column=… It has: id, text, score"):
        annotate(columns(), model=toy_reader.CARD)
    with say(InputError, match="'id' holds BIGINT, not text"):
        annotate(columns(), column="id", model=toy_reader.CARD)
    with say(InputError, match=r"differ in length \(a: 1, b: 2\)"):
        annotate({"a": ["x"], "b": ["x", "y"]}, column="a", model=toy_reader.CARD)
    with say(InputError, match="no columns"):
        annotate({}, model=toy_reader.CARD)
    with say(UnknownNameError, match="Did you mean 'text'"):
        annotate(TEXTS, model="textt")


def test_a_missing_library_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    table = make_table({"a": [1]})
    for package, method in (("pandas", "to_pandas"), ("polars", "to_polars"), ("pyarrow", "to_arrow")):
        monkeypatch.setitem(sys.modules, package, None)
        with pytest.raises(MissingDependencyError, match=f"needs {package}. Install it with: pip install"):
            getattr(table, method)()


BASE_ONLY = """
import sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("pandas", "pyarrow", "polars"):
            raise ImportError(f"{name} is not in a base install")

sys.meta_path.insert(0, Refuse())
import affekt.analysis.annotate as module
import duckdb, toy_reader

module.open_reader = toy_reader.open_toy
for given in (["good day", None, "bad day"], {"text": ["good day", None, "bad day"], "id": [1, 2, 3]}):
    scores = module.annotate(given, column="text", model=toy_reader.CARD)
    print(scores["status"].tolist(), duckdb.sql("SELECT count(valence), min(text) FROM scores").fetchall())
again = module.annotate(duckdb.sql("SELECT text, 1 AS n FROM scores"), column="text", model=toy_reader.CARD)
print(len(again), sorted({"pandas", "pyarrow", "polars"} & set(sys.modules)))
"""


@pytest.mark.slow
def test_a_base_install_is_enough() -> None:
    path = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    answer = subprocess.run(
        [sys.executable, "-W", "error", "-c", BASE_ONLY],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
        check=False,
    )
    assert answer.stderr == ""
    said = "['ok', 'empty', 'ok'] [(2, 'bad day')]"
    assert answer.stdout.splitlines() == [said, said, "3 []"]

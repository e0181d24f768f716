"""`affekt corpora show`, `check`, `get`: what they print, exit codes, JSON, pages, and what they keep to themselves."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.cells import cell_len

from affekt.cards import CorpusCard
from affekt.cli import affekt
from affekt.corpora.index import CORPORA, READERS
from affekt.corpora.view import corpus_view, examples_withheld
from affekt.types import Rating, Record, Signal

ROWS = {
    "train": ["That was a lovely day, thank you.\t15", "I hate waiting in the rain so much.\t2"],
    "dev": ["The bus left at nine this morning.\t27"],
    "test": ["I miss him every single day.\t25", "THAT was a lovely day; thank you!\t25"],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """GoEmotions in its official layout, five made-up rows: one text stands in train and test."""
    space = CORPORA["goemotions"].space
    assert space is not None
    (tmp_path / "emotions.txt").write_text("".join(f"{label}\n" for label in space))
    for split, rows in ROWS.items():
        (tmp_path / f"{split}.tsv").write_text("".join(f"{row}\t{split}{i}\n" for i, row in enumerate(rows)))
    return tmp_path


def run(*arguments: str):  # type: ignore[no-untyped-def]
    return CliRunner().invoke(affekt, ["corpora", *arguments])


def test_show_tells_what_is_here(folder: Path) -> None:
    output = run("show", "goemotions", "--folder", str(folder)).stdout
    assert output.startswith("Name\tgoemotions\n")
    assert "Here\ttrain 2\n" in output
    assert "\nsadness\t0\t0\t2\t40.0%\n" in output
    assert "train\tgratitude\tThat was a lovely day, thank you." in output


def test_show_as_json(folder: Path) -> None:
    record = json.loads(run("show", "goemotions", "--folder", str(folder), "--json").stdout)
    assert record["name"] == "goemotions" and record["here"] is True
    view = record["view"]
    assert view["rows"] == {"train": 2, "dev": 1, "test": 2}
    counts = {row["label"]: row["counts"] for row in view["labels"]}
    assert counts["gratitude"] == [1, 0, 0] and counts["sadness"] == [0, 0, 2]
    assert view["words"] == [6, 7, 8]


def test_show_of_what_is_not_here_is_its_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AFFEKT_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    result = run("show", "emobank")
    assert result.exit_code == 0
    assert "Its files are not here." in result.stdout and "--accept-licence" in result.stdout
    assert json.loads(run("show", "emobank", "--json").stdout)["view"] is None


def test_show_writes_a_page(folder: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert run("show", "goemotions", "--folder", str(folder), "--html", str(page)).exit_code == 0
    html = page.read_text(encoding="utf-8")
    assert html.count("<svg") >= 2 and "sadness" in html and "Share of each label by split" in html
    card_alone = tmp_path / "card.html"
    run("show", "goemotions", "--card", "--html", str(card_alone))
    assert "<svg" not in card_alone.read_text(encoding="utf-8")


def test_check_names_errors_and_fails(folder: Path) -> None:
    result = run("check", "goemotions", "--folder", str(folder))
    assert result.exit_code == 1
    lines = [line.split("\t") for line in result.stdout.splitlines() if "\t" in line]
    assert ["error", "other number of records"] in [line[:2] for line in lines]
    assert ["error", "file corrupt"] in [line[:2] for line in lines]
    leak = next(line for line in lines if line[1:2] == ["text in two splits"] and "of test" in line[2])
    assert leak[0] == "warning" and leak[3] == "test1"
    assert lines[0] == ["Corpus", "goemotions"]


def test_check_as_json(folder: Path) -> None:
    result = run("check", "goemotions", "--folder", str(folder), "--json")
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert found["ok"] is False and found["release"] == "unknown"
    assert {"split": "test", "other": "train", "exact": 1, "other_labels": 1}.items() <= found["overlaps"][1].items()


def test_a_sound_corpus_passes_unless_strict(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    sound = replace(CORPORA["goemotions"], files=(), rows={"train": 2, "dev": 1, "test": 2})
    monkeypatch.setitem(CORPORA, "goemotions", sound)
    assert run("check", "goemotions", "--folder", str(folder)).exit_code == 0
    assert run("check", "goemotions", "--folder", str(folder), "--strict").exit_code == 1


def test_check_of_an_unknown_or_absent_corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("check", "goemotion").exit_code == 2
    monkeypatch.delenv("AFFEKT_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    result = run("check", "emobank")
    assert result.exit_code == 1 and "is not here" in result.stderr


def test_the_list_knows_what_is_here(folder: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    (data / "text").mkdir(parents=True)
    (data / "text" / "goemotions").symlink_to(folder)
    here = {record["name"] for record in json.loads(run("--folder", str(data), "--json").stdout) if record["here"]}
    assert "goemotions" in here
    listed = run("--folder", str(data), "--here").stdout.splitlines()
    assert listed[0].split("\t")[0] == "Name" and "goemotions" in {line.split("\t")[0] for line in listed}


@pytest.mark.parametrize("width", [80, 120])
def test_a_screen_gets_the_corpora_by_modality(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("COLUMNS", str(width))
    lines = run().stdout.splitlines()
    assert lines[0].endswith("Text") or "Text" in lines[0]
    assert max(cell_len(line) for line in lines) <= width + 8  # the headings' own colour codes
    named = {word for line in lines for word in line.split()[:1]}
    assert set(CORPORA) <= named


def test_get_is_download_and_the_old_verb_stays() -> None:
    new = run("get", "emobank")
    old = CliRunner().invoke(affekt, ["download", "emobank"])
    assert new.exit_code == old.exit_code == 2
    assert new.stderr == old.stderr and "--accept-licence" in new.stderr


def test_export_writes_what_it_prints(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    sound = replace(CORPORA["goemotions"], rows={"train": 2, "dev": 1, "test": 2})
    monkeypatch.setitem(CORPORA, "goemotions", sound)
    out = tmp_path / "out"
    options = ("export", "goemotions", "--folder", str(folder), "-o", str(out), "--to")
    result = run(*options, "jsonl", "--split", "test")
    assert result.exit_code == 0, result.output
    assert result.stdout.split() == [str(out / "test.jsonl"), str(out / "card.json")]
    assert json.loads((out / "test.jsonl").read_text().splitlines()[0])["labels"] == ["sadness"]
    assert run(*options, "jsonl").exit_code == 1  # the folder is not empty any more
    assert run(*options, "excel").exit_code == 2


def _card(**changes: object) -> CorpusCard:
    from dataclasses import replace

    return replace(CORPORA["goemotions"], **changes)  # type: ignore[arg-type]


def test_examples_keep_people_to_themselves() -> None:
    plain = Record("a", Signal("What a day that was for all of us!"), "train", labels=("joy",))
    assert examples_withheld(_card(), [plain]) == ""
    assert "access" in examples_withheld(_card(access="request"), [plain])
    frail = _card(sensitive="interviews about depression")
    assert examples_withheld(frail, [plain]) == "it holds interviews about depression"
    assert examples_withheld(frail, [plain], asked=True) == ""
    assert corpus_view(frail, [plain]).examples == ()
    assert [one.text for one in corpus_view(frail, [plain], asked=True).examples] == [plain.signal.text]
    assert "access" in examples_withheld(_card(access="agreement", sensitive="x"), [plain], asked=True)
    aged = Record("a", plain.signal, "train", conditions={"age": "31", "gender": "f"})
    assert "age" in examples_withheld(_card(), [aged])
    assert examples_withheld(_card(), [aged], asked=True) == ""
    for text in (
        "Write to me at ann@example.org, please.",
        "@ann you should see this one",
        "Call me on 0791234567 now",
    ):
        view = corpus_view(_card(), [Record("a", Signal(text), "train", labels=("joy",))])
        assert view.examples == ()


def test_agreement_is_that_of_the_votes() -> None:
    def item(i: int, *labels: str) -> Record:
        votes = tuple(Rating(f"r{n}", (label,)) for n, label in enumerate(labels))
        return Record(str(i), Signal("A text that is long enough."), "train", labels=labels[:1], ratings=votes)

    card = _card(space=CORPORA["isear"].space)
    agreed = corpus_view(card, [item(i, *("joy", "joy") if i % 2 else ("fear", "fear")) for i in range(20)])
    apart = corpus_view(card, [item(i, "joy", "fear") for i in range(20)])
    assert agreed.agreement[0].alpha == 1.0 and apart.agreement[0].alpha < 0
    assert (agreed.judgements, agreed.raters) == (40, 2)


def test_every_reader_belongs_to_a_card_that_show_can_print() -> None:
    assert set(READERS) <= set(CORPORA)

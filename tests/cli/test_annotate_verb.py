"""`affekt annotate`: options, files and streams, the summary, and how it stops."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from affekt.analysis.bulk import BulkOptions, BulkSummary, Progress, annotate_file
from affekt.cli import affekt
from affekt.cli.annotate import summary_line
from affekt.cli.progress import progress_bar, state
from affekt.errors import OutputError
from affekt.inference.text import TextEstimates
from affekt.models.index import find_model

TABLE = "id,text\n1,so glad\n2,so sad\n3,\n4,so glad\n"


class ToyReader:
    """Reads joy in "glad" and sadness in everything else, always the same way."""

    def __init__(self, card):
        self.card = card
        self.thresholds = {card.space.name: (0.5,) * len(card.space)}

    def estimate(self, texts, *, batch_size=64, language=None, raters=None):
        count = len(texts)
        probabilities = np.full((count, len(self.card.space)), 0.125, np.float32)
        for row, text in enumerate(texts):
            probabilities[row, self.card.space.index("joy" if "glad" in text else "sadness")] = 0.75
        half = np.full((count, 3), 0.5, np.float32)
        yes, no = np.ones(count, bool), np.zeros(count, bool)
        return TextEstimates(probabilities, half, half, half[:, 0], yes, no)


def toy_opening(card, *, threads=None, device="cpu"):
    return ToyReader(card)


@pytest.fixture
def toy(monkeypatch):
    """The real bulk job with a toy model in it."""

    def annotate_table(source, output, column, options, progress):
        return annotate_file(
            source, output, column=column, options=BulkOptions(**options), progress=progress, opening=toy_opening
        )

    monkeypatch.setattr("affekt.cli.annotate.annotate_table", annotate_table)


@pytest.fixture
def seen(monkeypatch, tmp_path):
    """Every job asked for, with nothing done."""
    calls = []
    monkeypatch.chdir(tmp_path)

    def annotate_table(source, output, column, options, progress):
        calls.append((source, output, column, options))
        progress(Progress(5, 1, 10))
        output.write_text("done\n", encoding="utf-8")
        return BulkSummary(output, 10, 9, 1, 0, Path("out.rejects.jsonl"), 2.0)

    monkeypatch.setattr("affekt.cli.annotate.annotate_table", annotate_table)
    return calls


@pytest.fixture
def table(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("t.csv").write_text(TABLE, encoding="utf-8")
    return tmp_path


def run(*arguments, **options):
    return CliRunner().invoke(affekt, ["annotate", *arguments], **options)


def test_a_csv_becomes_a_csv_with_readings(toy, table):
    result = run("t.csv", "--column", "text", "-o", "out.csv")
    assert result.exit_code == 0, result.output
    rows = list(csv.DictReader(io.StringIO(Path("out.csv").read_text(encoding="utf-8"))))
    assert [row["id"] for row in rows] == ["1", "2", "4"]
    assert [row["labels"] for row in rows] == ["joy", "sadness", "joy"]
    assert float(rows[0]["goemotions.joy"]) == 0.75
    rejects = [json.loads(line) for line in Path("out.csv.rejects.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [reject["row"] for reject in rejects] == [3]
    assert result.stdout == ""
    assert result.stderr.startswith("out.csv: 3 rows in ")
    assert result.stderr.strip().endswith("; 1 rejected, see out.csv.rejects.jsonl")
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl", "parquet"])
def test_every_format_out_of_a_pipe_and_into_one(toy, table, ending):
    written = run("-", "--column", "text", "-o", f"out.{ending}", "--format", "csv", input=TABLE)
    assert written.exit_code == 0, written.output
    content = Path(f"out.{ending}").read_bytes()
    piped = run("-", "--column", "text", "-o", "-", "--format", ending, "--prefix", "again_", input=content)
    assert piped.exit_code == 0, piped.output
    assert len(piped.stdout_bytes) > len(content) / 2
    if ending == "jsonl":
        assert [json.loads(line)["again_labels"] for line in piped.stdout.splitlines()] == ["joy", "sadness", "joy"]


def test_a_file_to_standard_output_keeps_its_format(toy, table):
    result = run("t.csv", "--column", "text", "-o", "-")
    assert [row["labels"] for row in csv.DictReader(io.StringIO(result.stdout))] == ["joy", "sadness", "joy"]
    assert "standard output: 3 rows" in result.stderr
    assert "see stdout.rejects.jsonl" in result.stderr
    assert json.loads(Path("stdout.rejects.jsonl").read_text(encoding="utf-8"))["row"] == 3
    assert sorted(path.name for path in table.iterdir()) == ["stdout.rejects.jsonl", "t.csv"]


def test_quiet_says_nothing(toy, table):
    assert run("t.csv", "--column", "text", "-o", "out.csv", "--quiet").output == ""


def test_every_option_reaches_the_job(seen):
    result = run(
        *("in.csv", "--column", "body", "-o", "out.parquet", "--model", "text-nano", "--space", "ekman"),
        *("--lang", "en-US", "--prefix", "a_", "--encoding", "cp1252", "--delimiter", ";", "--batch-size", "8"),
        *("--threads", "2", "--workers", "3", "--device", "cuda", "--no-text", "--restart", "--overwrite"),
    )
    assert result.exit_code == 0, result.output
    ((source, output, column, options),) = seen
    assert (source, output, column) == (Path("in.csv"), Path("out.parquet"), "body")
    assert BulkOptions(**options) == BulkOptions(
        model="text-nano",
        space="ekman",
        language="en",
        prefix="a_",
        encoding="cp1252",
        delimiter=";",
        batch_size=8,
        threads=2,
        workers=3,
        device="cuda",
        no_text=True,
        restart=True,
        overwrite=True,
    )


def test_without_options_the_job_has_its_own_defaults(seen):
    run("in.csv", "--column", "text", "-o", "out.csv")
    assert BulkOptions(**seen[0][3]) == BulkOptions()


def test_the_bar_is_for_a_person_and_goes_away(seen, table, monkeypatch):
    assert "rows/s" not in run("t.csv", "--column", "text", "-o", "o.csv").stderr.split(":")[0]
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "of 10 rows" not in run("t.csv", "--column", "text", "-o", "o.csv").stderr  # colour, but a log
    monkeypatch.setattr("affekt.cli.progress.is_terminal", lambda stream: True)
    shown = run("t.csv", "--column", "text", "-o", "o.csv").stderr
    assert "5 of 10 rows" in shown
    assert shown.rstrip().endswith("o.csv: 9 rows in 2.0 s (5.0 rows/s); 1 rejected, see out.rejects.jsonl")
    assert "5 of 10 rows" not in run("t.csv", "--column", "text", "-o", "o.csv", "--quiet").stderr


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("t.csv", "-o", "o.csv"), 2, "--column"),
        (("t.csv", "--column", "text"), 2, "--output"),
        (("t.csv", "--column", "txt", "-o", "o.csv"), 2, "Did you mean 'text'?"),
        (("t.csv", "--column", "text", "-o", "o.csv", "--model", "txt"), 2, "Did you mean 'text'?"),
        (("t.csv", "--column", "text", "-o", "o.csv", "--space", "ekmann"), 2, "Did you mean 'ekman'?"),
        (("t.csv", "--column", "text", "-o", "o.xls"), 1, ".parquet"),
        (("t.csv", "--column", "text", "-o", "no/such/o.csv"), 1, "no folder"),
        (("missing.csv", "--column", "text", "-o", "o.csv"), 1, "missing.csv"),
        (("t.csv", "--column", "text", "-o", "t.csv"), 1, "t.csv"),
        (("-", "--column", "text", "-o", "o.csv"), 2, "--format"),
        (("t.csv", "--column", "text", "-o", "o.csv", "--format", "csv"), 2, "--format"),
        (("t.csv", "--column", "text", "-o", "o.csv", "--format", "xlsx"), 2, "xlsx"),
        (("t.csv", "--column", "text", "-o", "o.csv", "--workers", "0"), 2, "workers"),
        (("t.csv", "--column", "text", "-o", "o.csv", "--encoding", "klingon"), 1, "klingon"),
    ],
)
def test_what_cannot_be_done_is_said(toy, table, arguments, code, words):
    result = run(*arguments, input="")
    assert result.exit_code == code, result.output
    assert words in result.stderr
    assert "Traceback" not in result.output
    assert not Path("o.csv").exists()


def test_a_column_that_is_there_already_offers_a_prefix(toy, table):
    Path("t.csv").write_text("text,labels\nso glad,x\n", encoding="utf-8")
    result = run("t.csv", "--column", "text", "-o", "o.csv")
    assert result.exit_code == 1
    assert "--prefix" in result.stderr
    assert run("t.csv", "--column", "text", "-o", "o.csv", "--prefix", "affekt_").exit_code == 0


def test_an_output_that_exists_is_not_replaced_unasked(toy, table):
    Path("o.csv").write_text("precious", encoding="utf-8")
    result = run("t.csv", "--column", "text", "-o", "o.csv")
    assert result.exit_code == 1
    assert "--overwrite" in result.stderr
    assert Path("o.csv").read_text(encoding="utf-8") == "precious"
    assert run("t.csv", "--column", "text", "-o", "o.csv", "--overwrite").exit_code == 0
    assert "joy" in Path("o.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize("content", ["", "\x00\x01PAR1"])
def test_a_stream_that_is_no_table_is_named_as_what_it_is(toy, table, content):
    result = run("-", "--column", "text", "-o", "o.csv", "--format", "csv", input=content)
    assert result.exit_code == 1
    assert "standard input" in result.stderr
    assert "affekt-" not in result.stderr


@pytest.mark.parametrize(("source", "advice"), [("t.csv", "same command again"), ("-", "Nothing was kept")])
def test_ctrl_c_says_how_to_go_on(table, monkeypatch, source, advice):
    def annotate_table(*_arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("affekt.cli.annotate.annotate_table", annotate_table)
    arguments = ("--format", "csv") if source == "-" else ()
    result = run(source, "--column", "text", "-o", "o.csv", *arguments, input=TABLE)
    assert result.exit_code == 130
    assert advice in result.stderr
    assert "Error" not in result.stderr


def test_ctrl_c_in_the_middle_and_the_same_command_again(table, monkeypatch):
    rows = "".join(f"{i},so glad\n" for i in range(30_000))
    Path("t.csv").write_text("id,text\n" + rows, encoding="utf-8")
    stop = [True]

    def annotate_table(source, output, column, options, progress):
        def tick(now):
            if stop[0] and now.rows > 12_000:
                raise KeyboardInterrupt
            progress(now)

        return annotate_file(
            source, output, column=column, options=BulkOptions(**options), progress=tick, opening=toy_opening
        )

    monkeypatch.setattr("affekt.cli.annotate.annotate_table", annotate_table)
    assert run("t.csv", "--column", "text", "-o", "o.csv").exit_code == 130
    stop[0] = False
    again = run("t.csv", "--column", "text", "-o", "o.csv")
    assert again.exit_code == 0, again.output
    assert "of them from an earlier run" in again.stderr
    with Path("o.csv").open(encoding="utf-8") as file:
        assert [int(row["id"]) for row in csv.DictReader(file)] == list(range(30_000))


def test_a_full_disk_is_said(table, monkeypatch):
    def annotate_table(*_arguments):
        raise OutputError("Cannot write beside 'o.csv': No space left on device.")

    monkeypatch.setattr("affekt.cli.annotate.annotate_table", annotate_table)
    result = run("t.csv", "--column", "text", "-o", "o.csv")
    assert result.exit_code == 1
    assert result.stderr == "Error: Cannot write beside 'o.csv': No space left on device.\n"


def test_the_summary_of_a_run_that_was_taken_up_again():
    summary = BulkSummary(Path("o.csv"), 1_000_000, 1_000_000, 0, 600_000, None, 200.0)
    assert summary_line(summary, "o.csv") == (
        "o.csv: 1,000,000 rows in 3 min 20 s (2,000 rows/s), 600,000 of them from an earlier run"
    )


def test_progress_without_a_known_total_has_no_time_left():
    assert state(5000, None, 4000, 2.0) == "5,000 rows  2,000 rows/s"


def test_progress_never_passes_the_end():
    assert state(120, 100, 100, 10.0) == "100 %  120 of 120 rows  10 rows/s  0.0 s left"


def test_the_rate_leaves_out_the_rows_of_an_earlier_run(monkeypatch):
    times = iter([100.0, 110.0])
    seen = []
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setattr("affekt.cli.progress.monotonic", lambda: next(times))
    monkeypatch.setattr("affekt.cli.progress.state", lambda *numbers: seen.append(numbers) or "")
    monkeypatch.setattr("affekt.cli.progress.is_terminal", lambda stream: True)
    with progress_bar() as draw:
        draw(Progress(600, 0, 1000, 600))
        draw(Progress(700, 0, 1000, 600))
    assert seen == [(600, 1000, 0, 0.0), (700, 1000, 100, 10.0)]


def test_the_toy_model_answers_in_the_space_of_the_real_one():
    assert ToyReader(find_model(None)).estimate(["so glad"]).probabilities.shape == (1, len(find_model(None).space))

"""annotate_file() after a kill, a full disk, another command: nothing lost, nothing doubled, nothing mixed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import toy_reader
from test_bulk_formats import read, run, write

from affekt.analysis.bulk import BulkOptions, Progress
from affekt.errors import InputError, OutputError, WorkerError

ROWS = [{"id": f"{n:05d}", "text": f"row number {n}" if n % 50 else ""} for n in range(1, 1001)]
SMALL = BulkOptions(toy_reader.CARD, chunk_rows=100)


class StopError(Exception):
    pass


def stop_after(rows: int) -> object:
    def stop(progress: Progress) -> None:
        if progress.rows >= rows:
            raise StopError

    return stop


def interrupted(tmp_path: Path, options: BulkOptions = SMALL, kind: str = "csv") -> tuple[Path, Path]:
    """A source and an output of which some chunks are finished."""
    source, output = write(tmp_path / f"in.{kind}", ROWS), tmp_path / "out.csv"
    with pytest.raises(StopError):
        run(source, output, options, progress=stop_after(450))
    assert not output.exists() and (tmp_path / "out.csv.parts").is_dir()
    return source, output


def check_whole(output: Path) -> None:
    expected = [row["id"] for row in ROWS if row["text"]]
    assert [row["id"] for row in read(output)] == expected
    rejects = output.with_name(output.name + ".rejects.jsonl").read_text().splitlines()
    assert [json.loads(line)["row"] for line in rejects] == [n for n in range(1, 1001) if n % 50 == 0]
    assert not output.with_name(output.name + ".parts").exists()


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_a_second_run_does_the_rest(tmp_path: Path, kind: str) -> None:
    source, output = interrupted(tmp_path, kind=kind)
    seen: list[Progress] = []
    summary = run(source, output, replace(SMALL, batch_size=7, threads=2), progress=seen.append)
    assert 400 <= summary.resumed < 1000 and summary.rows == 1000
    assert seen[-1].resumed == summary.resumed
    check_whole(output)


KILLED = """
import sys
from pathlib import Path
import toy_reader
from affekt.analysis.bulk import BulkOptions, annotate_file

if __name__ == "__main__":
    source, output, workers = sys.argv[1:]
    options = BulkOptions(toy_reader.CARD, chunk_rows=100, workers=int(workers))
    annotate_file(Path(source), Path(output), column="text", options=options, opening=toy_reader.open_toy)
"""


@pytest.mark.slow
def test_workers_end_without_a_word(tmp_path: Path) -> None:
    source, script = write(tmp_path / "in.csv", ROWS), tmp_path / "job.py"
    script.write_text(KILLED)
    path = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    answer = subprocess.run(
        [sys.executable, script, source, tmp_path / "out.csv", "2"],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (answer.stdout, answer.stderr, answer.returncode) == ("", "", 0)
    check_whole(tmp_path / "out.csv")


@pytest.mark.slow
def test_ctrl_c_ends_workers_without_a_word_of_theirs(tmp_path: Path) -> None:
    source, output, script = write(tmp_path / "in.csv", ROWS), tmp_path / "out.csv", tmp_path / "job.py"
    script.write_text(KILLED)
    path = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    job = subprocess.Popen(
        [sys.executable, script, source, output, "2"],
        env={**os.environ, "PYTHONPATH": path, "TOY_PAUSE": "0.5"},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    parts = tmp_path / "out.csv.parts"
    end = time.monotonic() + 120
    while len(list(parts.glob("part-*.parquet"))) < 2 and time.monotonic() < end:
        time.sleep(0.01)
    os.killpg(job.pid, signal.SIGINT)  # as a terminal does: to the whole group
    said = job.communicate(timeout=60)[1]
    assert said.count("Traceback") == 1 and said.rstrip().endswith("KeyboardInterrupt")
    assert run(source, output, SMALL).resumed >= 200
    check_whole(output)


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_kill_9_loses_and_doubles_no_row(tmp_path: Path, workers: int) -> None:
    source, output = write(tmp_path / "in.csv", ROWS), tmp_path / "out.csv"
    script = tmp_path / "job.py"
    script.write_text(KILLED)
    path = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    job = subprocess.Popen(
        [sys.executable, script, source, output, str(workers)],
        env={**os.environ, "PYTHONPATH": path, "TOY_PAUSE": "0.5"},
        stderr=subprocess.DEVNULL,
    )
    parts = tmp_path / "out.csv.parts"
    end = time.monotonic() + 120
    while len(list(parts.glob("part-*.parquet"))) < 2 and time.monotonic() < end:
        time.sleep(0.01)
    job.send_signal(signal.SIGKILL)
    job.wait()
    finished = len(list(parts.glob("part-*.parquet")))
    assert 2 <= finished < 10 and not output.exists()
    time.sleep(0.7 if workers > 1 else 0)  # a worker may just be finishing its chunk
    summary = run(source, output, SMALL)
    assert summary.resumed >= 100 * finished
    check_whole(output)


def test_half_written_files_are_not_taken_for_parts(tmp_path: Path) -> None:
    source, output = interrupted(tmp_path)
    (tmp_path / "out.csv.parts" / "part-000009.parquet.tmp-77").write_bytes(b"PAR1 half")
    run(source, output, SMALL)
    check_whole(output)


def test_a_kill_between_the_output_and_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, output = write(tmp_path / "in.csv", ROWS), tmp_path / "out.csv"
    with monkeypatch.context() as patch:
        patch.setattr("affekt.analysis.bulk.remove_parts", lambda parts: (_ for _ in ()).throw(StopError))
        with pytest.raises(StopError):
            run(source, output, SMALL)
    assert output.exists() and (tmp_path / "out.csv.parts").is_dir()
    assert run(source, output, SMALL).resumed == 1000
    check_whole(output)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"prefix": "x_"}, "prefix was '', now 'x_'"),
        ({"space": "sentiment"}, "space was 'goemotions-sentiment', now 'sentiment'"),
        ({"chunk_rows": 50}, "chunk_rows was 100, now 50"),
        ({"model": replace(toy_reader.CARD, version="2.0")}, "version was '1.0', now '2.0'"),
        ({"no_text": True}, "no_text was False, now True"),
    ],
)
def test_parts_of_another_command_are_not_mixed_in(tmp_path: Path, change: dict[str, object], said: str) -> None:
    source, output = interrupted(tmp_path)
    changed = replace(SMALL, **change)  # type: ignore[arg-type]
    with pytest.raises(OutputError, match=f"another one: {said}.*--restart"):
        run(source, output, changed)
    assert run(source, output, replace(changed, restart=True)).resumed == 0
    assert len(read(output)) == 980


def test_parts_of_a_changed_source_are_not_mixed_in(tmp_path: Path) -> None:
    source, output = interrupted(tmp_path)
    write(source, [{"id": "00000", "text": "new first row"}, *ROWS])
    with pytest.raises(OutputError, match=r"the source has changed since.*--restart"):
        run(source, output, SMALL)
    assert run(source, output, replace(SMALL, restart=True)).rows == 1001


def test_a_source_that_changes_under_the_job(tmp_path: Path) -> None:
    source, output = write(tmp_path / "in.csv", ROWS), tmp_path / "out.csv"

    def append(progress: Progress) -> None:
        if progress.rows == 500:
            with source.open("a") as file:
                file.write("x,late row\n")

    with pytest.raises(InputError, match="changed while it was read"):
        run(source, output, SMALL, progress=append)
    assert not output.exists()


def test_a_finished_output_is_not_written_over(tmp_path: Path) -> None:
    source, output = write(tmp_path / "in.csv", ROWS), tmp_path / "out.csv"
    run(source, output, SMALL)
    before = output.stat().st_mtime_ns
    for options in (SMALL, replace(SMALL, restart=True)):
        with pytest.raises(OutputError, match=r"exists.*--overwrite"):
            run(source, output, options)
    assert output.stat().st_mtime_ns == before
    run(source, output, replace(SMALL, overwrite=True))
    assert output.stat().st_mtime_ns > before
    check_whole(output)


def test_two_runs_at_once(tmp_path: Path) -> None:
    source, output = write(tmp_path / "in.csv", ROWS), tmp_path / "out.csv"
    answers: list[str] = []

    def run_again(progress: Progress) -> None:
        if not answers:
            with pytest.raises(OutputError) as caught:
                run(source, output, SMALL)
            answers.append(str(caught.value))

    run(source, output, SMALL, progress=run_again)
    assert "Another run is writing" in answers[0]
    check_whole(output)


def test_a_job_that_never_began_leaves_nothing(tmp_path: Path) -> None:
    source, output = write(tmp_path / "in.csv", ROWS), tmp_path / "out.csv"
    with pytest.raises(StopError):
        run(source, output, SMALL, progress=stop_after(1))
    assert not (tmp_path / "out.csv.parts").exists()
    clean = tmp_path / "clean.csv"

    def refuse(*_: object, **__: object) -> object:
        raise InputError("no such device")

    from affekt.analysis.bulk import annotate_file

    with pytest.raises(InputError, match="no such device"):
        annotate_file(source, clean, column="text", options=SMALL, opening=refuse)  # type: ignore[arg-type]
    assert not (tmp_path / "clean.csv.parts").exists()


FULL = """
import resource, sys
from pathlib import Path
import toy_reader
from affekt.analysis.bulk import BulkOptions, annotate_file
from affekt.errors import OutputError

resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), resource.RLIM_INFINITY))
options = BulkOptions(toy_reader.CARD, chunk_rows=100)
try:
    annotate_file(Path(sys.argv[1]), Path(sys.argv[2]), column="text", options=options, opening=toy_reader.open_toy)
except OutputError as error:
    print(error)
"""


@pytest.mark.slow
def test_a_full_disk_keeps_what_is_finished(tmp_path: Path) -> None:
    pytest.importorskip("resource", reason="limits file sizes with POSIX resource limits")
    source, output = write(tmp_path / "in.csv", ROWS), tmp_path / "out.csv"
    path = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    # Parts have a few kB; the output of all of them does not fit under the limit.
    answer = subprocess.run(
        [sys.executable, "-c", FULL, source, output, "30000"],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.stderr == ""
    assert "Cannot write" in answer.stdout and "run the same command again" in answer.stdout
    assert not output.exists()
    assert run(source, output, SMALL).resumed == 1000
    check_whole(output)


@pytest.mark.slow
def test_workers_give_the_same_output(tmp_path: Path) -> None:
    source = write(tmp_path / "in.csv", ROWS)
    run(source, tmp_path / "one.csv", SMALL)
    seen: list[Progress] = []
    summary = run(source, tmp_path / "two.csv", replace(SMALL, workers=2), progress=seen.append)
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()
    assert (summary.rows, summary.rejected) == (1000, 20)
    assert [step.rows for step in seen] == list(range(100, 1001, 100))


@pytest.mark.slow
def test_a_worker_that_dies_keeps_what_is_finished(tmp_path: Path) -> None:
    rows = [*ROWS[:500], {"id": "x", "text": "die"}, *ROWS[500:]]
    source, output = write(tmp_path / "in.csv", rows), tmp_path / "out.csv"
    with pytest.raises(WorkerError):
        run(source, output, replace(SMALL, workers=2))
    assert len(list((tmp_path / "out.csv.parts").glob("part-*.parquet"))) >= 2

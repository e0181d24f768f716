"""The table of papers: whole, counted as the families are, and every claim in it points at what exists."""

from __future__ import annotations

import ast
import os
import re
import shlex
from collections import Counter
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest
from click.testing import CliRunner

from affekt.cli import affekt
from affekt.cli.papers import status_meanings
from affekt.corpora.index import CORPORA
from affekt.errors import UnknownNameError
from affekt.evaluation.papers import (
    FAMILIES,
    STATUSES,
    all_papers,
    corpora_of,
    count_by_status,
    find_paper,
    select_papers,
)
from affekt.evaluation.records import read_results

ROOT = Path(__file__).parents[2]
SIZES = dict(zip("ABCDEFGHIJKLMNOPQS", (7, 24, 18, 6, 14, 25, 11, 7, 8, 13, 13, 4, 7, 8, 7, 8, 5, 15), strict=True))
CLAIMED = [paper for paper in all_papers() if paper.status in ("works", "partly")]


@cache
def functions_of(path: str) -> frozenset[str]:
    """Return the test functions of a file: nothing for a file that pytest does not collect."""
    file = ROOT / path
    if not (file.is_file() and file.name.startswith("test_") and path.startswith("tests/")):
        return frozenset()
    found = ast.parse(file.read_text(encoding="utf-8")).body
    return frozenset(node.name for node in found if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"))


@cache
def rows_in(path: str) -> frozenset[tuple[str, str]]:
    """Return the pairs of corpus and metric in a file of results."""
    file = ROOT / path
    return frozenset((row.corpus, row.metric) for row in read_results(file)) if file.is_file() else frozenset()


def exists(place: str) -> bool:
    """Return whether a test ``FILE::FUNCTION`` or a result row ``results/FILE.csv::CORPUS::METRIC`` is there."""
    file, *names = place.split("::")
    if file.startswith("results/"):
        return tuple(names) in rows_in(file)
    return len(names) == 1 and names[0] in functions_of(file)


def runs(command: str) -> bool:
    """Return whether a command names a verb, a recipe or a test file that is there."""
    program, *arguments = command.split()
    if program == "affekt":
        return arguments[0] in affekt.commands
    if program == "python":
        return arguments[0].startswith(("recipes/", "bench/")) and (ROOT / arguments[0]).is_file()
    return program == "pytest" and all(exists(name) if "::" in name else bool(functions_of(name)) for name in arguments)


def test_there_are_200_papers_in_the_families_of_the_plan():
    papers = all_papers()
    assert len({paper.id for paper in papers}) == len(papers) == 200
    assert len({paper.title for paper in papers}) == 200
    assert Counter(paper.family for paper in papers) == SIZES
    assert list(FAMILIES) == list(SIZES) == list(dict.fromkeys(paper.family for paper in papers))
    assert {paper.status for paper in papers} <= set(STATUSES) == set(status_meanings())
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", paper.id) for paper in papers)
    assert all(re.fullmatch(r"(https?://[^\s()]+)?", paper.code) for paper in papers)


@pytest.mark.parametrize("paper", CLAIMED, ids=lambda paper: paper.id)
def test_a_claim_is_shown_by_what_exists(paper):
    assert paper.works.endswith(".")
    assert paper.shown_by, "a test or a result row has to stand behind it"
    assert [place for place in paper.shown_by if not exists(place)] == []
    assert paper.command and runs(paper.command), paper.command
    assert paper.where
    for place in paper.where:
        assert (ROOT / place).is_dir() if "/" in place else find_spec(place), place


VERBS = sorted({paper.command for paper in CLAIMED if paper.command.startswith("affekt ")})


@pytest.mark.parametrize("command", VERBS)
def test_the_verbs_named_run(command):
    words = shlex.split(command)[1:]
    if {"--on", "--suite"} & set(words):
        if "AFFEKT_DATA" not in os.environ:
            pytest.skip("AFFEKT_DATA names no data folder")
        words += ["--limit", "20", "--resamples", "10"]  # That it runs is what is asked here, not what comes out.
    result = CliRunner().invoke(affekt, words)
    assert result.exit_code == 0, f"{command}: {result.output}"


def test_what_works_in_part_says_what_is_missing():
    for paper in CLAIMED:
        assert ("Not yet: " in paper.works) == (paper.status == "partly"), paper.id


def test_nothing_is_claimed_of_the_others():
    others = [paper for paper in all_papers() if paper not in CLAIMED]
    assert all(not (p.works or p.where or p.shown_by or p.command) for p in others)
    assert {paper.family for paper in others if paper.status == "off-topic"} == {"S"}


def test_what_does_not_exist_is_seen():
    assert exists("tests/evaluation/test_papers.py::test_what_does_not_exist_is_seen")
    assert not exists("tests/evaluation/test_papers.py::test_nobody_wrote")
    assert not exists("tests/evaluation/test_papers.py")
    assert not exists("tests/evaluation/test_absent.py::test_nobody_wrote")
    assert not exists("tests/evaluation/test_papers.py::runs")
    assert exists("results/goemotions.csv::goemotions::macro_f1")
    assert not exists("results/goemotions.csv::goemotions::beauty")
    assert not exists("results/absent.csv::goemotions::macro_f1")
    assert runs("affekt papers tone")
    assert not any(map(runs, ("affekt fly", "python recipes/absent/run.py", "python setup.py", "pytest tests/a.py")))


def test_corpora_serve_papers_of_the_table():
    served = {name for card in CORPORA.values() for name in card.papers}
    assert served <= {paper.id for paper in all_papers()}
    assert {paper.id for paper in all_papers() if corpora_of(paper)} == served


def test_papers_are_chosen_by_family_and_status():
    assert next(paper.id for paper in select_papers(family="d")) == "reccon"
    works = select_papers(status="works")
    assert works and all(paper.status == "works" for paper in works)
    assert set(select_papers(family="A", status="works")) == set(works) & set(select_papers(family="A"))
    assert count_by_status(all_papers())["off-topic"] == 11
    with pytest.raises(UnknownNameError, match=r"no family 'R'.*A, B, C"):
        select_papers(family="R")
    with pytest.raises(UnknownNameError, match="Did you mean 'goemotions'"):
        find_paper("goemotion")

"""`affekt models`, `spaces`, `corpora`: tables, details, JSON, unknown names."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from rich.cells import cell_len

from affekt.affect.spaces import FAMILIES, SPACES, holds_emotions
from affekt.cli import affekt
from affekt.cli.spaces import HEADINGS
from affekt.corpora.index import CORPORA
from affekt.models.index import MODELS

KNOWN = {"models": MODELS, "spaces": SPACES, "corpora": CORPORA}
EVERY = [(verb, name) for verb, known in KNOWN.items() for name in known]


def run(*arguments):
    return CliRunner().invoke(affekt, arguments)


@pytest.mark.parametrize("verb", KNOWN)
def test_a_pipe_gets_a_row_of_names_and_a_row_each(verb):
    lines = run(verb).stdout.splitlines()
    assert [line.split("\t")[0] for line in lines[1:]] == list(KNOWN[verb])
    assert len({len(line.split("\t")) for line in lines}) == 1


@pytest.mark.parametrize("verb", KNOWN)
def test_json_lists_them_all(verb):
    result = run(verb, "--json")
    assert result.exit_code == 0, result.output
    assert [record["name"] for record in json.loads(result.stdout)] == list(KNOWN[verb])


@pytest.mark.parametrize(("verb", "name"), EVERY)
def test_one_in_detail(verb, name):
    result = run(verb, name)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith(f"Name\t{name}\n")
    record = json.loads(run(verb, name, "--json").stdout)
    assert record["name"] == name


@pytest.mark.parametrize("verb", KNOWN)
@pytest.mark.parametrize("width", [60, 80, 120])
def test_tables_fit_the_screen(verb, width, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("COLUMNS", str(width))
    for arguments in ((verb,), (verb, next(iter(KNOWN[verb])))):
        output = run(*arguments).stdout
        for line in output.splitlines():
            # An address stays whole, so that it can be copied.
            assert cell_len(line) <= width or max(len(word) for word in line.split()) > width - 40, line
        assert next(iter(KNOWN[verb])) in output


@pytest.mark.parametrize("verb", KNOWN)
def test_an_unknown_name_offers_the_nearest(verb):
    name = next(iter(KNOWN[verb]))
    result = run(verb, name + "z")
    assert result.exit_code == 2
    assert f"Did you mean {name!r}?" in result.stderr
    assert result.stderr.startswith("Error: Unknown ")


def test_a_space_says_what_it_loses():
    record = json.loads(run("spaces", "goemotions", "--json").stdout)
    sentiment = next(found for found in record["becomes"] if found["space"] == "sentiment")
    assert set(sentiment["loses"]) == {"confusion", "curiosity", "realization", "surprise"}
    assert "confusion, curiosity, realization, surprise" in run("spaces", "goemotions").stdout


def test_a_space_of_emotions_says_what_each_label_means_and_where_it_lies():
    for space in filter(holds_emotions, SPACES.values()):
        record = json.loads(run("spaces", space.name, "--json").stdout)
        assert [place["label"] for place in record["labels"]] == list(space.labels)
        for label in record["labels"]:
            assert label["definition"].endswith(".")
            assert -1 <= label["vad"]["valence"] <= 1
            for term in label["terms"]:
                assert all(term[frame]["citation"] for frame in ("ekman", "plutchik", "sentiment"))
        shown = run("spaces", space.name).stdout
        assert all(f"\n{label}\t" in shown for label in space.labels)


def test_a_space_of_no_emotions_says_why_it_becomes_none():
    for space in SPACES.values():
        if not holds_emotions(space):
            shown = run("spaces", space.name).stdout
            assert "Holds\tno emotions, but " in shown
            assert "Becomes" not in shown
            record = json.loads(run("spaces", space.name, "--json").stdout)
            assert [label["label"] for label in record["labels"]] == list(space.labels)
            assert record["becomes"] == []


def test_a_label_without_a_place_says_why():
    assert "not in ekman: being ready is a stance" in run("spaces", "empathetic-dialogues").stdout
    assert "its sign depends on the situation: ambiguous in Demszky et al. 2020" in run("spaces", "goemotions").stdout


def test_a_screen_gets_the_spaces_by_family(monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")
    lines = run("spaces").stdout.splitlines()
    headings = [line for line in lines if line in HEADINGS.values()]
    assert headings == [HEADINGS[family] for family in FAMILIES]
    named = [line.split()[0] for line in lines if line and line not in headings and not line.startswith("Name")]
    assert named == list(SPACES)


def test_a_model_says_where_its_weights_lie_and_what_binds_them():
    for card in MODELS.values():
        output = run("models", card.name).stdout
        assert card.licence in output
        assert str(card.folder) in output
        assert all(name in output for name in card.files)

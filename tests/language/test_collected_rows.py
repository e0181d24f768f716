"""Rows that a chat model wrote: kept as they come, gone on from, counted where they are none."""

from __future__ import annotations

import json

import pytest

from affekt.errors import EndpointError, InputError, OutputError
from affekt.language.answers import Parsed, parse_object
from affekt.language.asking import AskOptions
from affekt.language.chat import user
from affekt.language.client import ClientOptions, open_endpoint
from affekt.language.collecting import Task, collect_rows, read_rows
from affekt.language.echo import Scripted
from chat_server import Refuse

ONE = AskOptions(workers=1, again=0, give_up=3)


def tasks(count: int) -> list[Task]:
    return [Task(f"t{i}", user(f"what of {i}?"), {"number": i}) for i in range(count)]


def parse(content: str) -> Parsed[dict[str, object]]:
    found = parse_object(content)
    return found if found.value is None or "said" in found.value else Parsed(reason="wrong form")


def test_rows_hold_what_was_given_and_what_was_said(tmp_path):
    path = tmp_path / "deep/rows.jsonl"
    model = Scripted(['{"said": "a"}', "no JSON", '{"said": "c"}', None])
    found = collect_rows(path, model, tasks(4), parse, options=ONE, at_once=2)
    assert [(row["id"], row["number"], row["said"]) for row in found.rows] == [("t0", 0, "a"), ("t2", 2, "c")]
    assert found.refused == {"prose": 1, "failed": 1}
    assert found.tally.requests == 4 and found.kept == 0
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["id"] for line in lines] == ["t0", "t1", "t2"] and lines[1]["refused"] == "prose"


def test_the_same_call_goes_on(tmp_path):
    path = tmp_path / "rows.jsonl"
    collect_rows(path, Scripted(['{"said": "x"}']), tasks(3), parse, options=ONE)
    content = path.read_bytes()
    path.write_bytes(content + b'{"id": "t3", "ask')  # as a kill leaves it
    model = Scripted(['{"said": "y"}'])
    found = collect_rows(path, model, tasks(5), parse, options=ONE)
    assert found.kept == 3 and len(model.asked) == 2
    assert [row["said"] for row in found.rows] == ["x", "x", "x", "y", "y"]
    assert len(read_rows(path)) == 5 and path.read_bytes().startswith(content)


def test_another_prompt_or_model_is_asked_anew(tmp_path):
    path = tmp_path / "rows.jsonl"
    collect_rows(path, Scripted(['{"said": "x"}']), tasks(2), parse, options=ONE)
    changed = [tasks(2)[0], Task("t1", user("something else?"), {})]
    found = collect_rows(path, Scripted(['{"said": "y"}']), changed, parse, options=ONE)
    assert [row["said"] for row in found.rows] == ["x", "y"] and found.kept == 1
    other = collect_rows(path, Scripted(['{"said": "z"}'], name="other"), changed, parse, options=ONE)
    assert [row["said"] for row in other.rows] == ["z", "z"]


def test_an_endpoint_that_dies_half_way(chat_server, tmp_path):
    path = tmp_path / "rows.jsonl"
    dead = Refuse(500, {"error": {"message": "down"}})
    chat_server.script = lambda body, count: '{"said": "here"}' if count <= 4 else dead
    model = open_endpoint(f"{chat_server.url}#m", options=ClientOptions(retries=0, wait=0, cache=None))
    with pytest.raises(EndpointError, match="in a row"):
        collect_rows(path, model, tasks(12), parse, options=ONE, at_once=4)
    assert len(read_rows(path)) == 4
    chat_server.script = lambda body, count: '{"said": "again"}'
    found = collect_rows(path, model, tasks(12), parse, options=ONE, at_once=4)
    assert found.kept == 4 and [row["said"] for row in found.rows] == ["here"] * 4 + ["again"] * 8


def test_refusals(tmp_path):
    twice = [Task("a", user("x"), {}), Task("a", user("y"), {})]
    with pytest.raises(InputError, match="1 ids stand for several tasks, such as 'a'"):
        collect_rows(tmp_path / "r.jsonl", Scripted(["{}"]), twice, parse)
    strange = tmp_path / "strange.jsonl"
    strange.write_text('{"text": "hello"}\n')
    with pytest.raises(InputError, match=r"Line 1 of .*strange.jsonl is no row"):
        collect_rows(strange, Scripted(["{}"]), tasks(1), parse)
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="Cannot write"):
        collect_rows(tmp_path / "file/rows.jsonl", Scripted(['{"said": "x"}']), tasks(1), parse, options=ONE)

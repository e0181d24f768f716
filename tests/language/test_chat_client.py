"""The client of chat endpoints, against a real server on this machine that does what bad servers do."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from affekt.errors import EndpointError, InputError, OutputError
from affekt.language.chat import Settings, user
from affekt.language.client import ClientOptions, open_endpoint
from affekt.language.usage import Usage
from chat_server import Raw, Refuse

ASKED = user("How do you feel?")


def client(server, tmp_path, **options):
    chosen = {"timeout": 5.0, "retries": 2, "wait": 0.01, "cache": tmp_path / "kept"} | options
    return open_endpoint(f"{server.url}#toy", options=ClientOptions(**chosen))


def test_a_reply_is_asked_for_once_and_kept(chat_server, tmp_path, monkeypatch):
    monkeypatch.setenv("AFFEKT_ENDPOINT_KEY", "open sesame")
    chat_server.script = lambda body, count: "Fine."
    schema = {"type": "object"}
    model, settings = client(chat_server, tmp_path), Settings(seed=3, tokens=7, schema=schema)
    assert not model.keeps(ASKED, settings)
    first, again = model.reply(ASKED, settings), client(chat_server, tmp_path).reply(ASKED, settings)
    assert (first.content, first.usage, first.requests, first.cached) == ("Fine.", Usage(10, 2), 1, False)
    assert (again.content, again.usage, again.requests, again.cached) == ("Fine.", Usage(), 0, True)
    assert model.keeps(ASKED, settings)
    body = chat_server.bodies[0]
    assert len(chat_server.bodies) == 1
    assert (body["model"], body["temperature"], body["max_tokens"], body["seed"]) == ("toy", 0.0, 7, 3)
    assert body["messages"] == [{"role": "user", "content": "How do you feel?"}]
    assert body["response_format"]["json_schema"]["schema"] == schema
    assert chat_server.headers[0]["Authorization"] == "Bearer open sesame"
    assert not any("sesame" in path.read_text() for path in (tmp_path / "kept").rglob("*.json"))


@pytest.mark.parametrize(
    "other",
    [
        {"prompt": user("How?")},
        {"settings": Settings(temperature=0.5)},
        {"settings": Settings(seed=1)},
        {"settings": Settings(tokens=9)},
        {"settings": Settings(schema={"type": "object"})},
        {"model": "other"},
    ],
)
def test_what_is_kept_is_for_this_model_prompt_and_settings_alone(chat_server, tmp_path, other):
    chat_server.script = lambda body, count: f"Reply {count}."
    model = client(chat_server, tmp_path)
    assert model.reply(ASKED, Settings()).content == "Reply 1."
    if "model" in other:
        model = open_endpoint(f"{chat_server.url}#other", options=ClientOptions(cache=tmp_path / "kept"))
    assert model.reply(other.get("prompt", ASKED), other.get("settings", Settings())).content == "Reply 2."


@pytest.mark.parametrize("damage", ["", "{", '{"content": "Bad."}', "[]", "\x00"])
def test_a_damaged_file_is_asked_for_anew(chat_server, tmp_path, damage):
    chat_server.script = lambda body, count: f"Reply {count}."
    model = client(chat_server, tmp_path)
    model.reply(ASKED, Settings())
    (path,) = (tmp_path / "kept").rglob("*.json")
    path.write_text(damage, encoding="utf-8")
    assert model.reply(ASKED, Settings()).content == "Reply 2."
    assert model.reply(ASKED, Settings()).cached
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_replies_that_cannot_be_kept_end_the_run(chat_server, tmp_path):
    (tmp_path / "kept").write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(OutputError, match="Cannot keep"):
        client(chat_server, tmp_path).reply(ASKED, Settings())


@pytest.mark.parametrize(
    "trouble",
    [
        Refuse(429),
        Refuse(500, "<html>oops</html>"),
        Refuse(503),
        Raw(b"no JSON"),
        Raw(b'{"choices"', length=400),
        Raw(b""),
        {"choices": []},
        {"error": "overloaded"},
        {"choices": [{"message": None}]},
        {"choices": [{"message": {"content": 5}}]},
    ],
)
def test_lost_and_broken_replies_are_asked_for_again_within_limits(chat_server, tmp_path, trouble):
    chat_server.script = lambda body, count: trouble if count < 3 else "At last."
    found = client(chat_server, tmp_path).reply(ASKED, Settings())
    assert (found.content, found.requests) == ("At last.", 3)
    chat_server.bodies.clear()
    chat_server.script = lambda body, count: trouble
    lost = client(chat_server, tmp_path).reply(user("Another."), Settings())
    assert (lost.content, lost.requests, len(chat_server.bodies)) == (None, 3, 3)
    assert lost.failure
    assert not client(chat_server, tmp_path).keeps(user("Another."), Settings())


@pytest.mark.parametrize("slow", [Raw(b"{}", pause=1.0), Raw(b"{" + b" " * 200, drip=0.02)])
def test_a_reply_that_takes_too_long_is_lost(chat_server, tmp_path, slow):
    chat_server.script = lambda body, count: slow if count == 1 else "Quick."
    begun = time.monotonic()
    found = client(chat_server, tmp_path, timeout=0.2).reply(ASKED, Settings())
    assert (found.content, found.requests) == ("Quick.", 2)
    assert time.monotonic() - begun < 3
    chat_server.script = lambda body, count: slow
    lost = client(chat_server, tmp_path, timeout=0.2, retries=0).reply(user("Another."), Settings())
    assert (lost.content, lost.failure) == (None, "no answer in 0.2 s")


def test_no_server_at_all_is_a_lost_reply(tmp_path):
    model = open_endpoint("http://127.0.0.1:9/v1#toy", options=ClientOptions(retries=1, wait=0.01, cache=None))
    lost = model.reply(ASKED, Settings())
    assert (lost.content, lost.requests) == (None, 2)
    assert "refused" in lost.failure
    assert "urlopen" not in lost.failure


def test_retry_after_is_kept_to_in_seconds_and_as_a_date_and_bounded(chat_server, tmp_path):
    soon = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    for value, bound, least in (("0.4", 5.0, 0.35), (soon, 0.3, 0.25), ("3600", 0.3, 0.25)):
        trouble = Refuse(429, headers={"Retry-After": value})
        chat_server.bodies.clear()
        chat_server.script = lambda body, count, trouble=trouble: trouble if count == 1 else "Now."
        begun = time.monotonic()
        model = client(chat_server, tmp_path, longest_wait=bound, cache=None)
        assert model.reply(ASKED, Settings()).content == "Now."
        assert least <= time.monotonic() - begun < 3


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_refusal_that_no_retry_mends_ends_the_run_and_hides_the_key(chat_server, tmp_path, monkeypatch, status):
    monkeypatch.setenv("AFFEKT_ENDPOINT_KEY", "sesame")
    chat_server.script = lambda body, count: Refuse(status, {"error": {"message": "key sesame is not known"}})
    with pytest.raises(EndpointError, match=rf"refused with {status}.*key … is not known.*AFFEKT_ENDPOINT_KEY") as told:
        client(chat_server, tmp_path).reply(ASKED, Settings())
    assert "sesame" not in str(told.value)
    assert len(chat_server.bodies) == 1


@pytest.mark.parametrize("key", ["se\nsame", "sésame"])
def test_a_key_that_no_header_can_hold_is_told_without_it(chat_server, tmp_path, monkeypatch, key):
    monkeypatch.setenv("AFFEKT_ENDPOINT_KEY", key)
    with pytest.raises(EndpointError, match="AFFEKT_ENDPOINT_KEY") as told:
        client(chat_server, tmp_path).reply(ASKED, Settings())
    assert "same" not in str(told.value)
    monkeypatch.setenv("AFFEKT_ENDPOINT_KEY", "sesame\n")
    chat_server.script = lambda body, count: "Fine."
    assert client(chat_server, tmp_path).reply(ASKED, Settings()).content == "Fine."
    assert chat_server.headers[-1]["Authorization"] == "Bearer sesame"


def test_an_empty_purse_ends_the_run(chat_server, tmp_path):
    chat_server.script = lambda body, count: Refuse(429, {"error": {"code": "insufficient_quota", "message": "Pay."}})
    with pytest.raises(EndpointError, match="Pay"):
        client(chat_server, tmp_path).reply(ASKED, Settings())
    assert len(chat_server.bodies) == 1


def test_a_refused_prompt_is_lost_alone_and_not_tried_again(chat_server, tmp_path):
    chat_server.script = lambda body, count: Refuse(400, {"error": {"message": "content filter"}})
    lost = client(chat_server, tmp_path).reply(ASKED, Settings())
    assert (lost.content, lost.requests, lost.failure) == (None, 1, "refused: content filter")


def test_settings_the_endpoint_does_not_know_are_left_out_from_then_on(chat_server, tmp_path):
    def script(body, count):
        for name, told in (
            ("max_tokens", "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."),
            ("temperature", "'temperature' does not support 0 with this model."),
            ("response_format", "json_schema is not supported"),
        ):
            if name in body:
                return Refuse(400, {"error": {"message": told}})
        return f"limit {body['max_completion_tokens']}"

    chat_server.script = script
    model = client(chat_server, tmp_path)
    found = model.reply(ASKED, Settings(tokens=7, schema={"type": "object"}))
    assert (found.content, found.requests) == ("limit 7", 4)
    assert model.reply(user("Next."), Settings(tokens=7, schema={"type": "object"})).requests == 1


def test_a_redirect_takes_neither_text_nor_key_elsewhere(chat_server, tmp_path):
    chat_server.script = lambda body, count: Refuse(302, headers={"Location": f"{chat_server.url}/elsewhere"})
    with pytest.raises(EndpointError, match="302"):
        client(chat_server, tmp_path).reply(ASKED, Settings())
    assert len(chat_server.bodies) == 1


def test_tokens_the_endpoint_does_not_count_are_reckoned(chat_server, tmp_path):
    chat_server.script = lambda body, count: "x" * 40
    for usage, found in (
        (None, Usage(8, 14, 22)),
        ({"prompt_tokens": 5}, Usage(5, 14, 14)),
        ({"prompt_tokens": "5", "completion_tokens": -1}, Usage(8, 14, 22)),
    ):
        chat_server.usage = usage
        assert client(chat_server, tmp_path, cache=None).reply(ASKED, Settings()).usage == found


def test_parts_are_joined_and_no_content_is_an_empty_reply(chat_server, tmp_path):
    parts = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    for content, found in ((parts, "ab"), (None, "")):
        told = {"choices": [{"message": {"content": content}, "finish_reason": "length"}]}
        chat_server.script = lambda body, count, told=told: told
        reply = client(chat_server, tmp_path, cache=None).reply(ASKED, Settings())
        assert (reply.content, reply.finish) == (found, "length")


def test_any_text_can_be_sent(chat_server, tmp_path):
    chat_server.script = lambda body, count: json.dumps(body["messages"][0]["content"])
    text = 'Quote " \u2028 emoji 😀 lone \ud800 zero \x00'
    assert json.loads(client(chat_server, tmp_path).reply(user(text), Settings()).content) == text
    assert client(chat_server, tmp_path).reply(user(text), Settings()).cached


@pytest.mark.parametrize("address", ["http://x/v1", "x#m", "ftp://x#m", "http://#m", "https://me:secret@x/v1#m"])
def test_what_is_no_endpoint_is_told(address):
    with pytest.raises(InputError):
        open_endpoint(address)


def test_the_path_is_added_once():
    for address in ("http://x/v1#m", "http://x/v1/#m", "http://x/v1/chat/completions#m"):
        assert open_endpoint(address).url == "http://x/v1/chat/completions"

"""A chat endpoint, played by a scripted server on this machine."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from affekt.affect.spaces import find_space
from affekt.errors import InputError
from affekt.evaluation.answers import Question
from affekt.evaluation.endpoint import EndpointOptions, ask_endpoint, endpoint_subject, parse_answer
from affekt.types import Record, Signal

SIGNS, EKMAN = find_space("sentiment"), find_space("ekman")


class Script(BaseHTTPRequestHandler):
    """Answers by what stands in the text."""

    calls: list[dict]

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.calls.append(asked)
        text = asked["messages"][0]["content"]
        if "refuse" in text:
            return self.reply(401, {})
        if "broken" in text or ("busy" in text and len(self.calls) == 1):
            return self.reply(503, {})
        said = "I feel it is rather positive." if "prose" in text else '{"labels": ["positive"]}'
        if "corrects" in text and len(asked["messages"]) == 1:
            said = "Let me think."
        usage = {"prompt_tokens": 10, "completion_tokens": 2}
        return self.reply(200, {"choices": [{"message": {"content": said}}], "usage": usage})

    def reply(self, code, value):
        body = json.dumps(value).encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    handler = type("Play", (Script,), {"calls": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}/v1", handler.calls
        running.shutdown()
        thread.join()


def answers(url, tmp_path, *texts):
    records = tuple(Record(str(i), Signal(text), "test") for i, text in enumerate(texts))
    options = EndpointOptions(timeout=5, retries=1, wait=0.01, cache=tmp_path / "cache")
    return ask_endpoint(url, "toy", Question(records, SIGNS), space=SIGNS, options=options)


def test_answers_are_parsed_counted_and_kept(server, tmp_path):
    url, calls = server
    said = answers(url, tmp_path, "fine", "prose", "fine")
    assert said.answered.tolist() == [True, False, True]
    assert said.chosen.tolist() == [[False, False, True], [False] * 3, [False, False, True]]
    assert said.rates == {"unparseable": 0.5, "failed": 0.0}
    assert "30 tokens in, 6 out" in said.notes[0]
    assert len(calls) == 3
    again = answers(url, tmp_path, "fine", "prose", "fine")
    assert (len(calls), again.rates) == (3, said.rates)


def test_busy_and_confused_endpoints_are_asked_again_broken_ones_given_up(server, tmp_path):
    url, calls = server
    assert answers(url, tmp_path, "busy").answered.all()
    assert len(calls) == 2
    assert answers(url, tmp_path, "corrects").answered.all()
    said = answers(url, tmp_path, "broken")
    assert (said.answered.tolist(), said.rates["failed"]) == ([False], 1.0)
    with pytest.raises(InputError, match="401"):
        answers(url, tmp_path, "refuse")


def test_an_endpoint_that_does_not_answer_is_a_failed_call(tmp_path):
    said = answers("http://127.0.0.1:9", tmp_path, "fine")
    assert (said.answered.tolist(), said.rates["failed"]) == ([False], 1.0)


@pytest.mark.parametrize(
    ("content", "labels"),
    [
        ('{"labels": ["positive"]}', ("positive",)),
        ('```json\n{"label": "NEGATIVE"}\n```', ("negative",)),
        ('{"labels": ["positive"]} {"labels": ["positive"]}', ("positive",)),
        ('{"labels": ["positive"]} or {"labels": ["negative"]}', None),
        ('{"labels": ["positive", "negative"]}', None),
        ('{"labels": ["glad"]}', None),
        ('{"labels": [1]}', None),
        ('{"labels": []}', None),
        ('{"mood": "positive"}', None),
        ("positive", None),
        ("", None),
    ],
)
def test_only_what_was_said_is_an_answer(content, labels):
    assert parse_answer(content, SIGNS).labels == labels


def test_several_or_no_labels_are_answers_where_several_may_hold():
    assert parse_answer('{"labels": ["fear", "anger"]}', EKMAN).labels == ("anger", "fear")
    assert parse_answer('{"labels": []}', EKMAN).labels == ()


def test_an_endpoint_needs_url_and_model():
    assert endpoint_subject("http://localhost:8000/v1#org/model").name == "org-model"
    for wrong in ("http://localhost:8000/v1", "localhost#model", "ftp://x#y"):
        with pytest.raises(InputError, match="no endpoint"):
            endpoint_subject(wrong)

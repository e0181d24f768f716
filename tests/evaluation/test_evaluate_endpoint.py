"""A chat endpoint as a subject: against a scripted server on this machine, and the echo model."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from affekt.affect.spaces import find_space
from affekt.cli import affekt
from affekt.errors import EndpointError, InputError
from affekt.evaluation.answers import Question, decide
from affekt.evaluation.endpoint import EndpointOptions, endpoint_subject, estimate_endpoint
from affekt.language.asking import AskOptions
from affekt.language.client import ClientOptions
from affekt.language.usage import Price
from affekt.types import VAD, Record, Signal
from chat_server import Raw, Refuse, last

SIGNS, EKMAN = find_space("sentiment"), find_space("ekman")


def quick(tmp_path, **options):
    client = ClientOptions(timeout=0.3, retries=1, wait=0.01, cache=tmp_path / "cache")
    return EndpointOptions(**{"client": client, "ask": AskOptions(workers=2)} | options)


def question(*texts, space=SIGNS, **more):
    return Question(tuple(Record(str(i), Signal(text), "test") for i, text in enumerate(texts)), space, space, **more)


def answers(server, tmp_path, *texts, space=SIGNS, **options):
    subject = endpoint_subject(f"{server.url}#toy", options=quick(tmp_path, **options))
    return subject.answer(question(*texts, space=space))


def plain(body, count):
    """Say what the text says; prose, loops, silence and refusals where it asks for them."""
    text = last(body)
    if "prose" in text:
        return "I feel it is rather positive."
    if "loop" in text:
        return '{"label": "positive"} ' * 50
    if "invents" in text:
        return '{"label": "very positive"}'
    if "slow" in text:
        return Raw(b"{}", pause=0.8)
    if "broken" in text:
        return Refuse(503)
    if "corrects" in text and len(body["messages"]) == 1:
        return "Let me think."
    return '{"label": "positive"}'


def test_answers_are_parsed_counted_and_kept(chat_server, tmp_path):
    chat_server.script = plain
    said = answers(chat_server, tmp_path, "fine", "prose", "fine", price=Price(1.0, 10.0))
    assert said.answered.tolist() == [True, False, True]
    assert said.chosen.tolist() == [[False, False, True], [False] * 3, [False, False, True]]
    assert said.rates == {"unparseable": 0.5, "failed": 0.0}
    bill = said.bill.to_dict()
    assert (bill["requests"], bill["again"], bill["prompt_tokens"], bill["completion_tokens"]) == (3, 1, 30, 6)
    assert bill["cost"] == pytest.approx((30 + 60) / 1e6)
    again = answers(chat_server, tmp_path, "fine", "prose", "fine")
    assert (len(chat_server.bodies), again.rates, again.bill.to_dict()["cached"]) == (3, said.rates, 3)


@pytest.mark.parametrize(
    ("text", "rate", "requests", "reason"),
    [
        ("prose", "unparseable", 2, {"prose": 1}),
        ("loop", "unparseable", 2, {"repeated": 1}),
        ("invents", "unparseable", 2, {"unknown label": 1}),
        ("slow", "failed", 2, {}),
        ("broken", "failed", 2, {}),
    ],
)
def test_what_is_no_answer_is_counted_retried_within_limits_and_never_a_label(
    chat_server, tmp_path, text, rate, requests, reason
):
    chat_server.script = plain
    said = answers(chat_server, tmp_path, f"{text} positive", "fine")
    assert said.answered.tolist() == [False, True]
    assert not said.chosen[0].any()
    assert said.rates[rate] == 0.5
    assert said.bill.tally.requests == requests + 1
    assert dict(said.bill.tally.reasons) == reason
    decided = decide(said, SIGNS)
    assert decided.decision.tolist() == [[False] * 3, [False, False, True]]


def test_confused_endpoints_are_asked_again_refusing_and_dead_ones_end_the_run(chat_server, tmp_path):
    chat_server.script = plain
    assert answers(chat_server, tmp_path, "corrects").answered.all()
    assert len(chat_server.bodies) == 2
    with pytest.raises(EndpointError, match="10 texts in a row"):
        answers(chat_server, tmp_path, *(f"broken {i}" for i in range(30)))
    chat_server.script = lambda body, count: Refuse(401)
    with pytest.raises(EndpointError, match="401"):
        answers(chat_server, tmp_path, "fine")


def test_a_corpus_of_dimensions_is_asked_for_numbers(chat_server, tmp_path):
    chat_server.script = lambda body, count: (
        "calm" if "prose" in last(body) else '{"valence": 0.5, "arousal": -0.2, "dominance": 0}'
    )
    said = answers(chat_server, tmp_path, "fine", "prose", space=None)
    assert said.vad[0].tolist() == [0.5, -0.2, 0.0]
    assert np.isnan(said.vad[1]).all()
    assert (said.answered.tolist(), said.rates["unparseable"]) == ([True, False], 0.5)


def test_examples_are_shown_from_the_other_splits_a_label_after_another(chat_server, tmp_path):
    chat_server.script = plain
    learning = tuple(
        Record(f"train-{i}", Signal(f"{label} example {i}"), "train", (label,))
        for i, label in enumerate(["positive"] * 9 + ["negative"])
    )
    subject = endpoint_subject(f"{chat_server.url}#toy", options=quick(tmp_path, shots=3))
    assert (subject.version, subject.learns) == ("prompt-2-3-shot", True)
    assert subject.answer(question("fine", learning=learning)).answered.all()
    content = chat_server.bodies[0]["messages"][0]["content"]
    assert content.count("Answer: {") == 3
    assert content.count('{"label": "negative"}') == 1
    with pytest.raises(InputError, match="have 10"):
        endpoint_subject("echo", options=quick(tmp_path, shots=11)).answer(question("fine", learning=learning))
    with pytest.raises(InputError, match="have 0"):
        endpoint_subject("echo", options=quick(tmp_path, shots=1)).answer(question("fine"))
    told = tuple(Record(f"t{i}", Signal(f"text {i}"), "train", vad=VAD(0.1, 0.2, 0.3)) for i in range(2))
    asked = Question(question("fine").records, None, None, told)
    assert endpoint_subject("echo", options=quick(tmp_path, shots=2)).answer(asked).answered.all()


def test_what_it_would_take_is_told_first_and_asks_nothing(chat_server, tmp_path):
    told = []
    found = estimate_endpoint(f"{chat_server.url}#toy", question("a", "b", "a"), options=quick(tmp_path))
    assert (found.prompts, found.different, found.usage.completion) == (3, 2, 400)
    assert not chat_server.bodies
    chat_server.script = plain
    answers(chat_server, tmp_path, "a", told=told.append, price=Price(1, 1))
    assert "1 prompts to ask" in told[0]
    assert "cost at most about" in told[0]


def test_echo_needs_no_server():
    subject = endpoint_subject("echo")
    said = subject.answer(question("so much joy", "the box", space=EKMAN))
    assert said.chosen.tolist() == [[label == "joy" for label in EKMAN], [False] * 6]
    assert said.rates == {"unparseable": 0.0, "failed": 0.0}


def test_an_endpoint_needs_url_and_model():
    assert endpoint_subject("http://localhost:8000/v1#org/model").name == "org-model"
    for wrong in ("http://localhost:8000/v1", "localhost#model", "ftp://x#y"):
        with pytest.raises(InputError, match="no endpoint"):
            endpoint_subject(wrong)


@pytest.fixture
def corpus(tmp_path, monkeypatch):
    """Six texts in each split of dair_emotion's layout."""
    folder = tmp_path / "dair_emotion"
    folder.mkdir()
    for split in ("train", "val", "test"):
        lines = [f"i feel {label} in {split} {i};{label}" for label in ("joy", "anger", "sadness") for i in range(2)]
        (folder / f"{split}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    monkeypatch.setenv("AFFEKT_DATA", str(tmp_path))
    monkeypatch.chdir(tmp_path)


def run(*arguments, code=0):
    result = CliRunner().invoke(affekt, [*arguments, "--resamples", "20"])
    assert result.exit_code == code, result.output
    return result


def named(body, count):
    """Say the label that the text names, prose about anger."""
    label = next(label for label in ("joy", "anger", "sadness") if label in last(body))
    return "Furious, I would say." if label == "anger" else json.dumps({"label": label})


def test_the_verb_tells_what_asking_took(chat_server, corpus, monkeypatch):
    monkeypatch.delenv("AFFEKT_ENDPOINT_PRICE", raising=False)
    chat_server.script = named
    model = f"endpoint:{chat_server.url}#toy"
    on = ("--on", "dair_emotion:test")
    told = run("evaluate", model, *on, "--estimate", "--price", "1,2")
    assert "6 prompts to ask" in told.output
    assert not chat_server.bodies
    assert "price unknown" in run("evaluate", model, *on).output
    found = json.loads(run("evaluate", model, *on, "--json", "--price", "1,2", "--html", "page.html").stdout)
    assert found["metrics"]["unparseable"]["value"] == pytest.approx(1 / 3)
    assert found["metrics"]["accuracy"]["value"] == pytest.approx(2 / 3)
    asking = found["asking"]
    # Two texts about anger are asked twice; this second run takes all from the cache.
    assert (asking["requests"], asking["cached"], asking["cost"], asking["reasons"]) == (0, 8, 0.0, {"prose": 2})
    assert len(chat_server.bodies) == 8
    page = Path("page.html").read_text(encoding="utf-8")
    assert "What asking took" in page
    assert "2 (33.3%): prose 2" in page


def test_several_models_are_compared_in_one_command(chat_server, corpus):
    chat_server.script = named
    one, two = (f"endpoint:{chat_server.url}#{name}" for name in ("one", "two"))
    found = json.loads(run("compare", one, two, "text-nano", "--on", "dair_emotion:test", "--json").stdout)
    assert found["scores"][one]["accuracy"] == found["scores"][two]["accuracy"] == pytest.approx(2 / 3)
    assert "text-nano" in found["scores"]
    assert {row["b"] for row in found["differences"]} >= {two, "text-nano"}
    assert {model: asked["unparseable"] for model, asked in found["asking"].items()} == {one: 2, two: 2}
    table = run("compare", one, "prior", "--on", "dair_emotion:test").stdout
    assert "unparseable\t2 (33.3%): prose 2" in table


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("prior", "--estimate"), "costs nothing"),
        (("endpoint:echo", "--estimate", "--suite", "text"), "--on"),
        (("endpoint:echo", "--price", "cheap"), "0.15,0.60"),
        (("endpoint:echo", "--answer-labels", "a"), "OLD=NEW"),
    ],
)
def test_what_cannot_be_asked_is_told(corpus, arguments, told):
    assert told in run("evaluate", *arguments, "--on", "dair_emotion:test", code=1).output

"""Asking many things at once: what is counted, what is asked again, when it is given up, what it would cost."""

from __future__ import annotations

import time

import pytest

from affekt.affect.spaces import find_space
from affekt.errors import EndpointError, InputError
from affekt.language.answers import parse_labels, parse_numbers
from affekt.language.asking import AskOptions, ask_all, estimate_asking
from affekt.language.chat import Settings
from affekt.language.client import ClientOptions, open_endpoint
from affekt.language.echo import Echo, Scripted
from affekt.language.prompts import DIMENSIONS, Example, Template, ask_about
from affekt.language.tally import Bill, Tally
from affekt.language.usage import Price, Usage, estimate_tokens, known_price, parse_price
from chat_server import Raw, Refuse, last

SIGNS, EKMAN = find_space("sentiment"), find_space("ekman")
BARE = Template(SIGNS, definitions=False)


def put(model, *texts, **options):
    prompts = [ask_about(text, BARE) for text in texts]
    return ask_all(model, prompts, lambda said: parse_labels(said, SIGNS), **options)


def test_equal_prompts_are_asked_once_and_all_is_counted():
    model = Scripted(lambda prompt: "Let me think." if "prose" in prompt[-1].content else '{"label": "neutral"}')
    found = put(model, "a", "prose", "a", "b")
    assert [answer.value for answer in found.answers] == [("neutral",), ("neutral",), ("neutral",), ("neutral",)]
    tally = found.tally
    assert (tally.prompts, tally.different, tally.requests, tally.again, tally.unparseable) == (4, 3, 4, 1, 0)
    assert tally.usage.estimated == tally.usage.prompt + tally.usage.completion


def test_a_reply_that_is_no_answer_is_asked_for_again_with_the_reason():
    model = Scripted(["Perhaps positive?", '{"label": "positive"}'])
    assert put(model, "a").answers[0].value == ("positive",)
    roles = [message.role for message in model.asked[1]]
    assert roles == ["user", "assistant", "user"]
    assert model.asked[1][1].content == "Perhaps positive?"
    assert "text outside the JSON object" in model.asked[1][2].content


@pytest.mark.parametrize("again", [0, 1, 3])
def test_what_stays_no_answer_has_no_value(again):
    model = Scripted(['{"label": "glad"}'])
    found = put(model, "a", options=AskOptions(again=again))
    assert (found.answers[0].value, found.answers[0].reason) == (None, "unknown label")
    assert len(model.asked) == again + 1
    assert (found.tally.unparseable_rate, found.tally.reasons) == (1.0, {"unknown label": 1})


def test_answers_stand_in_the_order_of_the_prompts_and_threads_are_bounded(chat_server, tmp_path):
    def script(body, count):
        time.sleep(0.02 * (count % 3))
        return f'{{"label": "{last(body).split()[0]}"}}'

    chat_server.script = script
    texts = [f"{label} {i}" for i in range(8) for label in SIGNS]
    seen = []
    model = open_endpoint(f"{chat_server.url}#toy", options=ClientOptions(cache=tmp_path))
    found = put(model, *texts, options=AskOptions(workers=3), progress=lambda done, of: seen.append((done, of)))
    assert [answer.value for answer in found.answers] == [(text.split()[0],) for text in texts]
    assert 1 < chat_server.most <= 3
    assert seen == [(i + 1, 24) for i in range(24)]
    assert found.tally.usage == Usage(240, 48)


def test_an_endpoint_that_dies_half_way_ends_the_run_and_the_same_call_goes_on(chat_server, tmp_path):
    chat_server.script = lambda body, count: '{"label": "neutral"}' if count <= 20 else Refuse(503)
    texts = [f"text {i}" for i in range(40)]
    options = ClientOptions(retries=0, wait=0.01, cache=tmp_path)
    with pytest.raises(EndpointError, match=r"5 texts in a row, lastly: 503.*20 of 40 are answered and kept"):
        put(
            open_endpoint(f"{chat_server.url}#toy", options=options),
            *texts,
            options=AskOptions(workers=1, give_up=5),
        )
    while chat_server.active:
        time.sleep(0.01)
    time.sleep(0.1)
    assert len(chat_server.bodies) <= 26
    chat_server.bodies.clear()
    chat_server.script = lambda body, count: '{"label": "neutral"}'
    found = put(open_endpoint(f"{chat_server.url}#toy", options=options), *texts)
    assert (found.tally.cached, found.tally.requests, len(chat_server.bodies)) == (20, 20, 20)
    assert all(answer.value == ("neutral",) for answer in found.answers)


def test_a_refusal_in_a_thread_ends_the_run(chat_server, tmp_path):
    chat_server.script = lambda body, count: Refuse(401)
    with pytest.raises(EndpointError, match="401"):
        put(open_endpoint(f"{chat_server.url}#toy", options=ClientOptions(cache=tmp_path)), "a", "b", "c")


def test_a_few_lost_texts_do_not_end_it(chat_server, tmp_path):
    chat_server.script = lambda body, count: Raw(b"{}", pause=0.5) if "slow" in last(body) else '{"label": "neutral"}'
    options = ClientOptions(timeout=0.1, retries=1, wait=0.01, cache=tmp_path)
    found = put(open_endpoint(f"{chat_server.url}#toy", options=options), "a", "slow", "b")
    assert [answer.reason for answer in found.answers] == [None, "failed", None]
    assert (found.tally.failed, found.tally.retried, found.tally.requests) == (1, 1, 4)
    assert found.answers[1].failure == "no answer in 0.1 s"


def test_what_it_would_take_is_told_before(chat_server, tmp_path):
    chat_server.script = lambda body, count: '{"label": "neutral"}'
    model = open_endpoint(f"{chat_server.url}#toy", options=ClientOptions(cache=tmp_path))
    put(model, "a")
    prompts = [ask_about(text, BARE) for text in ("a", "b", "b", "c")]
    found = estimate_asking(model, prompts, settings=Settings(tokens=50))
    assert (found.prompts, found.different, found.cached) == (4, 3, 0)
    found = estimate_asking(model, prompts)
    assert (found.cached, found.usage.completion) == (1, 400)
    assert found.usage.prompt == sum(estimate_tokens([p[0].content]) for p in (prompts[1], prompts[3]))
    assert "price unknown" in found.sentence()
    assert "2 prompts to ask (4 texts, 3 different, 1 answered before)" in found.sentence(Price(1, 2))
    assert len(chat_server.bodies) == 1


def test_tallies_add_up_and_cost_follows_the_price():
    one = Tally(prompts=2, different=2, requests=3, usage=Usage(1000, 100, 5), reasons={"prose": 1}, unparseable=1)
    both = one + one
    assert (both.requests, both.reasons, both.usage) == (6, {"prose": 2}, Usage(2000, 200, 10))
    assert Bill(both, Price(1.0, 10.0)).to_dict()["cost"] == pytest.approx(0.004)
    assert Bill(both).to_dict()["cost"] is None
    assert dict(Bill(both).rows())["cost"] == "price unknown"
    shown = dict(Bill(both, Price(1.0, 10.0)).rows())
    assert shown["cost"] == "0.004 (1 in, 10 out per million tokens)"
    assert shown["unparseable"] == "2 (50.0%): prose 2"
    assert shown["tokens"] == "2,000 in, 200 out, 10 of all tokens estimated"
    assert Tally().unparseable_rate == 0.0


def test_prices_are_given_or_stand_in_the_environment(monkeypatch):
    assert parse_price("2") == Price(2, 2)
    for wrong in ("", "a", "1,2,3", "-1,2", "nan,1", "1;2"):
        with pytest.raises(InputError, match=r"0\.15,0\.60"):
            parse_price(wrong)
    monkeypatch.delenv("AFFEKT_ENDPOINT_PRICE", raising=False)
    assert known_price() is None
    monkeypatch.setenv("AFFEKT_ENDPOINT_PRICE", "1,2")
    assert known_price() == Price(1, 2)
    assert known_price("3,4") == Price(3, 4)


def test_prompts_show_definitions_examples_and_what_was_said_before():
    shown = Template(EKMAN, examples=(Example("Boo!", ("fear", "surprise")), Example("The box.")))
    content = ask_about('Say "hi".\nText: "x"', shown, context=("Hello.", "Who?"))[0].content
    assert "\n- anger: " in content
    assert 'Text: "Boo!"\nAnswer: {"labels": ["fear", "surprise"]}' in content
    assert 'Text: "The box."\nAnswer: {"labels": []}' in content
    assert content.endswith('Before it was said: ["Hello.", "Who?"]\nText: "Say \\"hi\\".\\nText: \\"x\\""\nAnswer:')
    assert shown.version == "prompt-2-2-shot"
    assert Template(EKMAN, definitions=False).version == "prompt-2-bare"
    assert "a typical reader" in ask_about("x", Template(EKMAN, whose="reader"))[0].content
    assert "feels" not in ask_about("x", Template(find_space("big-five")))[0].content


def test_echo_answers_every_template_in_its_form():
    model = Echo()
    for space in (SIGNS, EKMAN, find_space("goemotions"), find_space("ekman-neutral"), find_space("isear")):
        for text in ("so much joy and anger", "nothing at all", ""):
            said = model.reply(ask_about(text, Template(space)), Settings()).content
            found = parse_labels(said, space)
            assert found.value is not None, (space.name, text, said)
    said = model.reply(ask_about("What joy!", Template(None)), Settings()).content
    numbers = parse_numbers(said, DIMENSIONS).value
    assert numbers["valence"] > 0.5
    assert parse_numbers(model.reply(ask_about("Hm.", Template(None)), Settings()).content, DIMENSIONS).value == {
        "valence": 0.0,
        "arousal": 0.0,
        "dominance": 0.0,
    }
    shown = Template(EKMAN, examples=(Example("fear", ("fear",)),))
    assert model.reply(ask_about("joy", shown), Settings()).content == '{"labels": ["joy"]}'
    assert model.reply(ask_about("joy", BARE), Settings()).content == '{"label": "neutral"}'


def test_a_script_that_is_silent_is_a_failure():
    found = put(Scripted([None]), "a")
    assert (found.answers[0].reason, found.tally.failed_rate) == ("failed", 1.0)

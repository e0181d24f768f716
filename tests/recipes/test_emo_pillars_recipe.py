"""recipes/emo_pillars: passages to examples against a scripted endpoint, and students with and without context."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from affekt.affect.spaces import find_space
from affekt.errors import EndpointError
from affekt.language.asking import AskOptions
from affekt.language.client import ClientOptions, open_endpoint
from affekt.types import Record, Signal
from chat_server import Refuse

RECIPE = Path(__file__).parents[2] / "recipes/emo_pillars"
DAIR = find_space("dair-emotion")
ONE = AskOptions(workers=1, again=0, give_up=2)
HAPPENED = {"joy": "won the prize", "sadness": "lost the dog", "fear": "heard the wolf"}
SAID = (
    "so it is here",
    "well there it was",
    "look at that now",
    "and nobody knew",
    "who would say so",
    "again and again",
)


def reply(*examples: dict[str, object]) -> str:
    return json.dumps({"examples": list(examples)})


def example(utterance: str, *labels: str, context: str = "It rained.") -> dict[str, object]:
    return {"context": context, "utterance": utterance, "alone": f"{utterance} It rains.", "labels": list(labels)}


def test_from_passages_to_examples(recipe, chat_server, tmp_path):
    replies = [
        reply(example("Rain again, and no end.", "sadness", "gloom"), example("I like it.", "joy")),
        "I would rather not.",
        reply(example("rain again - and no end", "sadness"), example("Who goes there?", "dread")),
        reply(example("My heart is yours for ever.", "Love")),
    ]
    chat_server.script = lambda body, count: replies[count - 1]
    model = open_endpoint(f"{chat_server.url}#m", options=ClientOptions(retries=0, cache=None))
    passages = ["One.", "Two.", "Two.", " ", "Three.", "Four."]
    made = recipe("synthesis").synthesise(tmp_path, model, passages, DAIR, options=ONE)
    assert [(each.utterance, each.labels) for each in made.examples] == [
        ("Rain again, and no end.", ("sadness",)),
        ("I like it.", ("joy",)),
        ("My heart is yours for ever.", ("love",)),
    ]
    assert made.prompts == 4 and made.written == 5 and made.refused == {"prose": 1}
    assert made.outside == {"gloom": 1, "dread": 1} and made.without_label == 1 and made.doubles == 1
    assert "no answer: prose 1" in made.lines()[0] and "dread 1, gloom 1" in made.lines()[1]
    kept = [json.loads(line) for line in (tmp_path / "examples.jsonl").read_text().splitlines()]
    assert kept[0]["passage"] == "One." and kept[0]["alone"] == "Rain again, and no end. It rains."
    asked = [body["messages"][0]["content"] for body in chat_server.bodies]
    labels = [label for said in asked for label in DAIR if f"feeling {label}:" in said]
    assert labels == list(DAIR.labels[:4])
    # The same call again asks nothing: even what was no answer is known to be none.
    again = recipe("synthesis").synthesise(tmp_path, model, passages, DAIR, options=ONE)
    assert len(chat_server.bodies) == 4 and again == made


def test_an_endpoint_that_dies_half_way(recipe, chat_server, tmp_path):
    chat_server.script = lambda body, count: (
        reply(example(f"It is number {count}.", "joy")) if count < 3 else Refuse(500, "down")
    )
    model = open_endpoint(f"{chat_server.url}#m", options=ClientOptions(retries=0, wait=0, cache=tmp_path / "kept"))
    passages = [f"Passage {i}." for i in range(6)]
    synthesise = recipe("synthesis").synthesise
    with pytest.raises(EndpointError, match="in a row"):
        synthesise(tmp_path, model, passages, DAIR, options=ONE)
    asked = len(chat_server.bodies)
    chat_server.script = lambda body, count: reply(example(f"Now it is number {count}.", "fear"))
    made = synthesise(tmp_path, model, passages, DAIR, options=ONE)
    later = {re.findall(r"Passage \d", body["messages"][-1]["content"])[-1] for body in chat_server.bodies[asked:]}
    # What was answered before the end is not asked for again; what was under way then may come twice.
    assert later == {f"Passage {i}" for i in range(2, 6)}
    assert made.prompts == 6 and made.written == 6


def test_turns_carry_what_was_said_before(recipe):
    def turn(dialogue: str, place: int, text: str, *labels: str) -> Record:
        return Record(f"{dialogue}/{place}", Signal(text), "train", labels, group=dialogue)

    said = [turn("a", i, f"a{i}", "joy") for i in range(4)] + [turn("b", 0, "b0", "fear"), turn("b", 1, "b1")]
    found = recipe("run").in_dialogue(said, 2)
    assert [(r.signal.text, r.conditions["context"]) for r in found] == [
        ("a0", ""),
        ("a1", "a0"),
        ("a2", "a0\na1"),
        ("a3", "a1\na2"),
        ("b0", ""),
    ]
    told = Record("c/situation", Signal("s"), "test", ("proud",), group="c")
    turns = [Record(f"c/{i}", Signal(f"c{i}"), "test-turns", group="c", unrated=("proud",)) for i in (1, 2, 3, 4)]
    (only,) = recipe("run").in_dialogue([told, *turns], 2)
    assert only.signal.text == "c3" and only.conditions["context"] == "c1\nc2"
    assert only.labels == ("proud",) and only.split == "test" and not only.unrated


@pytest.mark.slow
def test_where_the_context_decides_the_student_with_context_wins(recipe, chat_server, tmp_path):
    """What is said is the same for all labels; what happened before is not. Made up through the endpoint."""
    import torch

    from affekt.corpora.parts import Parts
    from affekt.corpora.targets import make_target
    from affekt.layers.text_encoder import EncoderConfig, TextEncoder
    from affekt.training.fine_tuning import Plan
    from affekt.training.starting import Start, open_encoder
    from affekt.training.text_network import LabelNet, answer, loss_for, train_labels

    random = np.random.default_rng(0)

    def script(body, count):
        label = str(random.choice(list(HAPPENED)))
        who, said = str(random.choice(["He", "She", "Ann", "Ben", "Kim"])), str(random.choice(SAID))
        # A number makes each utterance its own, so that none is dropped as a double.
        numbers = " ".join(str(n) for n in random.integers(0, 99, 6))
        return reply(example(f"{said} {numbers}", label, context=f"{who} {HAPPENED[label]}."))

    chat_server.script = script
    model = open_endpoint(f"{chat_server.url}#m", options=ClientOptions(cache=None))
    passages = [f"Passage {i}." for i in range(160)]
    made = recipe("synthesis").synthesise(tmp_path, model, passages, DAIR, options=ONE)
    assert len(made.examples) > 150
    records = [
        Record(str(i), Signal(e.utterance), "all", e.labels, conditions={"context": e.context})
        for i, e in enumerate(made.examples)
    ]
    cut = [make_target("made-up", part, DAIR, split="all") for part in (records[:110], records[110:130], records[130:])]
    parts = Parts(*cut, ())
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    right = {}
    for kind in ("with-context", "without-context"):
        torch.manual_seed(0)
        sizes = EncoderConfig(width=32, layers=1, heads=2, feedforward=64, dropout=0.0)
        start = Start(TextEncoder(sizes), open_encoder("fresh", layers=1).tokenizer, 32, "tiny", "none", lower=True)
        net = LabelNet(start, len(DAIR), dropout=0.0)
        train, dev, test = (recipe("run").ids_of(start, part.records, kind, 48) for part in parts)
        plan = Plan(10, 16, 1e-2, patience=4, bfloat16=False)
        lesson, held = (train, parts.train.truth), (dev, parts.dev.truth)
        train_labels(net, lesson, held, loss=loss_for("exclusive"), plan=plan)
        right[kind] = float((answer(net, test).argmax(1) == parts.test.truth.argmax(1)).mean())
    torch.set_num_threads(before)
    assert right["with-context"] > 0.9
    assert right["without-context"] < 0.7

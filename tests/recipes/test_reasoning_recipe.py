"""recipes/reasoning_infused: the augmentation from any endpoint, the offline writer, and Q → RA against Q → A."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from affekt.affect.spaces import find_space
from affekt.corpora.targets import make_target
from affekt.inference.text import open_reader
from affekt.language.asking import AskOptions, ask_all
from affekt.language.reasoning import ask_for_reasoning, parse_reasoning
from affekt.models.index import find_model
from affekt.types import Record, Signal

RECIPE = Path(__file__).parents[2] / "recipes/reasoning_infused"
DAIR = find_space("dair-emotion")
TEXTS = {
    "i am so happy about the gift": "joy",
    "i was terrified of the dark cellar": "fear",
    "i hate how they laughed at me": "anger",
    "i cried when he left": "sadness",
}


def target(texts: dict[str, str]):
    records = [Record(str(i), Signal(text), "train", (label,)) for i, (text, label) in enumerate(texts.items())]
    return make_target("toy", records, DAIR, split="train")


def test_rows_come_from_any_endpoint_and_the_run_goes_on(recipe, chat_server, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # replies are kept below runs/ of where it is run

    def script(body, count):
        asked = body["messages"][0]["content"]
        if "terrified" in asked:
            return "I cannot say."
        label = json.loads(asked.rpartition("Label: ")[2].splitlines()[0])
        return json.dumps({"reasoning": f"The words show it. So it is {label}."})

    chat_server.script = script
    config = recipe("run").Config(corpus="toy", endpoint=f"{chat_server.url}#org/m", rows=str(tmp_path / "rows"))
    found = recipe("run").augmented(target(TEXTS), config)
    assert [row["answer"] for row in found.rows] == ["joy", "anger", "sadness"]
    assert found.rows[0]["question"] == "i am so happy about the gift" and found.refused == {"prose": 1}
    (path,) = (tmp_path / "rows").glob("*.jsonl")
    assert path.name == "toy-org-m.jsonl" and len(path.read_text().splitlines()) == 4
    asked = len(chat_server.bodies)
    exchanges = recipe("run").exchanges(target(TEXTS), "reasons", config)
    assert len(chat_server.bodies) == asked
    assert exchanges[0].answer == "The words show it. So it is joy. Answer: joy"
    assert exchanges[1] == ("i was terrified of the dark cellar", "Answer: fear")
    assert [each.answer for each in recipe("run").exchanges(target(TEXTS), "answers", config)] == [
        f"Answer: {label}" for label in TEXTS.values()
    ]


def test_the_offline_writer_names_the_words_that_mattered(recipe):
    writer = recipe("writer").EvidenceWriter(open_reader(find_model("text-nano")), DAIR)
    blind = recipe("writer").EvidenceWriter(open_reader(find_model("text-nano")), DAIR, blind=True)
    prompts = [ask_for_reasoning(text, label, DAIR) for text, label in TEXTS.items()]
    one = AskOptions(workers=1, again=0)
    said = [answer.value["reasoning"] for answer in ask_all(writer, prompts, parse_reasoning, options=one).answers]
    for text, word in zip(said, ("happy", "terrified", "hate", "cried"), strict=True):
        assert text.startswith("What matters here: ") and word in text
    drawn = [answer.value["reasoning"] for answer in ask_all(blind, prompts, parse_reasoning, options=one).answers]
    assert [text.count(",") for text in drawn] == [text.count(",") for text in said]
    assert drawn != said
    assert writer.words("", "joy") == []


def test_what_is_no_label_is_no_decision(recipe, monkeypatch):
    run = recipe("run")
    said = ["he cried . answer : sadness", "answer : gloom", "he is sad"]
    monkeypatch.setattr(run, "say", lambda speaker, questions, most: said)
    decided, unread = run.read(None, target(dict(list(TEXTS.items())[:3])), run.Config())
    assert decided.sum(1).tolist() == [1, 0, 0] and decided[0, DAIR.index("sadness")]
    assert unread == pytest.approx(2 / 3)
    assert decided.dtype == np.bool_

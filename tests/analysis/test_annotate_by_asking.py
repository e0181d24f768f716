"""Tables labelled by a chat model: what is added, what is rejected, what a killed or starved run keeps."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from test_bulk_formats import read, write

import affekt
from affekt.affect.spaces import find_space
from affekt.analysis.annotate import AnnotateOptions
from affekt.analysis.asking import Asking
from affekt.analysis.bulk import BulkOptions, annotate_file, estimate_file
from affekt.analysis.gold import file_agreement, gold_agreement
from affekt.errors import EndpointError, InputError, OutputError, UnknownNameError
from affekt.language.asking import AskOptions
from affekt.language.chat import Reply
from affekt.language.client import ClientOptions
from affekt.language.echo import Scripted
from affekt.language.usage import Price
from affekt.types import LabelSpace
from chat_server import Refuse, last

EKMAN, SIGNS = find_space("ekman"), find_space("sentiment")
WORDS = {"glad": ["joy"], "cross": ["anger"], "both": ["anger", "joy"], "flat": []}


def say(text: str) -> str | None:
    if "prose" in text:
        return "I would call it joy."
    if "invents" in text:
        return '{"labels": ["glee"]}'
    if "silent" in text:
        return None
    return json.dumps({"labels": next((labels for word, labels in WORDS.items() if word in text), [])})


def scripted(script=say) -> Scripted:
    def reply(prompt):
        first = prompt[0].content
        return script(json.loads(first.rpartition("Text: ")[2].partition("\n")[0])) if "Text: " in first else "yes"

    return Scripted(reply)


def options(chat=None, **more) -> BulkOptions:
    asking = Asking(chat=chat or scripted(), ask=AskOptions(workers=2, give_up=5), price=Price(1.0, 2.0))
    return BulkOptions("endpoint:toy", "ekman", chunk_rows=10, asking=replace(asking, **more.pop("asking", {})), **more)


ROWS = [{"id": f"{n:03d}", "text": f"{word} {n}"} for n, word in enumerate([*WORDS, "prose", "invents", ""] * 5)]


@pytest.mark.parametrize("kind", ["csv", "tsv", "jsonl", "parquet"])
@pytest.mark.parametrize("out", ["csv", "parquet"])
def test_answers_become_columns_and_what_is_none_is_rejected(tmp_path: Path, kind: str, out: str) -> None:
    rows = [row | {"text": row["text"] if row["text"].split()[0].isalpha() else ""} for row in ROWS]
    source, output = write(tmp_path / f"in.{kind}", rows), tmp_path / f"out.{out}"
    summary = annotate_file(source, output, column="text", options=options())
    assert (summary.rows, summary.written, summary.rejected) == (35, 20, 15)
    found = read(output)
    assert list(found[0]) == ["id", "text", "labels", "status"]
    expected = [
        ("|".join(WORDS[row["text"].split()[0]]), row["id"])
        for row in rows
        if row["text"].split()[:1] and row["text"].split()[0] in WORDS
    ]
    assert [(row["labels"] or "", row["id"]) for row in found] == expected
    assert {row["status"] for row in found} == {"ok"}
    rejects = [json.loads(line) for line in (tmp_path / f"out.{out}.rejects.jsonl").read_text().splitlines()]
    assert [each["row"] for each in rejects] == sorted(each["row"] for each in rejects)
    reasons = {each["row"]: each["reason"] for each in rejects}
    assert reasons[5].startswith("unparseable: there was text outside the JSON object: I would call it joy")
    assert reasons[6].startswith("unparseable: it names a label that is not on the list")
    assert reasons[7] == "no text"
    assert "prose 4" in next(each["input"] for each in rejects if each["row"] == 5)
    assert summary.bill.tally.unparseable == 10 and summary.bill.cost > 0


def test_no_text_keeps_replies_out_of_the_rejects_too(tmp_path: Path) -> None:
    source = write(tmp_path / "in.csv", ROWS)
    annotate_file(source, tmp_path / "out.csv", column="text", options=options(no_text=True))
    assert "joy" not in (tmp_path / "out.csv.rejects.jsonl").read_text()


def test_an_endpoint_that_dies_is_told_and_the_same_call_does_the_rest(tmp_path: Path, chat_server) -> None:
    rows = [{"id": f"{n:03d}", "text": f"glad {n}"} for n in range(60)]
    source, output = write(tmp_path / "in.csv", rows), tmp_path / "out.csv"
    client = ClientOptions(timeout=5, retries=0, wait=0.01, cache=tmp_path / "replies")
    asking = Asking(client=client, ask=AskOptions(workers=2, give_up=4))
    job = BulkOptions(f"endpoint:{chat_server.url}#toy", "ekman", chunk_rows=10, asking=asking)
    alive = {"on": True}

    def script(body, count):
        if count > 33:
            alive["on"] = False
        return say(last(body)) if alive["on"] else Refuse(503)

    chat_server.script = script
    with pytest.raises(EndpointError, match=r"the same command goes on|goes on from there"):
        annotate_file(source, output, column="text", options=job)
    assert not output.exists() and len(list((tmp_path / "out.csv.parts").glob("part-*.parquet"))) == 3
    asked = len({last(body) for body in chat_server.bodies if "Text: " in body["messages"][0]["content"]})
    chat_server.bodies.clear()
    chat_server.script = lambda body, count: say(last(body))
    summary = annotate_file(source, output, column="text", options=job)
    assert summary.resumed == 30 and summary.rejected == 0
    assert [row["id"] for row in read(output)] == [row["id"] for row in rows]
    assert len(chat_server.bodies) <= 60 - 33 < asked, "what was answered is not asked again"


def test_few_rows_lost_at_the_end_of_a_chunk_are_not_given_up(tmp_path: Path) -> None:
    """Fewer than give_up in a row: only that the endpoint is dead to every word tells it from a text it cannot bear."""
    rows = [{"text": f"glad {n}"} for n in range(10)]
    source = write(tmp_path / "in.csv", rows)
    dead = Scripted(lambda prompt: None if "glad 9" in prompt[0].content or "yes" in prompt[0].content else say("glad"))
    with pytest.raises(EndpointError, match="no longer answers"):
        annotate_file(source, tmp_path / "out.csv", column="text", options=options(dead))
    fussy = Scripted(lambda prompt: None if "glad 9" in prompt[0].content else say("glad"))
    summary = annotate_file(source, tmp_path / "out.csv", column="text", options=options(fussy))
    assert summary.written == 9
    assert "no reply: the script says nothing" in (tmp_path / "out.csv.rejects.jsonl").read_text()
    assert summary.bill.tally.failed == 1


def test_a_reply_that_comes_the_second_time_counts(tmp_path: Path) -> None:
    seen: list[str] = []

    def flaky(text: str) -> str | None:
        seen.append(text)
        return None if text == "glad 3" and seen.count(text) == 1 else say(text)

    source = write(tmp_path / "in.csv", [{"text": f"glad {n}"} for n in range(10)])
    summary = annotate_file(source, tmp_path / "out.csv", column="text", options=options(scripted(flaky)))
    assert summary.rejected == 0 and summary.bill.tally.failed == 0 and summary.bill.tally.different == 10


def test_another_question_is_another_run(tmp_path: Path) -> None:
    source, output = write(tmp_path / "in.csv", [{"text": f"glad {n}"} for n in range(30)]), tmp_path / "out.csv"
    dies = scripted(lambda text: None if int(text.split()[1]) > 14 else say(text))
    with pytest.raises(EndpointError):
        annotate_file(source, output, column="text", options=options(dies))
    with pytest.raises(OutputError, match="asked_as was 'prompt-2', now 'reader-"):
        annotate_file(source, output, column="text", options=options(asking={"template": "reader"}))


def test_the_cost_is_told_before_and_nothing_is_asked(tmp_path: Path) -> None:
    chat = scripted()
    source = write(tmp_path / "in.csv", [{"text": f"glad {n % 12}"} for n in range(30)] + [{"text": ""}])
    found = estimate_file(source, column="text", options=options(chat))
    assert (found.rows, found.rejected, found.asking.prompts, found.asking.different) == (31, 1, 30, 12)
    assert not chat.asked and found.asking.usage.prompt > 12 * 50
    assert "cost at most about" in found.asking.sentence(Price(1, 2))


def test_what_a_template_asks_for_besides_is_a_column(tmp_path: Path) -> None:
    chat = scripted(lambda text: json.dumps({"translation": f"En: {text}", "labels": ["joy"]}))
    source = write(tmp_path / "in.csv", [{"text": "ānanda"}])
    annotate_file(source, tmp_path / "out.csv", column="text", options=options(chat, asking={"template": "cotr"}))
    assert read(tmp_path / "out.csv") == [
        {"text": "ānanda", "labels": "joy", "translation": "En: ānanda", "status": "ok"}
    ]


def test_dimensions_are_numbers(tmp_path: Path) -> None:
    chat = scripted(lambda text: '{"valence": 0.5, "arousal": -0.25, "dominance": 0}')
    job = BulkOptions("endpoint:toy", asking=Asking(chat=chat, dimensions=True), prefix="m_")
    source = write(tmp_path / "in.csv", [{"text": "well"}])
    annotate_file(source, tmp_path / "out.parquet", column="text", options=job)
    (row,) = read(tmp_path / "out.parquet")
    assert (row["m_valence"], row["m_arousal"], row["m_dominance"], row["m_status"]) == (0.5, -0.25, 0.0, "ok")


def test_lists_of_texts_keep_every_row() -> None:
    asked = AnnotateOptions(asking=Asking(chat=scripted()))
    texts = ["glad", None, "prose", "flat", "silent"]
    table = affekt.annotate(texts, model="endpoint:toy", space="ekman", options=asked)
    assert table.names == ("text", "labels", "status")
    assert table["status"].tolist() == ["ok", "empty", "unparseable", "ok", "no reply"]
    assert table["labels"].tolist() == ["joy", None, None, "", None]


def test_what_cannot_be_asked_is_told_before_anything_is(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no labels of its own"):
        affekt.annotate(["x"], model="endpoint:echo")
    with pytest.raises(UnknownNameError, match="ekman"):
        affekt.annotate(["x"], model="endpoint:echo", space="ekmann")
    with pytest.raises(InputError, match="no endpoint"):
        affekt.annotate(["x"], model="endpoint:nowhere", space="ekman")
    with pytest.raises(InputError, match="raters"):
        affekt.annotate(["x"], model="endpoint:echo", space="ekman", raters=True)
    source = write(tmp_path / "in.csv", [{"text": "x", "labels": "y"}])
    with pytest.raises(InputError, match="already has a column of the name 'labels'"):
        annotate_file(source, tmp_path / "out.csv", column="text", options=options())


def kappa(truth: list[bool], said: list[bool]) -> float:
    n = len(truth)
    observed = sum(a == b for a, b in zip(truth, said, strict=True)) / n
    p, q = sum(truth) / n, sum(said) / n
    chance = p * q + (1 - p) * (1 - q)
    return (observed - chance) / (1 - chance)


def test_agreement_with_several_labels_by_hand() -> None:
    said = ["joy", "anger|joy", "", None, "fear"]
    gold = ["joy", "joy", "", "anger", "Fear; joy"]
    found = gold_agreement(said, [*gold[:2], None, *gold[3:]], EKMAN)
    assert (found.n, found.unread) == (3, 1)
    assert found.scores["jaccard"].value == pytest.approx((1 + 1 / 2 + 1 / 2) / 3)
    # anger: never given, said once; joy: given thrice, said twice; fear: given once, said once.
    each = [kappa([False] * 3, [False, True, False]), kappa([True] * 3, [True, True, False]), 1.0]
    assert found.scores["kappa"].value == pytest.approx(np.mean(each))
    assert found.scores["macro_f1"].value == pytest.approx((4 / 5 + 1) / 2)


def test_agreement_with_one_label_and_typos() -> None:
    found = gold_agreement(["positive", "negative", "neutral"], ["positive", "Neutral ", "negativ"], SIGNS)
    assert found.n == 2 and found.unknown == {"negativ": 1} and found.scores["accuracy"].value == 0.5
    assert "'negativ' (1)" in " ".join(found.sentences())
    with pytest.raises(InputError, match="gold column holds 'happy'"):
        gold_agreement(["positive"], ["happy"], SIGNS)
    with pytest.raises(InputError, match="nothing to compare"):
        gold_agreement([None], ["positive"], SIGNS)


def test_agreement_of_a_file_leaves_examples_out(tmp_path: Path) -> None:
    rows = [{"text": "glad 1", "gold": "joy"}, {"text": "flat", "gold": "fear"}, {"text": "cross", "gold": "joy"}]
    source, output = write(tmp_path / "in.csv", rows), tmp_path / "out.csv"
    annotate_file(source, output, column="text", options=options())
    found = file_agreement(output, "gold", EKMAN, column="text", shown=["glad 1"])
    assert (found.n, found.shown) == (2, 1) and found.scores["jaccard"].value == 0.0


def test_a_space_of_ones_own(tmp_path: Path) -> None:
    own = LabelSpace("mine", ("proud", "let down"), "exclusive", "mine")
    chat = scripted(lambda text: '{"label": "Let down"}')
    table = affekt.annotate(["x"], model="endpoint:toy", space=own, options=AnnotateOptions(asking=Asking(chat=chat)))
    assert table["labels"].tolist() == ["let down"]


class Endless:
    """A chat model whose run is killed: Ctrl-C comes while it answers."""

    name = "endless"

    def __init__(self, after: int) -> None:
        self.left = after

    def keeps(self, prompt, settings) -> bool:
        return False

    def reply(self, prompt, settings) -> Reply:
        self.left -= 1
        if self.left < 0:
            raise KeyboardInterrupt
        return Reply('{"labels": ["joy"]}')


def test_a_killed_run_keeps_its_finished_chunks(tmp_path: Path) -> None:
    source, output = write(tmp_path / "in.csv", [{"text": f"glad {n}"} for n in range(50)]), tmp_path / "out.csv"
    with pytest.raises(KeyboardInterrupt):
        annotate_file(source, output, column="text", options=options(Endless(25)))
    summary = annotate_file(source, output, column="text", options=options())
    assert summary.resumed == 20 and summary.written == 50

"""Ranking saved answers: the scores are those of the metrics, what is missing counts, what is strange is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from affekt.cli import affekt
from affekt.errors import InputError, UnknownNameError
from affekt.evaluation.saved_answers import rank_answers, read_answers
from affekt.metrics.open_vocabulary import emotion_words, hit_rate, wheel_scores

TRUTH = {"1": "joyful, proud", "2": "gloomy", "3": "angry, tense", "4": "afraid"}
GOOD = {"1": "happy, proud", "2": "sad", "3": "furious", "4": "scared, worried"}
VAGUE = {
    "1": "The woman seems rather pleased with what she did, and perhaps a little surprised.",
    "2": "The table is brown and quite round.",
    "3": "angry",
}


def test_scores_are_those_of_the_wheels() -> None:
    good, vague = rank_answers(TRUTH, {"vague": VAGUE, "good": GOOD}, resamples=100)
    assert (good.system, vague.system) == ("good", "vague")
    truth = [emotion_words(words) for words in TRUTH.values()]
    for ranked, answers in ((good, GOOD), (vague, VAGUE)):
        said = [emotion_words(answers.get(item, "")) for item in TRUTH]
        expected = wheel_scores(truth, said)
        assert ranked.score.value == pytest.approx(expected.f)
        assert (ranked.precision, ranked.recall) == pytest.approx((expected.precision, expected.recall))
        assert ranked.score.low <= ranked.score.value <= ranked.score.high
        assert ranked.items == 4
    assert (vague.unanswered, vague.wordless) == (1, 1)
    assert (good.unanswered, good.wordless) == (0, 0)


def test_one_label_per_item_is_ranked_by_hits() -> None:
    truth = {"1": "joy", "2": "anger", "3": "sadness"}
    answers = {
        "all": dict.fromkeys(truth, "joy, anger, sadness"),
        "half": {"1": "delighted", "2": "sad", "3": "gloomy"},
    }
    every, half = rank_answers(truth, answers, resamples=50)
    rates = {
        name: hit_rate(list(truth.values()), [emotion_words(said[item]) for item in truth])
        for name, said in answers.items()
    }
    assert every.system == "all" and every.score.value == pytest.approx(rates["all"].hit_rate) == 1
    assert every.precision == pytest.approx(rates["all"].precise_hit_rate) and every.precision < 0.5
    assert half.score.value == pytest.approx(rates["half"].hit_rate)
    assert half.precision == pytest.approx(rates["half"].precise_hit_rate)
    as_sets = rank_answers(truth, answers, single=False, resamples=50)
    assert as_sets[0].system == "half"


def test_what_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"good answers 1 items that the true words do not have: 9"):
        rank_answers(TRUTH, {"good": GOOD | {"9": "sad"}})
    with pytest.raises(InputError, match="at least one item"):
        rank_answers({}, {"good": GOOD})
    with pytest.raises(InputError, match="No true word is on any"):
        rank_answers({"1": "table"}, {"good": {"1": "sad"}})
    with pytest.raises(UnknownNameError, match="nowheel"):
        rank_answers(TRUTH, {"good": GOOD}, wheels=["nowheel"])
    path = tmp_path / "a.csv"
    path.write_text("item,answer\n1,sad\n1,glad\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"a\.csv, row 2: the item '1' is there twice"):
        read_answers(path, item="item", answer="answer")
    with pytest.raises(UnknownNameError, match=r"has no column 'said'. It has: item, answer"):
        read_answers(path, item="item", answer="said")


def test_the_command_ranks_files(tmp_path: Path) -> None:
    (tmp_path / "truth.csv").write_text(
        "item,words\n" + "".join(f'{item},"{words}"\n' for item, words in TRUTH.items()), encoding="utf-8"
    )
    for name, answers in (("vague", VAGUE), ("good", GOOD)):
        lines = [json.dumps({"item": item, "answer": said}) for item, said in answers.items()]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    files = [str(tmp_path / name) for name in ("truth.csv", "vague.jsonl", "good.jsonl")]
    table = CliRunner().invoke(affekt, ["rank", *files, "--resamples", "50"])
    assert table.exit_code == 0, table.output
    head, first, second = table.output.splitlines()
    assert head.startswith("System\tScore\t95 %") and first.startswith("good\t") and second.startswith("vague\t")
    found = json.loads(CliRunner().invoke(affekt, ["rank", *files, "--resamples", "50", "--json"]).output)
    assert [one["system"] for one in found] == ["good", "vague"] and found[1]["unanswered"] == 1
    expected = rank_answers(TRUTH, {"good": GOOD}, resamples=50)[0].score.value
    assert found[0]["score"]["value"] == pytest.approx(expected)

"""BLEU with and without the emotion tag, on MELD-ST's layout with a translator that needs the tag for some items."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from affekt.corpora.index import READERS
from affekt.errors import InputError
from affekt.evaluation.emotion_translation import (
    evaluate_translation,
    score_translations,
    tagged,
    translation_table,
)
from affekt.types import Record, Signal

pytest.importorskip("sacrebleu")
# What is said, and how it is to be translated: the same words, another translation for each emotion.
LINES = {
    "joy": ("Oh my God, look at that!", "Oh mein Gott, schau dir das an!"),
    "anger": ("Oh my God, look at that!", "Herrgott noch mal, sieh dir das an!"),
    "neutral": ("I will be at home tonight.", "Ich werde heute Abend zu Hause sein."),
}
HEADER = ("id", "dia_id", "utt_id", "speaker", "emotion", "sentiment", "season", "episode", "English", "German")
GERMAN = {f"<{emotion}> {source}": target for emotion, (source, target) in LINES.items()}
GERMAN |= {source: LINES["joy"][1] if "God" in source else target for source, target in LINES.values()}


@pytest.fixture
def records(tmp_path: Path) -> list[Record]:
    """Thirty dialogues of three utterances each in the official layout, all in the test split."""
    (tmp_path / "ENG_DEU").mkdir()
    for split in ("train", "valid", "test"):
        with (tmp_path / "ENG_DEU" / f"deu_{split}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(HEADER)
            for number in range(90 if split == "test" else 1):
                emotion = list(LINES)[number % 3]
                row = (number, number // 3, number % 3, "Joey", emotion, "neutral", 1, 2, *LINES[emotion])
                writer.writerow(row)
    return [record for record in READERS["meld_st"](tmp_path) if record.split == "test"]


def german(texts: Sequence[str]) -> list[str]:
    return [GERMAN[text] for text in texts]


def test_the_tag_helps_where_words_alone_do_not_tell(records: list[Record]) -> None:
    scores = {each.emotion: each for each in evaluate_translation(records, tagged(german), resamples=200)}
    assert list(scores) == ["all", "anger", "joy", "neutral"]
    assert {name: each.items for name, each in scores.items()} == {"all": 90, "anger": 30, "joy": 30, "neutral": 30}
    assert all(each.tagged.value == pytest.approx(1) for each in scores.values())
    assert scores["joy"].difference.value == scores["neutral"].difference.value == pytest.approx(0, abs=1e-9)
    assert scores["anger"].without.value < 0.5
    assert scores["anger"].difference.low > 0.4
    more = scores["all"].difference
    assert 0 < more.low <= more.value <= more.high < scores["anger"].difference.value
    table = translation_table(list(scores.values()))
    assert "| neutral | 30 | 100.0 (100.0 to 100.0) | 100.0 (100.0 to 100.0) | +0.0 (+0.0 to +0.0) |" in table


def test_a_tag_that_says_nothing_changes_nothing(records: list[Record]) -> None:
    def deaf(sources: Sequence[Signal], emotions: Sequence[str] | None, /) -> list[str]:
        assert all(source.language == "en" for source in sources)
        return german([source.text for source in sources])

    for each in evaluate_translation(records, deaf, resamples=50):
        assert each.difference == (0, 0, 0)
        assert each.without == each.tagged


def test_the_difference_is_paired_and_narrower_than_its_sides() -> None:
    # One item in ten is good without the tag; the tag mends the last word of every good one, and of those alone.
    references = ["we did it all again today"] * 200
    without = ["we did it all again tonight" if n % 10 == 0 else "no" for n in range(200)]
    better = ["we did it all again today" if n % 10 == 0 else "no" for n in range(200)]
    whole, *_ = score_translations(references, (without, better), ["joy"] * 200, resamples=300)
    width = whole.tagged.high - whole.tagged.low
    assert whole.difference.low > 0
    assert whole.difference.high - whole.difference.low < width


def test_japanese_is_scored_by_characters_and_bad_input_is_told(records: list[Record]) -> None:
    one = replace(records[0], further=(replace(records[0].further[0], text="なんてこった", language="ja"),))

    def almost(sources: Sequence[Signal], emotions: Sequence[str] | None, /) -> list[str]:
        return ["なんてことだ" if emotions is None else "なんてこった" for _ in sources]

    whole, _ = evaluate_translation([one], almost, resamples=10)
    assert 0.5 < whole.without.value < whole.tagged.value == pytest.approx(1)
    with pytest.raises(InputError, match="in de, ja: score one language at a time"):
        evaluate_translation([records[0], one], almost)
    with pytest.raises(InputError, match="no one emotion and one translation"):
        evaluate_translation([replace(one, further=())], almost)
    with pytest.raises(InputError, match="There are 1, 0, 0, 1, 1"):
        evaluate_translation([one], lambda sources, emotions: [])
    with pytest.raises(InputError, match="nothing to translate"):
        evaluate_translation([], almost)
    with pytest.raises(InputError, match="tag needs"):
        tagged(german, tag="{emotion}")

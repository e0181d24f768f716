"""Does a translator gain by being told the emotion? BLEU overall and by emotion, with the tag and without.

Chen et al. 2024, "MELD-ST: An Emotion-aware Speech Translation Dataset", Findings of ACL.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from affekt.errors import InputError
from affekt.metrics.bleu_counts import Counts, bleu_counts, bleu_from_counts
from affekt.metrics.resampling import Estimate, percentile_interval
from affekt.types import Record, Signal

Floats = NDArray[np.float64]
# Languages written without blanks between words.
_TOKENIZERS = {"ja": "char", "zh": "zh", "th": "char"}


class Translate(Protocol):
    """What translates: signals of the source (text, recording where it is there, language), and the emotion of each or
    None where it is not to be told; a text each comes back."""

    def __call__(self, sources: Sequence[Signal], emotions: Sequence[str] | None, /) -> Sequence[str]:
        """Return the translations, in order."""


class TranslationScores(NamedTuple):
    """BLEU in [0, 1] of the items of one emotion ("all": of all): without the tag, with it, and how much more with it.

    Each with its 95 % interval; the difference is paired: both sides of it are of the same resampled items.
    """

    emotion: str
    items: int
    without: Estimate
    tagged: Estimate
    difference: Estimate


def tagged(translate: Callable[[Sequence[str]], Sequence[str]], *, tag: str = "<{emotion}> {text}") -> Translate:
    """Return a translator of texts as one of signals, whose emotion is written into the text by `tag`.

    >>> heard = tagged(lambda texts: [text.upper() for text in texts])
    >>> heard([Signal("oh")], ["joy"]), heard([Signal("oh")], None)
    (['<JOY> OH'], ['OH'])
    """
    if "{text}" not in tag or "{emotion}" not in tag:
        raise InputError(f"tag needs {{text}} and {{emotion}}, got {tag!r}.")

    def run(sources: Sequence[Signal], emotions: Sequence[str] | None, /) -> Sequence[str]:
        texts = [source.text for source in sources]
        if emotions is None:
            return translate(texts)
        return translate([tag.format(text=t, emotion=e) for t, e in zip(texts, emotions, strict=True)])

    return run


def evaluate_translation(
    records: Sequence[Record],
    translate: Translate,
    *,
    tokenize: str | None = None,
    resamples: int = 1000,
    seed: int = 0,
) -> list[TranslationScores]:
    """Return BLEU of a translator with and without the emotion tag, over all items and by emotion, commonest first.

    records: items whose further signal is the translation and that have one label, as `affekt.corpora.meld_st` reads
    them, of one target language (``conditions["target"]``). `tokenize` is sacrebleu's; by default characters for
    Japanese and Thai, ``zh`` for Chinese, else ``13a``. Intervals resample dialogues. Raises `InputError` for items
    without a translation, of several targets or emotions, and for a translator that returns another number of texts.

    >>> def german(texts):
    ...     known = {"Oh my God!": "Oh mein Gott!", "<surprise> Oh my God!": "Oh mein lieber Gott!"}
    ...     return [known.get(text, "Was ist denn das hier?") for text in texts]
    >>> def said(n, source, target, emotion):
    ...     sides = (Signal(source, language="en"), Signal(target, language="de"))
    ...     return Record(str(n), sides[0], "test", (emotion,), further=sides[1:], group=str(n))
    >>> items = [said(1, "Oh my God!", "Oh mein lieber Gott!", "surprise"),
    ...          said(2, "What is this here?", "Was ist denn das hier?", "neutral")]
    >>> for each in evaluate_translation(items, tagged(german), resamples=20):
    ...     print(each.emotion, each.items, round(each.without.value, 2), round(each.tagged.value, 2))
    all 2 0.74 1.0
    neutral 1 1.0 1.0
    surprise 1 0.35 1.0
    """
    if not records:
        raise InputError("There is nothing to translate.")
    for record in records:
        if len(record.labels) != 1 or len(record.further) != 1 or not record.further[0].text:
            raise InputError(f"{record.id} has no one emotion and one translation.")
    targets = sorted({record.further[0].language or "?" for record in records})
    if len(targets) > 1:
        raise InputError(f"The translations are in {', '.join(targets)}: score one language at a time.")
    sources = [record.signal for record in records]
    emotions = [record.labels[0] for record in records]
    references = [record.further[0].text for record in records]
    return score_translations(
        references,
        (translate(sources, None), translate(sources, emotions)),
        emotions,
        groups=[record.group or record.id for record in records],
        tokenize=tokenize or _TOKENIZERS.get(targets[0], "13a"),
        resamples=resamples,
        seed=seed,
    )


def score_translations(
    references: Sequence[str],
    said: tuple[Sequence[str], Sequence[str]],
    emotions: Sequence[str],
    *,
    groups: Sequence[str] | None = None,
    tokenize: str = "13a",
    resamples: int = 1000,
    seed: int = 0,
) -> list[TranslationScores]:
    """Return the scores of translations that are there already: `said` without the tag, and with it.

    groups: what is resampled whole, by default each item. Raises `InputError` where numbers of texts differ.
    """
    sizes = [len(side) for side in (references, *said, emotions, groups or references)]
    if len(set(sizes)) > 1 or not sizes[0]:
        raise InputError(
            f"There are {', '.join(map(str, sizes))} references, translations (twice), emotions and groups."
        )
    counts = [bleu_counts(references, side, tokenize=tokenize) for side in said]
    named, unit = np.asarray(emotions), np.unique(np.asarray(groups or range(sizes[0])), return_inverse=True)[1]
    names, often = np.unique(named, return_counts=True)
    found = []
    for name in ("all", *names[np.argsort(-often, kind="stable")].tolist()):
        inside = np.ones(sizes[0], np.bool_) if name == "all" else named == name
        sums = [_summed(each[inside], unit[inside]) for each in counts]
        # Both sides are drawn by the same numbers: the difference is of the same dialogues.
        random = np.random.default_rng(seed)
        draws = random.integers(0, len(sums[0]), (resamples, len(sums[0])))
        without, tags = (bleu_from_counts(each[draws].sum(1)) for each in sums)
        values = [float(bleu_from_counts(each.sum(0))) for each in sums]
        found.append(
            TranslationScores(
                name,
                int(inside.sum()),
                percentile_interval(values[0], without),
                percentile_interval(values[1], tags),
                percentile_interval(values[1] - values[0], tags - without),
            )
        )
    return found


def translation_table(scores: Sequence[TranslationScores]) -> str:
    """Return the scores as a table of Markdown, BLEU in its usual hundredths.

    >>> print(translation_table([TranslationScores("joy", 9, *[Estimate(0.2, 0.1, 0.3)] * 3)]))
    | Emotion | Items | BLEU without | with | Difference |
    |---|---|---|---|---|
    | joy | 9 | 20.0 (10.0 to 30.0) | 20.0 (10.0 to 30.0) | +20.0 (+10.0 to +30.0) |
    """
    lines = ["| Emotion | Items | BLEU without | with | Difference |", "|---|---|---|---|---|"]
    for each in scores:
        plain = [f"{100 * s.value:.1f} ({100 * s.low:.1f} to {100 * s.high:.1f})" for s in (each.without, each.tagged)]
        more = each.difference
        signed = f"{100 * more.value:+.1f} ({100 * more.low:+.1f} to {100 * more.high:+.1f})"
        lines.append(f"| {each.emotion} | {each.items:,} | {plain[0]} | {plain[1]} | {signed} |")
    return "\n".join(lines)


def _summed(counts: Counts, unit: NDArray[np.int64]) -> Counts:
    """The counts of each group, (group, 10)."""
    _, place = np.unique(unit, return_inverse=True)
    out = np.zeros((int(place.max()) + 1, counts.shape[1]), np.int64)
    np.add.at(out, place, counts)
    return out

"""Generated text against references: BLEU, ROUGE, and how varied it is.

BLEU is sacrebleu's and ROUGE is Google's rouge-score: both are what papers report when they say which.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from affekt.errors import InputError, MissingDependencyError


class Rouge(NamedTuple):
    """Mean F1 of shared unigrams, bigrams, and of the longest common subsequence, each in [0, 1]."""

    rouge1: float
    rouge2: float
    rouge_l: float


def bleu(truth: Sequence[str | Sequence[str]], prediction: Sequence[str], *, n: int = 4) -> float:
    """Return corpus BLEU with n-grams up to `n`, in [0, 1] (papers often print it times 100).

    truth: a reference for each item, or several. Tokens are sacrebleu's ``13a``, without smoothing of
    counts that are 0. Raises `InputError` for different lengths, no items or n outside 1 … 4, and
    `MissingDependencyError`. Papineni et al. 2002, "BLEU"; Post 2018, "A Call for Clarity in Reporting BLEU Scores".

    >>> round(bleu(["I am so happy for you"], ["I am happy for you"], n=2), 3)
    0.709
    """
    references = _references(truth, prediction)
    if n not in (1, 2, 3, 4):
        raise InputError(f"n must be 1, 2, 3 or 4, got {n}.")
    try:
        from sacrebleu.metrics.bleu import BLEU
    except ImportError as error:
        raise _missing("bleu needs sacrebleu") from error
    # sacrebleu wants the first references of all items, then the second ones; shorter lists are filled up with None.
    columns: list[Any] = [
        [item[place] if place < len(item) else None for item in references]
        for place in range(max(map(len, references)))
    ]
    scorer = BLEU(max_ngram_order=n, smooth_method="none")
    # The product of rounded parts may pass 1 by a last digit.
    return min(1.0, float(scorer.corpus_score(list(prediction), columns).score) / 100)


def rouge(truth: Sequence[str | Sequence[str]], prediction: Sequence[str], *, stem: bool = True) -> Rouge:
    """Return mean ROUGE-1, ROUGE-2 and ROUGE-L F1, each in [0, 1]; of several references the best counts.

    `stem` compares word stems (Porter). English only: other scripts are cut to nothing by its tokenizer. Raises
    `InputError` for different lengths or no items, and `MissingDependencyError`. Lin 2004, "ROUGE".

    >>> rouge(["she felt proud"], ["she feels proud"]).rouge1.__round__(3)
    0.667
    """
    references = _references(truth, prediction)
    try:
        from rouge_score.rouge_scorer import RougeScorer
    except ImportError as error:
        raise _missing("rouge needs rouge-score") from error
    names = ("rouge1", "rouge2", "rougeL")
    scorer = RougeScorer(list(names), use_stemmer=stem)
    sums = dict.fromkeys(names, 0.0)
    for item, said in zip(references, prediction, strict=True):
        scores = scorer.score_multi(list(item), said)
        for name in names:
            sums[name] += scores[name].fmeasure
    return Rouge(*(sums[name] / len(prediction) for name in names))


def distinct(prediction: Sequence[str], *, n: int = 1) -> float:
    """Return the share of n-grams that are different ones, over all texts together, in (0, 1].

    Words are cut at white space, case kept. It falls with the amount of text: compare texts of like number
    and length. NaN where no text has n words. Raises `InputError` for no texts or n below 1. Li et al.
    2016, "A Diversity-Promoting Objective Function for Neural Conversation Models".

    >>> distinct(["so so happy", "so sad"])
    0.6
    """
    if not prediction or isinstance(prediction, str):
        raise InputError("distinct takes a list of at least one text.")
    if n < 1:
        raise InputError(f"n must be at least 1, got {n}.")
    grams = [tuple(words[i : i + n]) for words in map(str.split, prediction) for i in range(len(words) - n + 1)]
    return len(set(grams)) / len(grams) if grams else float("nan")


def _references(truth: Sequence[str | Sequence[str]], prediction: Sequence[str]) -> list[list[str]]:
    if len(truth) != len(prediction) or not prediction:
        raise InputError(
            f"Truth and prediction hold {len(truth)} and {len(prediction)} texts. They need as many, at least 1."
        )
    found = [[item] if isinstance(item, str) else list(item) for item in truth]
    if not all(found):
        raise InputError(f"Item {next(i for i, item in enumerate(found) if not item)} has no reference.")
    return found


def _missing(what: str) -> MissingDependencyError:
    return MissingDependencyError(f"{what}. Install it with: pip install 'affekt[generation]'")

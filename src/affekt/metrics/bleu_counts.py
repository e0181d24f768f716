"""BLEU from its counts, item by item, so that it can be resampled: of parts, and of the difference of two systems."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.errors import InputError, MissingDependencyError, unknown_name

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]
_ORDER = 4
# What sacrebleu brings without a further package.
TOKENIZERS = ("13a", "char", "intl", "none", "zh")


def bleu_counts(truth: Sequence[str], prediction: Sequence[str], *, tokenize: str = "13a") -> Counts:
    """Return what BLEU counts in each item, int64 (item, 10).

    Columns: the prediction's length, the reference's, how many of its 1- to 4-grams stand in the reference, and how
    many it has. Sums of rows are the counts of a corpus (`bleu_from_counts`). `tokenize` is sacrebleu's: ``13a`` for
    languages with blanks, ``char`` or ``zh`` for those without, ``intl``, ``none``, or one that needs a package of its
    own (``ja-mecab``). Raises `InputError` for other numbers of texts, `UnknownNameError`, `MissingDependencyError`.
    Papineni et al. 2002, "BLEU"; Post 2018, "A Call for Clarity in Reporting BLEU Scores".

    >>> bleu_counts(["I am so happy"], ["I am happy"]).tolist()
    [[3, 4, 3, 1, 0, 0, 3, 2, 1, 0]]
    """
    if len(truth) != len(prediction) or not truth:
        raise InputError(f"BLEU takes as many texts as references, at least 1; got {len(prediction)} and {len(truth)}.")
    try:
        from sacrebleu.metrics.bleu import BLEU
    except ImportError as error:
        raise MissingDependencyError(
            "BLEU needs sacrebleu. Install it with: pip install 'affekt[generation]'"
        ) from error
    try:
        scorer: Any = BLEU(tokenize=tokenize, max_ngram_order=_ORDER)
    except (AssertionError, KeyError, TypeError, ValueError) as error:
        raise unknown_name("tokenizer of BLEU", tokenize, TOKENIZERS, "the list above") from error
    rows = []
    for reference, said in zip(truth, prediction, strict=True):
        found = scorer.corpus_score([said], [[reference]])
        rows.append([found.sys_len, found.ref_len, *found.counts, *found.totals])
    return np.array(rows, np.int64)


def bleu_from_counts(counts: ArrayLike) -> Floats:
    r"""Return BLEU in [0, 1] of counts (…, 10), as sacrebleu gives it by default, divided by 100.

    .. math:: BLEU = \min(1, e^{1 - r / c}) \left(\prod_{n=1}^{4} \frac{m_n}{t_n}\right)^{1/4}

    with lengths :math:`c` of the predictions and :math:`r` of the references, and :math:`m_n` of :math:`t_n` n-grams
    that match; of orders without a match the first counts as :math:`1/2`, the second as :math:`1/4` of a match, and so
    on (exponential smoothing: Chen and Cherry 2014, method 3). 0 where nothing matches, or no text has four tokens.

    >>> round(float(bleu_from_counts([4, 4, 4, 3, 2, 1, 4, 3, 2, 1])), 3)
    1.0
    """
    told = np.asarray(counts, np.float64)
    if told.ndim < 1 or told.shape[-1] != 2 + 2 * _ORDER:
        raise InputError(f"Counts of BLEU are (…, {2 + 2 * _ORDER}), got shape {told.shape}.")
    said, reference, matches, totals = told[..., 0], told[..., 1], told[..., 2 : 2 + _ORDER], told[..., 2 + _ORDER :]
    halvings = np.cumsum((matches == 0) & (totals > 0), axis=-1)
    smoothed = np.where(matches > 0, matches, 0.5**halvings)
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(smoothed / totals).mean(-1)
        penalty = np.where(said < reference, np.exp(1 - reference / said), 1.0)
    known = (totals > 0).all(-1) & (matches > 0).any(-1) & (said > 0)
    return np.asarray(np.where(known, np.minimum(1.0, penalty * np.exp(np.where(known, logs, 0.0))), 0.0), np.float64)

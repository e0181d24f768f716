"""How near predicted reader profiles come to those of people: how much of each emotion a text gave its readers."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.errors import InputError

Floats = NDArray[np.float64]


def profile_rmse(truth: ArrayLike, prediction: ArrayLike) -> float:
    """Return the root mean squared error over all items and emotions; 0 is best.

    Both (item, emotion), finite. Raises `InputError` for other shapes or values, or no item.

    >>> profile_rmse([[1.0, 0.0]], [[0.5, 0.5]])
    0.5
    """
    told, said = _pair(truth, prediction)
    return float(np.sqrt(np.square(told - said).mean()))


def document_correlation(truth: ArrayLike, prediction: ArrayLike) -> float:
    r"""Return Pearson's r between the two profiles of an item, averaged over items, in [-1, 1].

    .. math:: \mathrm{AP}_{document} = \frac{1}{n} \sum_i r(p_i, \hat p_i)

    Both (item, emotion). An item where either is the same for all emotions counts 0. Raises as `profile_rmse` does.
    Rao, Li, Mao & Wenyin 2014, "Sentiment topic models for social emotion mining"; Kadan et al. 2024, REDAffectiveLM.

    >>> document_correlation([[0.6, 0.3, 0.1], [0.2, 0.2, 0.6]], [[0.6, 0.3, 0.1], [1 / 3, 1 / 3, 1 / 3]])
    0.5
    """
    return float(_correlations(*_pair(truth, prediction)).mean())


def emotion_correlation(truth: ArrayLike, prediction: ArrayLike) -> float:
    """Return Pearson's r over items for each emotion, averaged over emotions, in [-1, 1].

    Both (item, emotion). An emotion that is alike in all items counts 0. Raises as `profile_rmse` does. As SemEval-2007
    Task 14 scores (Strapparava & Mihalcea 2007).

    >>> emotion_correlation([[0.0, 1.0], [1.0, 0.0]], [[0.2, 0.5], [0.8, 0.5]])
    0.5
    """
    told, said = _pair(truth, prediction)
    return float(_correlations(told.T, said.T).mean())


def top_agreement(truth: ArrayLike, prediction: ArrayLike) -> float:
    """Return the share of items whose highest predicted emotion is the readers' highest, or one of several; in [0, 1].

    Both (item, emotion). Of equally high predictions the first counts. Raises as `profile_rmse` does. ``Acc@1`` of
    Kadan et al. 2024, who do not say what they do with ties.

    >>> top_agreement([[0.5, 0.5, 0.0], [0.0, 0.2, 0.8]], [[0.1, 0.7, 0.2], [0.1, 0.7, 0.2]])
    0.5
    """
    told, said = _pair(truth, prediction)
    chosen = told[np.arange(len(told)), said.argmax(1)]
    return float((chosen >= told.max(1)).mean())


def _pair(truth: ArrayLike, prediction: ArrayLike) -> tuple[Floats, Floats]:
    told, said = np.asarray(truth, np.float64), np.asarray(prediction, np.float64)
    if told.ndim != 2 or told.shape != said.shape or not told.size:
        raise InputError(f"Profiles are (item, emotion) in both; got {told.shape} and {said.shape}.")
    if not (np.isfinite(told).all() and np.isfinite(said).all()):
        raise InputError("A profile holds a value that is no finite number. Leave out items that nobody rated.")
    return told, said


def _correlations(told: Floats, said: Floats) -> Floats:
    """Pearson's r of each row, 0 where either is constant."""
    one, other = (x - x.mean(1, keepdims=True) for x in (told, said))
    norm = np.sqrt(np.square(one).sum(1) * np.square(other).sum(1))
    constant = np.isclose(told, told[:, :1]).all(1) | np.isclose(said, said[:, :1]).all(1)
    safe = np.where(constant | (norm == 0), 1.0, norm)
    found: Floats = np.where(constant | (norm == 0), 0.0, (one * other).sum(1) / safe)
    return np.clip(found, -1.0, 1.0)

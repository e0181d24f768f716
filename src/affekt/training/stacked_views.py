"""Embeddings of a text to be stacked: n-grams of characters and words squeezed by an SVD, or a published encoder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from affekt.errors import InputError, MissingDependencyError

Floats = NDArray[np.float32]
GRAMS: Mapping[str, Mapping[str, Any]] = {
    "characters": {"analyzer": "char_wb", "ngram_range": (2, 5)},
    "words": {"analyzer": "word", "ngram_range": (1, 2), "token_pattern": r"(?u)\b\w+\b|[^\w\s]"},
    "phrases": {"analyzer": "char", "ngram_range": (3, 6)},
}


@dataclass(frozen=True, slots=True)
class StackedViews:
    """Each part's views side by side, float32 (text, sum of `widths`), and how wide each view is."""

    parts: tuple[Floats, ...]
    widths: tuple[int, ...]


def stack_views(
    names: Sequence[str], parts: Sequence[Sequence[str]], *, width: int = 200, most: int = 50_000
) -> StackedViews:
    """Return the views of each part of a corpus; all that is fitted is fitted on the first part.

    names: ``characters`` (2 to 5 inside words), ``words`` (one and two, and signs), ``phrases`` (3 to 6 characters
    across words), as TF-IDF of the `most` frequent such n-grams that two texts have, in `width` dimensions at most; or
    ``hf:NAME``, the mean state of a published encoder as it is. Columns have mean 0 and deviation 1 over the first
    part. Texts without any known n-gram are 0 before that. Raises `InputError` for a name that is none, or fewer than
    three texts to fit on, and `MissingDependencyError` without scikit-learn. Deerwester et al. 1990, "Indexing by
    Latent Semantic Analysis".
    """
    wrong = [name for name in names if name not in GRAMS and not name.startswith("hf:")]
    if wrong or not names:
        raise InputError(f"Unknown view {', '.join(wrong) or '(none given)'}. Use {', '.join(GRAMS)} or hf:NAME.")
    if len(parts[0]) < 3:
        raise InputError(f"Views are fitted on three texts at least, got {len(parts[0])}.")
    made = [
        _published(name, parts) if name.startswith("hf:") else _squeezed(name, parts, width, most) for name in names
    ]
    joined = [np.concatenate(columns, 1) for columns in zip(*made, strict=True)]
    mean, deviation = joined[0].mean(0), joined[0].std(0) + 1e-6
    return StackedViews(
        tuple(((part - mean) / deviation).astype(np.float32) for part in joined),
        tuple(view[0].shape[1] for view in made),
    )


def _squeezed(name: str, parts: Sequence[Sequence[str]], width: int, most: int) -> list[Floats]:
    try:
        from sklearn.decomposition import TruncatedSVD
        from sklearn.feature_extraction.text import TfidfVectorizer
    except ModuleNotFoundError as error:
        raise MissingDependencyError("Views of n-grams need scikit-learn: pip install 'affekt[train]'") from error

    grams = TfidfVectorizer(min_df=2, sublinear_tf=True, max_features=most, **GRAMS[name])
    try:
        known = grams.fit_transform(parts[0])
    except ValueError as error:
        raise InputError(f"No {name} occur in two of {len(parts[0])} texts: there is nothing to fit on.") from error
    svd = TruncatedSVD(max(1, min(width, min(known.shape) - 1)), random_state=0).fit(known)
    return [svd.transform(grams.transform(part)).astype(np.float32) for part in parts]


def _published(name: str, parts: Sequence[Sequence[str]]) -> list[Floats]:
    from affekt.layers.text_encoder import mean_state
    from affekt.training.starting import open_encoder
    from affekt.training.text_network import answer

    start = open_encoder(name)
    start.encoder.eval()
    states: Any = start.encoder.states
    return [answer(lambda ids: mean_state(states(ids), ids), start.encode(part)) for part in parts]

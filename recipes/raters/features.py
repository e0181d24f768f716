"""Frozen features, kept in runs/raters/features: the `text` model's encoder for English, character n-grams elsewhere.

English: what the heads of the shipped model `text` read (384 numbers, int8 encoder). It never saw a vote of the corpora
here. Other languages: TF-IDF of character 2- to 5-grams, then a truncated SVD, both fitted on training texts only.
"""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path

import numpy as np
from data import Task

FOLDER = Path("runs/raters/features")
WIDTH = 300


def features(task: Task, training: np.ndarray) -> np.ndarray:
    """float32 (item, width), each column of mean 0 and deviation 1 over the training items, given by their places."""
    raw = raw_features(task)
    known = raw[training]
    return ((raw - known.mean(0)) / (known.std(0) + 1e-6)).astype(np.float32)


def protocol(task: Task) -> str:
    """What was frozen, as results name it."""
    return "frozen-text-v1" if task.language == "en" else f"char-svd-{WIDTH}"


def raw_features(task: Task) -> np.ndarray:
    """float32 (item, width), as the encoder or the SVD gives them."""
    if task.language == "en":
        return kept(task.texts, "text-v1", lambda: encode(task.texts))
    training = task.part == "train"
    name = "svd" + blake2b(training.tobytes(), digest_size=4).hexdigest()
    return kept(task.texts, name, lambda: compress(task.texts, training))


def kept(texts: list[str], name: str, make) -> np.ndarray:  # type: ignore[no-untyped-def]
    """What `make` returns, from the cache where these texts are in it."""
    digest = blake2b("\0".join(texts).encode(), digest_size=8).hexdigest()
    path = FOLDER / f"{digest}-{name}.npy"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        made = make()
        partial = path.with_suffix(".partial.npy")
        np.save(partial, made)
        partial.replace(path)
    return np.load(path)


def encode(texts: list[str]) -> np.ndarray:
    """The encoder's pooled features, float32 (text, 384)."""
    from affekt.inference.text import open_reader
    from affekt.models.index import find_model

    return open_reader(find_model("text"), threads=2).features(texts, batch_size=32)


def compress(texts: list[str], training: np.ndarray) -> np.ndarray:
    """TF-IDF of character n-grams in `WIDTH` dimensions, fitted where `training`."""
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer

    grams = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=3, sublinear_tf=True, max_features=100_000)
    known = grams.fit_transform([text for text, kept_ in zip(texts, training, strict=True) if kept_])
    svd = TruncatedSVD(WIDTH, random_state=0).fit(known)
    return svd.transform(grams.transform(texts)).astype(np.float32)

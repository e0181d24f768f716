"""The labelled texts and label descriptions that the open-vocabulary recipe learns from, as encodings kept on disk."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from affekt.affect.spaces import find_space
from affekt.affect.terms import TERMS, terms_of
from affekt.affect.words.own_labels import OwnLabel, own_labels
from affekt.corpora.index import find_corpus
from affekt.corpora.read import read_corpus
from affekt.inference.label_map import TEMPLATES, describe
from affekt.training.label_map import LabelledEncodings

LEARNED = ("edos", "brighter", "cheer_ekman", "emorynlp", "xed")
SMOKE = ("edos", "cheer_ekman", "emorynlp")
MOST = {"emorynlp": 8000, "xed": 8000}
FOLDER = Path("runs/open-vocabulary")
Encode = Callable[[Sequence[str]], np.ndarray]


class Labelled(NamedTuple):
    """Texts with their labels, truth bool (text, label), and the emotion term of each."""

    texts: list[str]
    truth: np.ndarray
    terms: tuple[str, ...]


@lru_cache(maxsize=4)
def corpora(smoke: int) -> dict[str, Labelled]:
    """Return the labelled texts of each corpus; English, and a random part of the largest."""
    random = np.random.default_rng(0)
    found = {}
    for name in SMOKE if smoke else LEARNED:
        records = [r for r in read_corpus(name) if r.signal.language in (None, "en")]
        records = [r for r in records if r.labels and r.signal.text.strip()]
        most = smoke or MOST.get(name)
        if most and len(records) > most:
            records = [records[i] for i in sorted(random.permutation(len(records))[:most])]
        space = find_corpus(name).space
        truth = np.array([[label in record.labels for label in space] for record in records])
        found[name] = Labelled([r.signal.text[:300] for r in records], truth, terms(space))
    return found


def goemotions(split: str, smoke: int) -> Labelled:
    """Return GoEmotions' texts of a split; nothing of it is learned from in the measured claim."""
    records = [r for r in read_corpus("goemotions") if r.split == split and r.labels and r.signal.text.strip()]
    records = records[: smoke or None]
    space = find_space("goemotions")
    truth = np.array([[label in record.labels for label in space] for record in records])
    return Labelled([r.signal.text[:300] for r in records], truth, terms(space))


def terms(space) -> tuple[str, ...]:
    return tuple(terms_of(space, label)[0].name for label in space)


def labels_of(names: Sequence[str]) -> tuple[OwnLabel, ...]:
    """Return labels that are terms, with the definitions of affekt's table."""
    return own_labels(names)


def encoder(name: str) -> Encode:
    """Return what encodes texts: the published MiniLM, frozen, or the encoder of the shipped `text`."""
    if name == "text":
        from affekt.inference.text import open_reader
        from affekt.models.index import find_model

        reader = open_reader(find_model("text"))
        return lambda texts: reader.encode(list(texts), language="en", batch_size=32)[0]
    return minilm


def minilm(texts: Sequence[str]) -> np.ndarray:
    """Return the mean state of each text, as sentence-transformers pools it, float32 (text, 384)."""
    import torch

    start, network = _minilm()
    ids = start.encode(list(texts), longest=64)
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    found = np.zeros((len(ids), start.width), np.float32)
    with torch.inference_mode():
        for begin in range(0, len(order), 32):
            part = order[begin : begin + 32]
            batch = torch.zeros(len(part), max(len(ids[i]) for i in part), dtype=torch.long)
            for row, i in enumerate(part):
                batch[row, : len(ids[i])] = torch.tensor(ids[i])
            states, mask = network.states(batch), (batch != 0).float()[..., None]
            found[part] = ((states * mask).sum(1) / mask.sum(1)).numpy()
    return found


@lru_cache(maxsize=1)
def _minilm():
    from affekt.training.starting import open_encoder

    start = open_encoder("minilm")
    return start, start.encoder.eval()


def kept(encoding: str, texts: Sequence[str]) -> np.ndarray:
    """Return the encodings of texts, from disk where they were made before."""
    told = hashlib.sha256("\0".join([encoding, *texts]).encode()).hexdigest()[:16]
    path = FOLDER / f"{encoding}-{told}.npy"
    if path.exists():
        return np.load(path)
    found = encoder(encoding)(texts)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.save(path, found)
    return found


def encoded(encoding: str, found: Labelled) -> LabelledEncodings:
    return LabelledEncodings(kept(encoding, found.texts), found.truth, found.terms)


def described(encoding: str, labels: Sequence[OwnLabel]) -> np.ndarray:
    """Return the encodings of what describes labels, (template, label, width)."""
    sentences = [describe(label) for label in labels]
    flat = kept(encoding, [sentence for each in sentences for sentence in each])
    return flat.reshape(len(labels), len(TEMPLATES), -1).transpose(1, 0, 2)


def all_terms(smoke: int = 0) -> tuple[OwnLabel, ...]:
    """Return a label for every emotion term of affekt's table; of every twentieth in a smoke run."""
    return tuple(own_labels([name])[0] for name in sorted(TERMS)[:: 20 if smoke else 1])

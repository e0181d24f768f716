"""Word vectors that know emotions: words drawn to the emotion they tell of and pushed from its opposite."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from affekt.affect.terms import TERMS
from affekt.affect.words.emotional import is_emotion_word
from affekt.affect.words.vocabulary import place_word
from affekt.errors import InputError
from affekt.training.starting import Start

OPPOSITES = {
    **{"joy": "sadness", "sadness": "joy", "anger": "fear", "fear": "anger"},
    **{"trust": "disgust", "disgust": "trust", "surprise": "anticipation", "anticipation": "surprise"},
}
"""What stands across on Plutchik's wheel (2001, "The Nature of Emotions")."""


class Constraints(NamedTuple):
    """Pairs of a word and an emotion, rows of a table of vectors, int64 (pair, 2): what belongs together, what not."""

    towards: Tensor
    away: Tensor


def emotion_constraints(start: Start) -> Constraints:
    """Return the pairs of an encoder's pieces: each whole emotion word with its basic emotions and their opposites.

    A word's emotions are the places on Plutchik's wheel of the term that it reaches (`affekt.affect.words.vocabulary`).
    Emotions whose name is no single piece are left out. Raises `InputError` where none is left.
    """
    pieces = {name: place + start.shift for name, place in start.tokenizer.get_vocab().items()}
    towards, away = [], []
    for piece, row in sorted(pieces.items(), key=lambda each: each[1]):
        word = piece.lstrip("\u0120\u2581")
        if len(word) < 3 or not word.isalpha() or not is_emotion_word(word):
            continue
        placed = place_word(word)
        term = None if placed is None else TERMS.get(placed.target)
        for emotion in () if term is None else term.plutchik.targets:
            if emotion in pieces and pieces[emotion] != row:
                towards.append((row, pieces[emotion]))
            opposite = OPPOSITES.get(emotion, "")
            if opposite in pieces:
                away.append((row, pieces[opposite]))
    if not towards or not away:
        raise InputError(f"{start.name} has no emotion words among its pieces: there is nothing to enrich.")
    return Constraints(torch.tensor(towards), torch.tensor(away))


def enrich_vectors(
    vectors: Tensor, constraints: Constraints, *, steps: int = 60, rate: float = 0.01, radius: float = 0.2
) -> Tensor:
    r"""Return the vectors with those of constrained words moved; their lengths and all other vectors stay.

    .. math:: \sum_{(u,e) \in S} d(u, e) + \sum_{(u,e) \in O} \max(0, 1 - d(u, e))
        + \sum_i \sum_{j \in N(i)} |d'(i, j) - d(i, j)|

    with d the cosine distance, S and O the pairs `towards` and `away`, N(i) what lay within `radius` of word i: it
    keeps its distance. In a table where words have few neighbours that near a wider radius is needed, or nothing holds
    them back. Adam takes `steps` steps over all pairs at once (the paper: 20 epochs of stochastic gradient descent).
    vectors: float (word, width). Raises `InputError` for pairs of rows that are not there. Seyeditabari, Tabari,
    Gholizade & Zadrozny 2019, "Emotional Embeddings"; after Mrkšić et al. 2016, "Counter-fitting Word Vectors
    to Linguistic Constraints".
    """
    pairs = torch.cat(constraints)
    if pairs.numel() and (int(pairs.min()) < 0 or int(pairs.max()) >= len(vectors)):
        raise InputError(f"A constraint names row {int(pairs.max())} of a table of {len(vectors)} vectors.")
    table = vectors.detach()
    rows, places = pairs.unique(return_inverse=True)  # type: ignore[no-untyped-call]
    towards, away = places[: len(constraints.towards)], places[len(constraints.towards) :]
    unit = F.normalize(table, dim=1)
    near = 1 - unit[rows] @ unit.T
    near[torch.arange(len(rows)), rows] = torch.inf
    word, neighbour = (near < radius).nonzero(as_tuple=True)
    before = near[word, neighbour]
    # A neighbour that moves too is followed to where it is.
    moves = torch.full((len(table),), -1)
    moves[rows] = torch.arange(len(rows))
    moving = moves[neighbour]
    moved = unit[rows].clone().requires_grad_()
    optimizer = torch.optim.Adam([moved], rate)
    for _ in range(steps):
        now = F.normalize(moved, dim=1)
        loss = _distance(now, towards).sum() + (1 - _distance(now, away)).clamp_min(0).sum()
        if len(word):
            there = torch.where((moving >= 0)[:, None], now[moving.clamp_min(0)], unit[neighbour])
            loss = loss + (1 - (now[word] * there).sum(1) - before).abs().sum()
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    enriched = table.clone()
    enriched[rows] = F.normalize(moved.detach(), dim=1) * table[rows].norm(dim=1, keepdim=True)
    return enriched


def _distance(unit: Tensor, pairs: Tensor) -> Tensor:
    return 1 - (unit[pairs[:, 0]] * unit[pairs[:, 1]]).sum(1)

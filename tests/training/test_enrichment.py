"""Affect enrichment: emotion words come nearer to their emotion, leave its opposite, and nothing else moves."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from affekt.errors import InputError
from affekt.training.enrichment import OPPOSITES, Constraints, emotion_constraints, enrich_vectors
from affekt.training.starting import open_encoder


def near(vectors: torch.Tensor, pairs: torch.Tensor) -> float:
    return float(F.cosine_similarity(vectors[pairs[:, 0]], vectors[pairs[:, 1]]).mean())


def test_words_are_drawn_to_their_emotion_and_pushed_from_its_opposite() -> None:
    torch.manual_seed(0)
    vectors = torch.randn(40, 12)
    towards = torch.tensor([[n, 0] for n in range(4, 10)] + [[n, 1] for n in range(10, 16)])
    away = torch.tensor([[n, 1] for n in range(4, 10)] + [[n, 0] for n in range(10, 16)])
    moved = enrich_vectors(vectors, Constraints(towards, away), steps=200)
    assert near(moved, towards) > near(vectors, towards) + 0.3
    assert near(moved, away) < max(0.05, near(vectors, away))
    assert torch.allclose(moved.norm(dim=1), vectors.norm(dim=1), atol=1e-5)
    assert torch.equal(moved[16:], vectors[16:])
    assert torch.equal(moved[2:4], vectors[2:4])
    assert not vectors.requires_grad


def test_what_lay_near_a_word_keeps_it_in_its_place() -> None:
    torch.manual_seed(0)
    vectors = torch.randn(60, 12)
    # Rows 30 and on lie close around word 5, nothing around word 6.
    vectors[30:] = vectors[5] + 0.1 * torch.randn(30, 12)
    constraints = Constraints(torch.tensor([[5, 0], [6, 0]]), torch.tensor([[5, 1], [6, 1]]))
    moved = enrich_vectors(vectors, constraints, steps=200)
    shift = 1 - F.cosine_similarity(moved, vectors)
    assert float(shift[5]) < 0.3 * float(shift[6])


def test_constraints_of_a_shipped_vocabulary() -> None:
    start = open_encoder("fresh", layers=1)
    found = emotion_constraints(start)
    name = start.tokenizer.id_to_token
    towards = {(name(int(word)), name(int(emotion))) for word, emotion in found.towards}
    away = {(name(int(word)), name(int(emotion))) for word, emotion in found.away}
    assert {("happy", "joy"), ("terrified", "fear"), ("furious", "anger")} <= towards
    assert ("happy", "sadness") in away
    assert all((word, OPPOSITES[emotion]) in away for word, emotion in towards if OPPOSITES[emotion] != word)
    assert not any("table" in pair for pair in towards)


def test_rows_that_are_not_there_are_refused() -> None:
    pairs = torch.tensor([[9, 0]])
    with pytest.raises(InputError, match="row 9 of a table of 5"):
        enrich_vectors(torch.randn(5, 3), Constraints(pairs, pairs))


def test_all_opposites_are_mutual() -> None:
    assert all(OPPOSITES[OPPOSITES[emotion]] == emotion for emotion in OPPOSITES)

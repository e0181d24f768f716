"""Votes of clips as counts and by listener; simulated listeners follow their rule; both methods meet them on speech."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from affekt.affect.spaces import find_space
from affekt.corpora.clips import Clips, clips_of, make_clips
from affekt.errors import InputError
from affekt.metrics.distribution import kl_divergence
from affekt.training.fitting import Schedule, fit
from affekt.training.heads import make_head
from affekt.training.opinion import softmax
from affekt.training.personalisation import (
    Judged,
    MetaSchedule,
    masked_yes_loss,
    meta_train,
    predict_adapted,
)
from affekt.training.speech.functionals_svm import functionals
from affekt.training.speech.listeners import (
    heard_as,
    listeners,
    simulate_relabelling,
    simulate_votes,
    vote_counts,
)
from affekt.training.votes import vote_cross_entropy
from affekt.types import Rating, Record, Signal

SPACE = find_space("emodb")


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Networks as small as these only wait for a second thread."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def tones(count: int, seed: int, labels: int = 4) -> Clips:
    """Noise in one of `labels` bands, softly or strongly: the band is the label (synthetic)."""
    random = np.random.default_rng(seed)
    played = np.arange(count) % labels
    strong = random.integers(0, 2, count)
    sounds = []
    for label, loud in zip(played, strong, strict=True):
        spectrum = random.normal(size=2001) * np.exp(-0.5 * ((np.arange(2001) - 150 - 350 * label) / 120) ** 2)
        wave = np.fft.irfft(spectrum + 0.02 * random.normal(size=2001))
        sounds.append((wave / np.abs(wave).max() * (0.3 if loud else 0.05)).astype(np.float32))
    intensity = ["strong" if loud else "normal" for loud in strong]
    return make_clips(
        *(sounds, played, SPACE),
        speakers=[str(i % 10) for i in range(count)],
        conditions={"intensity": intensity},
        corpus="tones",
    )


def features(clips: Clips, like: Clips) -> torch.Tensor:
    x, known = functionals(clips, "log-mel"), functionals(like, "log-mel")
    return torch.from_numpy(((x - known.mean(0)) / known.std(0)).astype(np.float32))


def test_votes_follow_their_clips_and_are_counted() -> None:
    clips = replace(
        tones(3, 0),
        votes=(
            (Rating("ann", ("anger",)), Rating("ben", ("anger", "fear"))),
            (Rating("ann", ("sadness",)), Rating(None, ("sadness",))),
            (),
        ),
    )
    counts = vote_counts(clips.take([1, 0]))
    assert counts[0, SPACE.index("sadness")] == 2 and counts[1, SPACE.index("anger")] == 1.5
    assert counts[1, SPACE.index("fear")] == 0.5 and vote_counts(clips)[2].sum() == 0
    panel = listeners(clips)
    assert panel.names == ("ann", "ben") and panel.votes.shape == (2, 3, len(SPACE))
    assert panel.votes[1, 0].sum() == 2 and np.isnan(panel.votes[1, 1]).all() and np.isnan(panel.votes[:, 2]).all()
    assert listeners(clips, fewest=2).names == ("ann",)
    with pytest.raises(InputError, match="no votes"):
        vote_counts(tones(2, 0))


def test_votes_of_records_come_with_their_clips() -> None:
    records = [
        Record(str(i), Signal("so", path=Path("a.wav")), "all", labels=("anger",), speaker=str(i), ratings=said)
        for i, said in enumerate(((Rating("ann", ("fear",)),), (), (Rating(None, ("anger",)),)))
    ]
    clips = clips_of("own", records, SPACE, folds=np.arange(3))
    assert vote_counts(clips.take([2]))[0, SPACE.index("anger")] == 1
    assert clips.votes[0] == records[0].ratings and listeners(clips).names == ("ann",)
    assert clips_of("own", records[1:2], SPACE, folds=np.arange(1)).votes == ()


def test_simulated_votes_follow_their_distribution() -> None:
    clips = tones(400, 0)
    truth = heard_as(clips)
    assert np.allclose(truth.sum(1), 1) and (truth.argmax(1) == clips.labels).all()
    strong = clips.condition("intensity") == "strong"
    assert truth[strong].max(1).mean() > truth[~strong].max(1).mean() + 0.05
    counts = vote_counts(simulate_votes(clips, seed=1))
    assert set(counts.sum(1)) <= {3.0, 4.0, 5.0}
    for label in range(4):
        where = (clips.labels == label) & strong
        share = counts[where].sum(0) / counts[where].sum()
        assert np.abs(share - truth[where][0]).max() < 0.12


def test_relabelling_listeners_agree_but_for_the_name() -> None:
    panel = listeners(simulate_relabelling(tones(20, 0), [0, 2, 6]))
    assert np.array_equal(np.roll(panel.votes[0], 2, 1), panel.votes[1])
    assert np.array_equal(np.roll(panel.votes[0], 6, 1), panel.votes[2])


def test_the_density_of_votes_beats_their_consensus_in_sound() -> None:
    """The same head on the same sounds: closer to the true distributions when it learned all votes."""
    train, valid, test = (simulate_votes(tones(count, seed), seed=seed) for seed, count in enumerate((240, 80, 160)))
    x, held, unseen = (features(each, train) for each in (train, valid, test))
    density = {name: vote_counts(each) for name, each in (("train", train), ("valid", valid))}
    reached = {}
    for target in ("density", "consensus"):
        wanted = {
            name: counts / counts.sum(1, keepdims=True) if target == "density" else np.eye(7)[counts.argmax(1)]
            for name, counts in density.items()
        }
        known, watched = (torch.from_numpy(wanted[name].astype(np.float32)) for name in ("train", "valid"))
        torch.manual_seed(0)
        head = make_head(x.shape[1], len(SPACE), hidden=16)
        fit(
            head,
            lambda rows, head=head, known=known: vote_cross_entropy(head(x[rows]), known[rows]),  # type: ignore[misc]
            lambda head=head, watched=watched: vote_cross_entropy(head(held), watched),  # type: ignore[misc]
            items=len(train),
            schedule=Schedule(epochs=40, batch=32, learning_rate=5e-3),
        )
        with torch.no_grad():
            reached[target] = kl_divergence(heard_as(test), softmax(head(unseen).double().numpy()))
    assert reached["density"] < reached["consensus"] - 0.02
    assert reached["density"] < 0.15


@pytest.mark.slow
def test_eight_clips_of_an_unseen_listener_beat_the_aggregate_model() -> None:
    """Listeners who call what they hear by turned names: the aggregate of all says nothing of one of them."""
    four = replace(SPACE, name="four", labels=SPACE.labels[:4], neutral=None)
    clips = {seed: replace(tones(160, seed), space=four) for seed in (0, 1)}
    turns = np.arange(16) % 4
    known = listeners(simulate_relabelling(clips[0], turns.tolist()))
    unseen = listeners(simulate_relabelling(clips[1], [0, 1, 2, 3]))
    x, other = features(clips[0], clips[0]), features(clips[1], clips[0])
    panel = [Judged(x, torch.from_numpy(votes)) for votes in known.votes]
    torch.manual_seed(0)
    head = make_head(x.shape[1], 4, hidden=24)
    shares = torch.from_numpy(known.votes.mean(0))
    optimizer = torch.optim.Adam(head.parameters(), 1e-2)
    for _ in range(60):
        optimizer.zero_grad()
        masked_yes_loss(head(x), shares).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    plan = MetaSchedule(
        iterations=250, tasks=4, support=8, query=24, steps=5, rate=0.5, anneal_at=0.4, combined=True, outer_rate=5e-3
    )
    learned = meta_train(head, panel, schedule=plan)
    random = np.random.default_rng(0)
    aggregate, adapted = [], []
    for votes in unseen.votes:
        answers = torch.from_numpy(votes)
        for _ in range(4):
            order = random.permutation(len(other))
            support, query = order[:8], order[8:]
            said = predict_adapted(
                head, learned, Judged(other[support][None], answers[support][None]), other[query][None]
            )
            adapted.append(float(masked_yes_loss(said[0], answers[query])))
            with torch.no_grad():
                aggregate.append(float(masked_yes_loss(head(other[query]), answers[query])))
    assert np.mean(adapted) < np.mean(aggregate) - 0.05

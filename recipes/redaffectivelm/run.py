"""REDAffectiveLM: do word vectors that know emotions help to tell what a text gives its readers to feel?

    AFFEKT_DATA=… python recipes/redaffectivelm/run.py

Readers' votes on EDOS as profiles over seven emotions. A contextual encoder beside a Bi-LSTM with attention over
affect-enriched vectors; against the same with plain vectors, against the encoder alone, and each branch alone, with the
share of attention that goes to emotion words. Kadan et al. 2024. README.md says what is as in the paper.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from affekt.affect.convert import conversion
from affekt.affect.spaces import find_space
from affekt.affect.words.emotional import is_emotion_word
from affekt.corpora.index import find_corpus
from affekt.corpora.parts import make_parts
from affekt.corpora.read import read_corpus
from affekt.corpora.targets import Target
from affekt.evaluation.experiment import Arm, Experiment, Outcome, run_experiment
from affekt.evaluation.records import ResultRow, write_results
from affekt.evaluation.settings import read_settings
from affekt.layers.text_encoder import TextEncoder
from affekt.metrics.profiles import document_correlation, emotion_correlation, profile_rmse, top_agreement
from affekt.models.redaffectivelm.net import AffectiveBranch, RedAffectiveLm, profile_loss
from affekt.training.batches import pad
from affekt.training.enrichment import emotion_constraints, enrich_vectors
from affekt.training.fine_tuning import Plan
from affekt.training.masking import ends_of, word_pieces
from affekt.training.starting import Start, open_encoder
from affekt.training.text_network import train_labels

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Config:
    corpus: str = "edos"
    space: str = "ekman-neutral"
    read: int = 5000
    train: int = 1500
    scored: int = 900
    start: str = "minilm"
    layers: int = 3
    width: int = 100
    radius: float = 0.7
    epochs: int = 3
    alone_epochs: int = 8
    learning_rate: float = 1e-4
    head_factor: float = 10.0
    seeds: int = 3
    resamples: int = 1000
    smoke: int = 0
    results: str = "results/text-methods.csv"


class Profiles(NamedTuple):
    """Texts, what share of their readers felt what, (item, emotion), and what resampling keeps whole."""

    texts: list[str]
    shares: Floats
    groups: NDArray[np.str_]


class Way(NamedTuple):
    """What a network is made of: the encoder or not, the branch or not, with enriched vectors or plain ones."""

    encoder: bool
    branch: bool
    enriched: bool


BOTH, PLAIN, CONTEXT = Way(True, True, True), Way(True, True, False), Way(True, False, False)
ALONE, PLAIN_ALONE = Way(False, True, True), Way(False, True, False)


def main() -> None:
    config = read_settings(Config, __doc__)
    if config.smoke:
        config = replace(config, read=300, train=60, scored=60, layers=1, epochs=1, alone_epochs=1, resamples=20)
    train, dev, test = load(config)
    print(f"{len(train.texts)} texts to learn from, {len(dev.texts)} to tune on, {len(test.texts)} scored")
    rows = run_both(train, dev, test, config)
    write_results(Path(config.results), rows)


def load(config: Config) -> tuple[Profiles, Profiles, Profiles]:
    space = find_corpus(config.corpus).space
    records = []
    for record in list(read_corpus(config.corpus))[: config.read]:
        given = [label for rating in record.ratings for label in rating.labels if space and label in space]
        if given:
            # Items whose raters all disagree have no published label, but they do have readers.
            records.append(replace(record, labels=record.labels or (given[0],)))
    parts = make_parts(config.corpus, records, space, most=config.train)
    train, dev, test = (profiles(part, config.space) for part in parts)
    kept = np.sort(np.random.default_rng(0).permutation(len(test.texts))[: config.scored])
    return train, dev, Profiles([test.texts[i] for i in kept], test.shares[kept], test.groups[kept])


def profiles(target: Target, space: str) -> Profiles:
    """Votes on the corpus's labels as shares of the emotions of `space`, by the cited map; votes without a place there
    are left out, and so are texts with no other."""
    if target.own is None or target.votes is None:
        raise SystemExit(f"{target.corpus} has no readers' votes.")
    found = conversion(target.own, find_space(space))
    columns = [[target.own.index(label) for label in found.members[name]] for name in found.target]
    shares = np.stack([target.votes[:, own].sum(1) for own in columns], 1)
    kept = np.flatnonzero(np.nan_to_num(shares).sum(1) > 0)
    shares = shares[kept] / shares[kept].sum(1, keepdims=True)
    return Profiles([target.records[i].signal.text for i in kept], shares, target.groups[kept])


def run_both(train: Profiles, dev: Profiles, test: Profiles, config: Config) -> list[ResultRow]:
    told = [word_pieces(opened(config, 0), [text], is_emotion_word)[0].meant for text in test.texts]
    scores = {
        "rmse": (profile_rmse, "profile"),
        "document_correlation": (document_correlation, "profile"),
        "emotion_correlation": (emotion_correlation, "profile"),
        "top_agreement": (top_agreement, "profile"),
    }
    attention = {"attention_on_emotion_words": (attention_where_there_are, "attention")}
    emotional = np.array([any(text) for text in told])

    def arm(name: str, way: Way) -> Arm:
        settings = str(asdict(config) | {"seeds": 0, "resamples": 0, "results": ""})
        run: Callable[[int], Outcome] = lambda seed: run_arm((train, dev, test), told, config, seed, way)  # noqa: E731
        return Arm(name, run, settings)

    rows: list[ResultRow] = []
    for name, arms, metrics in (
        ("redaffectivelm", [("both-enriched", BOTH), ("both-plain", PLAIN)], scores | attention),
        ("redaffectivelm", [("both-enriched", BOTH), ("encoder", CONTEXT)], scores),
        ("redaffectivelm:branch", [("enriched", ALONE), ("plain", PLAIN_ALONE)], scores | attention),
    ):
        found = run_experiment(
            Experiment(
                *(name, config.corpus, "test", "reader-votes"),
                truth={"profile": test.shares, "attention": emotional},
                metrics=metrics,
                arms=[arm(*each) for each in arms],
                groups=test.groups,
            ),
            runs=Path("runs/text-methods"),
            seeds=range(config.seeds),
            resamples=config.resamples,
        )
        known = {row.key for row in rows}
        rows += [row for row in found if row.key not in known]
    for row in rows:
        print(f"{row.model:28} {row.metric:44} {row.value:.4g}  {row.low} {row.high}")
    return rows


def attention_where_there_are(emotional: NDArray[np.bool_], share: Floats) -> float:
    """The mean share of attention on emotion words, over texts that have one; 0 where none has."""
    there = np.asarray(emotional, np.bool_)
    return float(np.asarray(share)[there].mean()) if there.any() else 0.0


def run_arm(
    parts: tuple[Profiles, Profiles, Profiles], told: Sequence[Sequence[bool]], config: Config, seed: int, way: Way
) -> Outcome:
    started = time.monotonic()
    train, dev, _ = parts
    start = opened(config, seed)
    torch.manual_seed(seed)
    branch = None
    if way.branch:
        branch = AffectiveBranch(vectors_of(config, enriched=way.enriched), ends_of(start), width=config.width)
    net = RedAffectiveLm(start.encoder if way.encoder else None, branch, train.shares.shape[1])
    freeze_tables(net)
    ids, dev_ids, test_ids = (start.encode(part.texts) for part in parts)
    epochs, rate, factor = config.epochs, config.learning_rate, config.head_factor
    if not way.encoder:
        epochs, rate, factor = config.alone_epochs, config.learning_rate * config.head_factor, 1.0
    plan = Plan(*(epochs, 32, rate), head_factor=factor, patience=3, seed=seed, bfloat16=False)
    train_labels(net, (ids, train.shares), (dev_ids, dev.shares), loss=profile_loss, plan=plan)
    said, attention = read(net, test_ids, told)
    answers = {"profile": said} | ({"attention": attention} if way.branch else {})
    trained = sum(parameter.numel() for parameter in net.parameters() if parameter.requires_grad)
    return Outcome(answers, time.monotonic() - started, trained)


def read(
    net: RedAffectiveLm, ids: Sequence[Sequence[int]], told: Sequence[Sequence[bool]], *, batch: int = 64
) -> tuple[Floats, Floats]:
    """The profile of each text, (item, emotion), and the share of attention on its emotion words, (item,)."""
    said, shares = [], []
    with torch.no_grad():
        for begin in range(0, len(ids), batch):
            rows = torch.from_numpy(pad(ids[begin : begin + batch]))
            said.append(torch.softmax(net(rows), 1).double().numpy())
            if net.branch is not None:
                on = torch.from_numpy(pad([[int(each) for each in one] for one in told[begin : begin + batch]]))
                shares.append((net.attended(rows) * on).sum(1).double().numpy())
    return np.concatenate(said), np.concatenate(shares) if shares else np.zeros(len(ids))


def opened(config: Config, seed: int) -> Start:
    return open_encoder(config.start, layers=config.layers, seed=seed)


@lru_cache(maxsize=2)
def vectors_of(config: Config, *, enriched: bool) -> torch.Tensor:
    """The published encoder's piece vectors without the mean they share, of unit variance; enriched or as they are."""
    start = opened(config, 0)
    if not isinstance(start.encoder, TextEncoder):
        raise SystemExit("The affective branch takes its vectors from text, minilm, fresh or a folder.")
    vectors = start.encoder.tokens.weight.detach()
    vectors = (vectors - vectors.mean(0)) / vectors.std()
    vectors[0] = 0
    return enrich_vectors(vectors, emotion_constraints(start), radius=config.radius) if enriched else vectors


def freeze_tables(net: RedAffectiveLm) -> None:
    """Leave the encoder's vectors of pieces and places as published, in every arm."""
    for name, parameter in net.named_parameters():
        if name.startswith(("encoder.tokens.", "encoder.positions.", "encoder.model.embeddings.")):
            parameter.requires_grad_(False)


if __name__ == "__main__":
    main()

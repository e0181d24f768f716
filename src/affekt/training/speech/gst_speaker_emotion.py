"""How speakers are taught by triplets, and emotions read off the frozen embeddings: at once, or group by group."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray

from affekt.corpora.clips import Clips
from affekt.errors import InputError, MissingDependencyError
from affekt.metrics.verification import equal_error_rate
from affekt.models.gst_speaker_emotion.net import StyleSpeaker, triplet_loss
from affekt.training.speech.lesson import Floats, Lesson, Taught
from affekt.training.speech.loop import SpeechPlan, fit_temperature
from affekt.training.speech.windows import HOP_S, Frames, Variation, cut, vary

Ints = NDArray[np.int64]
Groups = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Config:
    """probe: ``hierarchical`` tells the group, then the label in it; ``flat`` the label at once.

    tokens: of style, 0 for none. trained: whether the speaker network learns at all, or stays as it was drawn. groups:
    how many, where the clips to stop by say which labels are taken for each other. further: clips of other corpora,
    whose speakers are learned as well.
    """

    probe: Literal["hierarchical", "flat"] = "hierarchical"
    tokens: int = 10
    trained: bool = True
    groups: int = 3
    width: int = 128
    steps: int = 250
    speakers: int = 12
    clips: int = 4
    learning_rate: float = 2e-3
    margin: float = 0.3
    further: Sequence[Clips] = ()
    plan: SpeechPlan = field(
        default_factory=lambda: SpeechPlan(norm="level", seconds=2.0, vary=Variation(time_masks=1, noise=0.1))
    )


def teach(lesson: Lesson, config: Config = Config()) -> Taught:
    """Return a reader of emotions in a speaker's style. Sandler & Ross 2022.

    The network learns who speaks from the training clips (and `further` ones), never an emotion; a support vector
    machine then learns emotions from its embeddings of the training clips. Measured besides: ``speaker-eer``, the equal
    error rate of telling the speakers of `valid`, who were never heard, apart.
    """
    started = time.monotonic()
    encoder = SpeakerEncoder(lesson, config)
    if config.trained:
        encoder.learn(lesson, config)
    train, valid = encoder.embed(lesson.train), encoder.embed(lesson.valid)
    flat = SvmProbe(train, lesson.train.labels, lesson.labels)
    probe: SvmProbe | GroupedProbe = flat
    error = verification_error(valid, lesson.valid.speaker_places())
    measured = {} if np.isnan(error) else {"speaker-eer": error}
    if config.probe == "hierarchical":
        said = flat.scores(valid).argmax(1)
        counted = np.zeros((lesson.labels, lesson.labels))
        np.add.at(counted, (lesson.valid.labels, said), 1)
        probe = GroupedProbe(train, lesson.train.labels, find_groups(counted, config.groups))
        measured["groups"] = float(len(probe.groups))
    temperature = fit_temperature(probe.scores(valid), lesson.valid.labels)

    def answer(clips: Clips) -> Floats:
        return _softmax(probe.scores(encoder.embed(clips)) / temperature)

    learned = sum(each.numel() for each in encoder.net.parameters()) if config.trained else 0
    return Taught(answer, learned, {**measured, "learning-seconds": time.monotonic() - started}, net=encoder.net)


class SpeakerEncoder:
    """A speaker network and how clips come before it."""

    def __init__(self, lesson: Lesson, config: Config) -> None:
        torch.manual_seed(lesson.seed)
        self.plan = config.plan
        self.fixed = Frames(lesson.train, "log-mel", self.plan.norm, trim=self.plan.trim).measure()
        features = lesson.train.view("log-mel")[0].shape[1]
        self.net = StyleSpeaker(features, width=config.width, tokens=config.tokens)
        self.net.eval()

    def frames(self, clips: Clips) -> Frames:
        """Return the clips' frames, normalised as the training clips' were."""
        return Frames(clips, "log-mel", self.plan.norm, trim=self.plan.trim, fixed=self.fixed)

    def learn(self, lesson: Lesson, config: Config) -> None:
        """Learn from batches of `speakers` speakers with `clips` clips each."""
        parts = [self.frames(clips) for clips in (lesson.train, *config.further)]
        owners = [(part, name) for part, clips in enumerate((lesson.train, *config.further)) for name in clips.speakers]
        places = [(part, i) for part, frames in enumerate(parts) for i in range(len(frames))]
        names = sorted(set(owners))
        by_speaker = [[place for place, owner in zip(places, owners, strict=True) if owner == name] for name in names]
        random, size = np.random.default_rng(lesson.seed), round(self.plan.seconds / HOP_S)
        generator = torch.Generator().manual_seed(lesson.seed)
        optimizer = torch.optim.Adam(self.net.parameters(), config.learning_rate)
        self.net.train()
        for _ in range(3 if lesson.smoke else config.steps):
            drawn = random.choice(len(names), min(config.speakers, len(names)), replace=False)
            picked = [
                by_speaker[who][i] for who in drawn for i in random.integers(0, len(by_speaker[who]), config.clips)
            ]
            x, present = cut([parts[part].clip(i) for part, i in picked], size, generator=generator)
            x = vary(x, present, self.plan.vary, generator)
            optimizer.zero_grad()
            who = torch.arange(len(drawn)).repeat_interleave(config.clips)
            triplet_loss(self.net(x, present), who, margin=config.margin).backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        self.net.eval()

    def embed(self, clips: Clips) -> Floats:
        """Return float64 (clip, width), each of length one."""
        frames, size = self.frames(clips), round(self.plan.longest / HOP_S)
        found: Floats = np.zeros((len(frames), 0))
        lengths = np.array([len(frames.raw(i)) for i in range(len(frames))])
        with torch.no_grad():
            for rows in np.array_split(np.argsort(lengths, kind="stable"), -(-len(lengths) // 32)):
                x, present = cut([frames.clip(int(i)) for i in rows], min(size, int(lengths[rows].max())))
                said = self.net(x, present).numpy()
                found = found if found.shape[1] else np.zeros((len(frames), said.shape[1]))
                found[rows] = said
        return found


class SvmProbe:
    """A support vector machine with radial kernel, one label against the rest, on standardised embeddings."""

    def __init__(self, x: Floats, labels: Ints, classes: int) -> None:
        try:
            from sklearn.svm import SVC
        except ImportError as error:
            raise MissingDependencyError(
                "A support vector machine needs scikit-learn. Install it with: pip install 'affekt[train]'"
            ) from error
        self.mean, self.deviation = x.mean(0), x.std(0) + 1e-6
        self.classes = classes
        self.known = np.unique(labels)
        self.machine: Any = None
        if len(self.known) > 1:
            self.machine = SVC(C=3.0, class_weight="balanced", decision_function_shape="ovr")
            self.machine.fit((x - self.mean) / self.deviation, labels)

    def scores(self, x: Floats) -> Floats:
        """Return one score per class, (clip, class); classes never heard lie far below the others."""
        out: Floats = np.full((len(x), self.classes), -9.0)
        if self.machine is None:
            out[:, self.known] = 0.0
            return out
        said = self.machine.decision_function((x - self.mean) / self.deviation)
        out[:, self.known] = np.stack([-said, said], 1) if said.ndim == 1 else said
        return out


class GroupedProbe:
    """Two stages: which group of labels, then which label of that group; a machine for each.

    Scores are log P(group) + log P(label | group), by soft-max of each machine's.
    """

    def __init__(self, x: Floats, labels: Ints, groups: Groups) -> None:
        whole = sorted(label for group in groups for label in group)
        if whole != list(range(len(whole))):
            raise InputError(f"Groups share out the labels 0 to {len(whole) - 1}, each once; got {groups}.")
        self.groups = groups
        place = np.zeros(len(whole), np.int64)
        for number, group in enumerate(groups):
            place[list(group)] = number
        self.first = SvmProbe(x, place[labels], len(groups))
        self.within = []
        for group in groups:
            own = np.isin(labels, group)
            at = np.array([group.index(label) for label in labels[own].tolist()], np.int64)
            self.within.append(SvmProbe(x[own], at, len(group)) if len(group) > 1 and own.any() else None)

    def scores(self, x: Floats) -> Floats:
        """Return log-probabilities, (clip, label), which are a soft-max's logits."""
        of_group = np.log(_softmax(self.first.scores(x)) + 1e-12)
        out = np.zeros((len(x), sum(map(len, self.groups))))
        for number, (group, machine) in enumerate(zip(self.groups, self.within, strict=True)):
            shares = np.zeros((len(x), len(group))) if machine is None else np.log(_softmax(machine.scores(x)) + 1e-12)
            out[:, list(group)] = of_group[:, [number]] + (shares if len(group) > 1 else 0.0)
        return out


def find_groups(confusion: NDArray[np.floating[Any]], count: int) -> Groups:
    """Return so many groups of labels that are taken for each other, each sorted; a partition of all labels.

    confusion: (truth, said), counts. Labels that are mistaken most, either way and as a share of their own, come
    together first, and groups by their mean. Raises `InputError` for a matrix that is not square, or no group.

    >>> find_groups(np.array([[5, 5, 0], [5, 5, 0], [0, 1, 9]]), 2)
    ((0, 1), (2,))
    """
    given = np.asarray(confusion, np.float64)
    if given.ndim != 2 or given.shape[0] != given.shape[1] or not 1 <= count <= len(given):
        raise InputError(f"{count} groups of labels cannot be told from a matrix of shape {given.shape}.")
    share = given / np.maximum(given.sum(1, keepdims=True), 1)
    near = share + share.T
    groups = [[label] for label in range(len(given))]
    while len(groups) > count:
        pairs = [(i, j) for i in range(len(groups)) for j in range(i + 1, len(groups))]
        best = max(pairs, key=lambda pair: float(near[np.ix_(groups[pair[0]], groups[pair[1]])].mean()))
        groups[best[0]] += groups.pop(best[1])
    return tuple(tuple(sorted(group)) for group in sorted(groups, key=min))


def verification_error(embeddings: Floats, speakers: Ints) -> float:
    """Return the equal error rate of telling whether two clips are of one speaker, by cosine; NaN with one speaker."""
    one, other = np.triu_indices(len(embeddings), 1)
    same = speakers[one] == speakers[other]
    if same.all() or not same.any():
        return float("nan")
    return equal_error_rate(same, (embeddings @ embeddings.T)[one, other])


def _softmax(logits: Floats) -> Floats:
    raised = np.exp(logits - logits.max(1, keepdims=True))
    found: Floats = raised / raised.sum(1, keepdims=True)
    return found

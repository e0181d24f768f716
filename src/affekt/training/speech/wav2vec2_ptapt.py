"""wav2vec2-ptapt: fine-tuning as it is (V-FT), after more pretraining on the task's sound (TAPT), or after predicting
clusters of frames that know the emotion (P-TAPT): stages of one trainer.

Chen & Rudnicky 2023, "Exploring Wav2vec 2.0 fine-tuning for improved speech emotion recognition", ICASSP.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from affekt.corpora.clips import Clips
from affekt.errors import InputError, MissingDependencyError
from affekt.layers.pooling import mean_frames
from affekt.layers.quantizer import GumbelQuantizer, masked_contrast
from affekt.layers.speech_classifier import SpeechClassifier
from affekt.layers.speech_encoder import span_mask
from affekt.training.fine_tuning import Plan, fine_tune
from affekt.training.speech.lesson import Lesson, Taught
from affekt.training.speech.policies import apply_policy, find_policy
from affekt.training.speech.trunk_batches import TrunkReader, missed, pad_clips
from affekt.training.speech.upstreams import fresh_copy, open_upstream
from affekt.training.speech.wavlm_adaptation import label_weights

Ints = NDArray[np.int64]
STAGES: Mapping[str, tuple[str, ...]] = {
    "v-ft": ("classify",),
    "tapt": ("contrast", "classify"),
    "p-tapt": ("label-frames", "predict-clusters", "classify"),
}
"""Which stages each of the three strategies goes through, in order."""


@dataclass(frozen=True, slots=True)
class Config:
    """strategy: one of `STAGES`; labelled: the share of the training clips whose labels are known, the others being
    heard without; clusters: how many, each a task of its own; epochs by stage."""

    strategy: str = "p-tapt"
    upstream: str = "fresh:small"
    labelled: float = 1.0
    clusters: tuple[int, ...] = (8, 32, 128)
    epochs: Mapping[str, int] = field(
        default_factory=lambda: {"contrast": 10, "label-frames": 6, "predict-clusters": 10, "classify": 20}
    )
    batch: int = 32
    learning_rate: float = 5e-4
    share: float = 0.5
    span: int = 5
    seconds: float = 3.0
    patience: int = 5


def teach(lesson: Lesson, config: Config = Config()) -> Taught:
    """Return the network after all stages of the strategy."""
    if config.strategy not in STAGES:
        raise InputError(f"Unknown strategy {config.strategy!r}. Use {', '.join(STAGES)}.")
    started = time.monotonic()
    trunk = fresh_copy(open_upstream(config.upstream, seed=lesson.seed))
    apply_policy(trunk, find_policy("full" if config.upstream.startswith("hf:") else "everything"))
    torch.manual_seed(lesson.seed)
    told = replace(lesson, train=lesson.train.take(few_labels(lesson.train, config.labelled, seed=lesson.seed)))
    trainer = _Trainer(trunk, lesson.train, told, config)
    measured = {f"{stage}-loss": trainer.run(stage) for stage in STAGES[config.strategy]}
    reader = TrunkReader(trainer.net, lesson.labels)
    reader.fit_temperature(lesson.valid)
    measured |= {"labelled-clips": float(len(told.train)), "learning-seconds": time.monotonic() - started}
    trained = sum(each.numel() for each in trainer.net.parameters() if each.requires_grad)
    return Taught(reader.answer, trained, measured, None, trainer.net)


def few_labels(clips: Clips, share: float, *, seed: int = 0) -> Ints:
    """Return the places of a share of the clips, int64, drawn label by label: one of each label at least."""
    if not 0 < share <= 1:
        raise InputError(f"The share of labelled clips lies in (0, 1], got {share:g}.")
    random, kept = np.random.default_rng(seed), []
    for label in np.unique(clips.labels):
        places = random.permutation(np.flatnonzero(clips.labels == label))
        kept.append(places[: max(1, round(share * len(places)))])
    return np.sort(np.concatenate(kept)).astype(np.int64)


class _Trainer:
    """An encoder going through stages. `heard` are clips without labels, `told.train` those with."""

    def __init__(self, trunk: nn.Module, heard: Clips, told: Lesson, config: Config) -> None:
        self.trunk, self.heard, self.told, self.config = trunk, heard, told, config
        self.frames = heard.view(trunk.view)  # type: ignore[arg-type]
        self.net = SpeechClassifier(trunk, told.labels, pooling="mean", weighed=False, dropout=0.1)
        self.width: int = trunk.width  # type: ignore[assignment]

    def run(self, stage: str) -> float:
        """Go through a stage and return its loss at the end: of `valid`, what was missed, where labels are learned."""
        stages: dict[str, Callable[[], float]] = {
            "contrast": self.contrast,
            "label-frames": self.label_frames,
            "predict-clusters": self.predict_clusters,
            "classify": self.classify,
        }
        return stages[stage]()

    def contrast(self) -> float:
        """TAPT: wav2vec 2.0's own task on the task's sound. Which code belongs to this hidden frame?"""
        front = self.trunk(*self._given(np.arange(1))).front.shape[-1]
        quantizer = GumbelQuantizer(front, self.width)
        project = nn.Linear(self.width, self.width)
        whole = nn.ModuleDict({"trunk": self.trunk, "quantizer": quantizer, "project": project})

        def loss(rows: Ints) -> Tensor:
            x, lengths = self._given(rows)
            hidden = self._hidden(x, lengths)
            said = self.trunk(x, lengths, mask=hidden)
            codes = quantizer(said.front)
            found = masked_contrast(project(said.last), codes.codes, hidden & said.present)
            return found + 0.1 * codes.unevenness

        return self._unsupervised(whole, loss, "contrast")

    def label_frames(self) -> float:
        """P-TAPT's first phase: every frame, and their mean, learn the clip's label, so that frames know emotion."""
        frame_head, clip_head = nn.Linear(self.width, self.told.labels), nn.Linear(self.width, self.told.labels)
        whole = nn.ModuleDict({"trunk": self.trunk, "frame": frame_head, "clip": clip_head})
        frames = self.told.train.view(self.trunk.view)  # type: ignore[arg-type]
        labels, weights = torch.from_numpy(self.told.train.labels), label_weights(self.told.train)

        def loss(rows: Ints) -> Tensor:
            x, present = pad_clips([frames[int(i)] for i in rows], seconds=self.config.seconds, draw=True)
            said = self.trunk(x, present.sum(1))
            truth = labels[rows]
            of_clip = F.cross_entropy(clip_head(mean_frames(said.last, said.present)), truth, weight=weights)
            each = truth[:, None].expand(said.present.shape)[said.present]
            return of_clip + F.cross_entropy(frame_head(said.last[said.present]), each, weight=weights)

        class _Mean(nn.Module):
            trunk = self.trunk

            def forward(self, x: Tensor, present: Tensor) -> Tensor:
                said = self.trunk(x, present.sum(1))
                logits: Tensor = clip_head(mean_frames(said.last, said.present))
                return logits

        reader = TrunkReader(_Mean(), self.told.labels)
        return self._fit(whole, loss, lambda: missed(reader, self.told.valid), "label-frames", len(labels))

    def predict_clusters(self) -> float:
        """P-TAPT's second phase: hidden frames predict the clusters that those states fall into, of several sizes."""
        tables = cluster_frames(self._states(), self.config.clusters, seed=self.told.seed)
        starts = np.cumsum([0, *self.sizes])
        heads = nn.ModuleList(nn.Linear(self.width, int(table.max()) + 1) for table in tables)
        whole = nn.ModuleDict({"trunk": self.trunk, "heads": heads})

        def loss(rows: Ints) -> Tensor:
            x, lengths = self._given(rows)
            hidden = self._hidden(x, lengths)
            said = self.trunk(x, lengths, mask=hidden)
            at = hidden & said.present
            found = x.new_zeros(())
            for head, table in zip(heads, tables, strict=True):
                truth = np.zeros(tuple(at.shape), np.int64)
                for row, clip in enumerate(rows):
                    own = table[starts[clip] : starts[clip + 1]][: truth.shape[1]]
                    truth[row, : len(own)] = own
                found = found + F.cross_entropy(head(said.last[at]), torch.from_numpy(truth)[at])
            return found / len(tables)

        return self._unsupervised(whole, loss, "predict-clusters")

    def classify(self) -> float:
        """V-FT: the mean of the last layer's frames, a linear layer, the labels that are known."""
        frames = self.told.train.view(self.trunk.view)  # type: ignore[arg-type]
        labels, weights = torch.from_numpy(self.told.train.labels), label_weights(self.told.train)
        reader = TrunkReader(self.net, self.told.labels)

        def loss(rows: Ints) -> Tensor:
            said = self.net(*pad_clips([frames[int(i)] for i in rows], seconds=self.config.seconds, draw=True))
            return F.cross_entropy(said, labels[rows], weight=weights, label_smoothing=0.05)

        return self._fit(self.net, loss, lambda: missed(reader, self.told.valid), "classify", len(labels))

    def _given(self, rows: Ints) -> tuple[Tensor, Tensor]:
        """Clips from their beginnings, so that frames keep their places among the clusters."""
        x, present = pad_clips([self.frames[int(i)] for i in rows], seconds=self.config.seconds)
        return x, present.sum(1)

    def _hidden(self, x: Tensor, lengths: Tensor) -> Tensor:
        with torch.no_grad():
            present = self.trunk(x[:, :, :], lengths).present if not hasattr(self.trunk, "hear") else None
            if present is None:
                present = self.trunk.hear(x, lengths)[1]  # type: ignore[operator]
        return span_mask(present, share=self.config.share, span=self.config.span)

    def _states(self) -> NDArray[np.float32]:
        """The last layer's states of all heard frames, (frame, width); `sizes` says how many each clip has."""
        found, self.sizes = [], list[int]()
        self.trunk.eval()
        with torch.no_grad():
            for clip in range(len(self.heard)):
                said = self.trunk(*self._given(np.array([clip])))
                found.append(said.last[0].numpy())
                self.sizes.append(len(found[-1]))
        return np.concatenate(found)

    def _unsupervised(self, whole: nn.Module, loss: Callable[[Ints], Tensor], stage: str) -> float:
        late: list[float] = []

        def told(rows: Ints) -> Tensor:
            found = loss(rows)
            late.append(float(found.detach()))
            return found

        epochs = iter(range(10**6))
        self._fit(whole, told, lambda: -float(next(epochs)), stage, len(self.heard))
        return float(np.mean(late[-max(1, len(self.heard) // self.config.batch) :]))

    def _fit(
        self, whole: nn.Module, loss: Callable[[Ints], Tensor], held_out: Callable[[], float], stage: str, items: int
    ) -> float:
        config = self.config
        epochs = 1 if self.told.smoke else config.epochs[stage]
        # A pass over few labelled clips is short; all strategies see as many steps of them.
        if stage in ("classify", "label-frames") and not self.told.smoke:
            epochs = round(epochs * min(6.0, max(1.0, len(self.heard) / max(1, items)) ** 0.5))
        plan = Plan(
            epochs=epochs,
            batch=min(config.batch, max(2, items // 2)),
            learning_rate=config.learning_rate,
            patience=epochs + 1 if stage in ("contrast", "predict-clusters") else config.patience,
            seed=self.told.seed,
            bfloat16=False,
            cosine=True,
        )
        return fine_tune(whole, loss, held_out, lengths=np.ones(items, np.int64), plan=plan).loss


def cluster_frames(states: NDArray[np.float32], clusters: tuple[int, ...], *, seed: int = 0) -> list[Ints]:
    """Return by number of clusters which one each frame is of, int64 (frame,): k-means of its state.

    The centres are found on 20,000 frames at most. Lloyd 1982, "Least squares quantization in PCM".
    """
    try:
        from sklearn.cluster import KMeans
    except ImportError as error:
        raise MissingDependencyError("Clusters need scikit-learn: pip install 'affekt[train]'") from error
    random = np.random.default_rng(seed)
    drawn = states[random.permutation(len(states))[:20_000]]
    found = []
    for count in clusters:
        made = KMeans(min(count, len(np.unique(drawn, axis=0))), n_init=1, max_iter=40, random_state=seed).fit(drawn)
        found.append(made.predict(states).astype(np.int64))
    return found

"""Clips as batches for a speech encoder, and what a network on one answers: shared by the fine-tuned methods."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from affekt.corpora.clips import Clips
from affekt.metrics.classification import unweighted_average_recall
from affekt.training.speech.lesson import Floats
from affekt.training.speech.loop import fit_temperature, softmax

Frames = NDArray[np.float32]
_LONGEST_S = 12.0


def pad_clips(clips: Sequence[Frames], *, seconds: float = _LONGEST_S, draw: bool = False) -> tuple[Tensor, Tensor]:
    """Return (clip, time, feature) with zeros behind each clip, and bool (clip, time), what is there.

    Clips longer than `seconds` are cut, anywhere where `draw` is set (by torch's own state, which checkpoints keep).
    One feature is a wave at 16 kHz, more are frames of 10 ms.
    """
    most = max(1, round(seconds * (16_000 if clips[0].shape[1] == 1 else 100)))
    cut = []
    for clip in clips:
        start = int(torch.randint(0, len(clip) - most + 1, ())) if draw and len(clip) > most else 0
        cut.append(clip[start : start + most])
    x = np.zeros((len(cut), max(map(len, cut)), cut[0].shape[1]), np.float32)
    present = np.zeros(x.shape[:2], np.bool_)
    for row, clip in enumerate(cut):
        x[row, : len(clip)], present[row, : len(clip)] = clip, True
    return torch.from_numpy(x), torch.from_numpy(present)


class TrunkReader:
    """What a network on an encoder answers: whole clips, in batches of like length.

    `extra` gives float32 (clip, number) of further clips, which the network takes as a third input.
    """

    def __init__(
        self, net: nn.Module, labels: int, *, extra: Callable[[Clips], Frames] | None = None, batch: int = 32
    ) -> None:
        self.net, self.labels, self.extra, self.batch = net, labels, extra, batch
        self.temperature = 1.0

    def logits(self, clips: Clips) -> Floats:
        """Return logits float64 (clip, label)."""
        made: Any = self.net
        frames = clips.view(made.trunk.view)
        extra = None if self.extra is None else torch.from_numpy(self.extra(clips))
        order = np.argsort([len(frames[i]) for i in range(len(clips))], kind="stable")
        out: Floats = np.zeros((len(clips), self.labels))
        was = self.net.training
        self.net.eval()
        with torch.no_grad():
            for rows in np.array_split(order, -(-len(order) // self.batch)):
                given = pad_clips([frames[int(i)] for i in rows])
                said = made(*given) if extra is None else made(*given, extra[rows][:, None])
                out[rows] = said.float().numpy()
        self.net.train(was)
        return out

    def answer(self, clips: Clips) -> Floats:
        """Return probabilities float64 (clip, label)."""
        return softmax(self.logits(clips) / self.temperature)

    def fit_temperature(self, valid: Clips) -> None:
        """Fit the answers' sharpness to clips that nothing is scored on."""
        self.temperature = fit_temperature(self.logits(valid), valid.labels)


def missed(reader: TrunkReader, valid: Clips) -> float:
    """Return one minus the recall of `valid`; of equals the one with less cross entropy is better."""
    logits = reader.logits(valid)
    loss = float(-np.log(softmax(logits)[np.arange(len(valid)), valid.labels] + 1e-9).mean())
    return 1 - float(unweighted_average_recall(valid.labels, logits.argmax(1))) + 1e-3 * min(loss, 10.0)

"""speech, speech-nano and speech-ensemble: several networks from scratch, and a small one that learns from them.

The teacher is the mean of networks that differ in what they draw and how wide they are (Lakshminarayanan et al. 2017).
The students hear what the teacher hears, the same windows changed and mixed in the same way, and learn its answers
beside the labels: Hinton et al. 2015, and Beyer et al. 2022, "Knowledge distillation: A good teacher is patient and
consistent". `speech` and `speech-nano` answer by the 8-bit file they ship as.
"""

from __future__ import annotations

import hashlib
import math
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from affekt.corpora.clips import Clips
from affekt.metrics.classification import unweighted_average_recall
from affekt.models.speech.net import SpeechConfig, SpeechNet
from affekt.training.fine_tuning import learning_device
from affekt.training.speech.changes import everyday
from affekt.training.speech.export import answer_onnx, export_speech
from affekt.training.speech.lesson import Floats, Lesson, Taught
from affekt.training.speech.log_mel_cnn import BABBLE, plan_of_log_mel
from affekt.training.speech.loop import Batch, Reader, SpeechPlan, cross_entropy, fit_temperature, train_network

NANO = SpeechConfig(widths=(16, 20, 28, 40), hidden=40, dropout=0.1)


def _plan() -> SpeechPlan:
    # Babble is mixed in while learning, of the voices that are learned from.
    return replace(plan_of_log_mel(babble=BABBLE), epochs=90, changes=(everyday(),), copies=3, temperature=False)


@dataclass(frozen=True, slots=True)
class Config:
    """members: the networks of the teacher; share: how much of the loss is the teacher's, the rest the labels';
    heat: what logits are divided by before they are compared. keep: where members lie, for the next student. Epochs
    are for up to `clips` clips; of more there are fewer, by the root, so that steps grow less than clips."""

    members: tuple[SpeechConfig, ...] = (
        SpeechConfig(),
        SpeechConfig(widths=(24, 40, 64, 96)),
        SpeechConfig(widths=(32, 32, 48, 96), hidden=96),
    )
    plan: SpeechPlan = field(default_factory=_plan)
    student: SpeechConfig = field(default_factory=SpeechConfig)
    student_epochs: int = 90
    share: float = 0.7
    heat: float = 2.0
    keep: Path | None = Path("runs/speech")
    clips: int = 1000


class Ensemble(nn.Module):
    """The mean of several networks' log-probabilities."""

    def __init__(self, members: Sequence[nn.Module]) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)

    def forward(self, *given: Tensor) -> Tensor:
        """Return logits (clip, label)."""
        said = torch.stack([F.log_softmax(member(*given).float(), 1) for member in self.members])
        return said.mean(0)


def teach_ensemble(lesson: Lesson, config: Config = Config()) -> Taught:
    """Return the teacher: what a few networks from scratch answer together."""
    ensemble, reader = _ensemble(lesson, config)
    reader.temperature = fit_temperature(reader.logits(lesson.valid), lesson.valid.labels)
    recall = _recall(lesson.valid, reader.answer(lesson.valid))
    parameters = sum(each.numel() for each in ensemble.parameters())
    return Taught(reader.answer, parameters, {"valid-uar": recall, "temperature": reader.temperature}, net=ensemble)


def teach(lesson: Lesson, config: Config = Config()) -> Taught:
    """Return `speech`: one network that learned from the teacher and the labels, answering in 8 bits."""
    return _student(lesson, config, config.student, config.student_epochs)


def teach_nano(lesson: Lesson, config: Config = Config()) -> Taught:
    """Return `speech-nano`, whose file is a fraction as large."""
    return _student(lesson, config, NANO, config.student_epochs)


def _student(lesson: Lesson, config: Config, shape: SpeechConfig, epochs: int) -> Taught:
    teacher = _ensemble(lesson, config)[0].to(learning_device() if config.plan.anywhere else "cpu")

    def loss(net: nn.Module, batch: Batch) -> Tensor:
        with torch.no_grad():
            wanted = F.softmax(teacher(*batch.given) / config.heat, 1)
        logits: Tensor = net(*batch.given).float()
        alike = -(wanted * F.log_softmax(logits / config.heat, 1)).sum(1).mean() * config.heat**2
        labels = -(batch.targets * F.log_softmax(logits, 1)).sum(1)
        told = (labels * batch.weights).sum() / batch.weights.sum()
        return config.share * alike + (1 - config.share) * told

    torch.manual_seed(lesson.seed)
    net = SpeechNet(lesson.labels, shape)
    plan = _plan_for(lesson, config, epochs)
    taught = train_network(net, lesson, plan, batch_loss=loss)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        export_speech(net, path, spectra=list(lesson.train.view("log-mel")))
        content = path.read_bytes()
        logits = np.log(answer_onnx(path, lesson.valid) + 1e-12)
    temperature = fit_temperature(logits, lesson.valid.labels)

    def answer(clips: Clips) -> Floats:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.onnx"
            path.write_bytes(content)
            return answer_onnx(path, clips, temperature=temperature)

    measured = {
        **taught.measured,
        **{"valid-uar": _recall(lesson.valid, logits), "bytes": float(len(content)), "temperature": temperature},
    }
    return Taught(answer, taught.parameters, measured, net=net, file=content)


def _ensemble(lesson: Lesson, config: Config) -> tuple[Ensemble, Reader]:
    """The members, learned or from their files, and what reads clips by them."""
    members: list[nn.Module] = []
    config = replace(config, plan=_plan_for(lesson, config, config.plan.epochs))
    for place, shape in enumerate(config.members):
        seed = 100 * lesson.seed + place
        torch.manual_seed(seed)
        net = SpeechNet(lesson.labels, shape)
        path = None if config.keep is None else config.keep / f"member-{_key(lesson, config, place)}.pt"
        if path is not None and path.exists():
            net.load_state_dict(torch.load(path, weights_only=True))
        else:
            own = replace(lesson, seed=seed, checkpoint=None if path is None else path.with_suffix(".run.pt"))
            train_network(net, own, config.plan, batch_loss=cross_entropy)
            if path is not None:
                _save(path, net.state_dict())
                path.with_suffix(".run.pt").unlink(missing_ok=True)
        members.append(net.eval())
    ensemble = Ensemble(members).eval()
    return ensemble, Reader(ensemble, config.plan, ("log-mel",), (None,))


def _plan_for(lesson: Lesson, config: Config, epochs: int) -> SpeechPlan:
    fewer = min(1.0, math.sqrt(config.clips / len(lesson.train)))
    return replace(config.plan, epochs=math.ceil(epochs * fewer), patience=math.ceil(config.plan.patience * fewer))


def _save(path: Path, state: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    torch.save(dict(state), partial)
    partial.replace(path)


def _key(lesson: Lesson, config: Config, place: int) -> str:
    changes = [(each.name, each.version) for each in config.plan.changes]
    told = [lesson.train.ids, lesson.valid.ids, lesson.train.labels.tolist(), lesson.seed, lesson.smoke, place]
    told += [config.members[place], replace(config.plan, changes=()), changes]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


def _recall(clips: Clips, answers: Floats) -> float:
    return unweighted_average_recall(clips.labels, answers.argmax(1))

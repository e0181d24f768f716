"""An encoder with a head of one's own: fine-tuned, or kept as it is with a head fitted on it; written as ONNX."""

from __future__ import annotations

import shutil
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from affekt.corpora.parts import Parts
from affekt.errors import InputError, MissingDependencyError
from affekt.inference.own import ENCODER, TOKENIZER
from affekt.inference.own_encoder import OwnEncoder
from affekt.layers.text_encoder import TextEncoder
from affekt.metrics.classification import macro_f1, mean_average_precision
from affekt.metrics.ordinal import quadratic_weighted_kappa
from affekt.metrics.regression import pearson
from affekt.models.index import MODELS
from affekt.training.batches import pad
from affekt.training.checkpoints import Checkpoint
from affekt.training.export import activation_ranges, export_encoder
from affekt.training.fine_tuning import Plan, Progress
from affekt.training.frozen_head import Floats, HeadKind, HeadSettings, HeadTargets, fit_head
from affekt.training.own_fit import Fitted, fit_answers
from affekt.training.own_targets import Task, head_targets
from affekt.training.starting import Start, open_encoder
from affekt.training.text_network import LabelNet, answer, train_labels

KEEPS = 0.005
"""8-bit weights are taken where the score on dev falls by no more than this."""
_WINDOW = 128
_SAMPLED = 512  # texts that say how large activations get


@dataclass(frozen=True, slots=True)
class Tuning:
    """From which encoder, by which method ("frozen" or "fine-tune"), how long, how often work is kept."""

    base: str
    method: str
    plan: Plan | None = None
    seed: int = 0
    checkpoint_s: float = 60.0
    settings: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Tuned:
    """What was made: what the card says of the base, how texts are read, what was fitted on dev, what was measured."""

    base: dict[str, Any]
    reading: dict[str, Any]
    fitted: Fitted
    measured: dict[str, Any]
    notes: tuple[str, ...] = ()


def default_plan(base: str, *, seed: int = 0, **told: Any) -> Plan:
    """Return how an encoder is fine-tuned: fast and lower layers slower for small ones, slow for published ones."""
    if base.startswith("hf:"):
        return Plan(**{"epochs": 4, "learning_rate": 3e-5, "head_factor": 10.0, "seed": seed, **told})
    return Plan(**{"epochs": 5, "learning_rate": 2e-4, "layer_decay": 0.8, "head_factor": 5.0, "seed": seed, **told})


class OwnNet(LabelNet):
    """An encoder with one linear head on its mean state; of levels all cuts share their weights (CORAL)."""

    def __init__(self, start: Start, outputs: int, kind: HeadKind, *, dropout: float = 0.1) -> None:
        super().__init__(start, 1 if kind == "ordinal" else outputs, dropout=dropout)
        self.cuts = nn.Parameter(torch.zeros(outputs)) if kind == "ordinal" else None

    def forward(self, ids: Tensor) -> Tensor:
        """ids: int64 (batch, token), 0 where padded. Returns (batch, output)."""
        raw = super().forward(ids)
        return raw if self.cuts is None else raw + self.cuts

    def linear(self) -> nn.Linear:
        """Return the head as one linear layer of all outputs."""
        if self.cuts is None:
            return self.head
        whole = nn.Linear(self.head.in_features, len(self.cuts))
        with torch.no_grad():
            whole.weight.copy_(self.head.weight.expand(len(self.cuts), -1))
            whole.bias.copy_(self.cuts + self.head.bias)
        return whole


def tune(parts: Parts, task: Task, tuning: Tuning, work: Path, tell: Callable[[Progress], None] | None = None) -> Tuned:
    """Write ``model.onnx`` and ``tokenizer.json`` into `work`, and return what goes on the card.

    Training ends by the loss on dev, and is kept in ``work/checkpoint.pt`` every so often: the same call goes on.
    The file is 8-bit where dev says that it keeps the score, else float32. Raises `InputError` for an encoder that
    is not there, `MissingDependencyError` where a package lacks.
    """
    settings = dict(tuning.settings or {})
    start = open_encoder(tuning.base, layers=settings.pop("layers", None), seed=tuning.seed)
    texts = [[record.signal.text for record in part.records] for part in (parts.train, parts.dev)]
    ids = [start.encode(some, longest=_WINDOW) for some in texts]
    if not any(len(each) > 2 for each in ids[0]):
        raise InputError("No text has anything in it that the encoder reads.")
    targets = [head_targets(parts.train, task), head_targets(parts.dev, task)]
    net = OwnNet(start, targets[0].values.shape[1], task.kind)
    measured: dict[str, Any] = {}
    if tuning.method == "frozen":
        head = _fit_frozen(net, ids[0], targets[0], HeadSettings(**{"seed": tuning.seed, **settings}))
        measured = {"ridge": head}
    else:
        plan = tuning.plan or default_plan(tuning.base, seed=tuning.seed)
        checkpoint = Checkpoint(work / "checkpoint.pt", every_s=tuning.checkpoint_s)
        started = time.monotonic()
        found = train_labels(
            net,
            (ids[0], _told(targets[0])),
            (ids[1], _told(targets[1])),
            loss=_loss(task.kind),
            plan=plan,
            checkpoint=checkpoint,
            tell=tell,
        )
        measured = {
            "dev_loss": [round(each, 5) for each in found.losses],
            "best_epoch": found.epoch,
            "training_seconds": round(time.monotonic() - started, 1),
            "plan": ", ".join(f"{name} {getattr(plan, name)}" for name in plan.__slots__),
        }
    linear = net.linear()
    net.eval()
    start.tokenizer.save(str(work / TOKENIZER))
    own = MODELS.get(tuning.base)
    reading = {
        **{"lower": start.lower, "shift": start.shift, "window": _WINDOW},
        "check_language": own is not None and own.languages == ("en",),
    }
    hard = head_targets(parts.dev, task, soft=False)
    raw, kind, notes = _written(net, start, linear, work, reading, (ids[0], texts[1], hard))
    measured["weights"] = kind
    base = {
        "name": start.name,
        "version": "-" if own is None else own.version,
        "licence": start.licence,
        "files": {} if own is None else dict(own.files),
        "trained_on": [] if own is None else list(own.trained_on),
    }
    return Tuned(base, reading, fit_answers(raw, hard, task, seed=tuning.seed), measured, tuple(notes))


def dev_score(raw: Floats, targets: HeadTargets) -> float:
    """Return how well raw answers suit targets, higher is better: macro-F1 of one label, mean average precision of
    several, weighted kappa of levels, mean correlation of numbers."""
    if targets.kind == "exclusive":
        truth = targets.values >= targets.values.max(1, keepdims=True)
        chosen = np.eye(raw.shape[1], dtype=np.bool_)[raw.argmax(1)]
        occurs = truth.any(0)
        return float(macro_f1(truth[:, occurs], chosen[:, occurs]))
    if targets.kind == "multi-label":
        truth = (targets.values >= 0.5) & targets.known
        occurs, said = truth.any(0), 0.5 * (1 + np.tanh(0.5 * raw))
        return float(mean_average_precision(truth[:, occurs], said[:, occurs])) if occurs.any() else 0.0
    if targets.kind == "ordinal":
        levels, said_levels = (targets.values >= 0.5).sum(1), (raw >= 0).sum(1)
        return float(quadratic_weighted_kappa(levels, said_levels, levels=raw.shape[1] + 1))
    found = [
        pearson(targets.values[known, k], raw[known, k])
        for k, known in enumerate(targets.known.T)
        if known.sum() > 2 and np.ptp(targets.values[known, k]) > 0 and np.ptp(raw[known, k]) > 0
    ]
    return float(np.mean(found)) if found else 0.0


def _fit_frozen(net: OwnNet, ids: Sequence[Sequence[int]], targets: HeadTargets, settings: HeadSettings) -> float:
    """Put a fitted head on the encoder as it is; return the strength of its ridge."""
    net.eval()
    found = fit_head(answer(net.pooled, ids), targets, settings)
    weight = (found.weight / found.spread[:, None]).T
    bias = found.bias - found.mean @ weight.T
    with torch.no_grad():
        if net.cuts is None:
            net.head.weight.copy_(torch.from_numpy(weight))
            net.head.bias.copy_(torch.from_numpy(bias))
        else:
            net.head.weight.copy_(torch.from_numpy(weight[:1]))
            net.head.bias.zero_()
            net.cuts.copy_(torch.from_numpy(bias))
    return found.strength


def _told(targets: HeadTargets) -> Floats:
    """Return targets as `train_labels` takes them, NaN where nothing is known."""
    return np.where(targets.known, targets.values, np.nan)


def _loss(kind: HeadKind) -> Callable[[Tensor, Tensor], Tensor]:
    """Return the mean loss of (answers, targets), both (item, output), over what is known."""

    def loss(answers: Tensor, targets: Tensor) -> Tensor:
        known = ~targets.isnan()
        filled = targets.nan_to_num(0.0)
        if kind == "exclusive":
            return F.cross_entropy(answers, filled)
        if kind == "dimensional":
            each = torch.square(answers - filled)
        else:
            each = F.binary_cross_entropy_with_logits(answers, filled, reduction="none")
        return (each * known).sum() / known.sum().clamp_min(1)

    return loss


def _written(
    net: OwnNet,
    start: Start,
    linear: nn.Linear,
    work: Path,
    reading: dict[str, Any],
    held: tuple[list[list[int]], list[str], HeadTargets],
) -> tuple[Floats, str, list[str]]:
    """Write the ONNX file that dev prefers; return its raw answers to dev, the kind of its weights, and remarks."""
    train_ids, dev_texts, dev = held
    path = work / ENCODER
    if not isinstance(start.encoder, TextEncoder):
        _export_published(net, linear, path)
        return _read(work, reading, dev_texts), "float32", []
    export_encoder(start.encoder, path, ranges=None, heads={"answers": linear})
    whole = _read(work, reading, dev_texts)
    plain = path.with_name("float32.onnx")
    path.replace(plain)
    some = [train_ids[i] for i in np.random.default_rng(0).permutation(len(train_ids))[:_SAMPLED]]
    some = sorted((each for each in some if each), key=len)
    torch.manual_seed(0)
    ranges = activation_ranges(start.encoder, (pad(some[i : i + 32]) for i in range(0, len(some), 32)))
    export_encoder(start.encoder, path, ranges=ranges, heads={"answers": linear})
    narrow = _read(work, reading, dev_texts)
    scores = dev_score(whole, dev), dev_score(narrow, dev)
    if scores[1] >= scores[0] - KEEPS:
        plain.unlink()
        return narrow, "int8", []
    shutil.move(plain, path)
    told = f"8-bit weights score {scores[1]:.3f} on dev, float32 {scores[0]:.3f}: float32 was kept."
    return whole, "float32", [told]


def _read(work: Path, reading: dict[str, Any], texts: list[str]) -> Floats:
    """Return the raw answers to texts, as the written file gives them."""
    return OwnEncoder.load(work, reading, threads=None, device="cpu").run(texts).answers


class _Exported(nn.Module):
    """What is written of a published encoder: ids to answers and features."""

    def __init__(self, net: OwnNet, linear: nn.Linear) -> None:
        super().__init__()
        self.net, self.linear = net, linear

    def forward(self, ids: Tensor) -> tuple[Tensor, Tensor]:
        """ids: int64 (batch, token), 0 where padded. Returns answers (batch, output) and features (batch, width)."""
        features = self.net.pooled(ids)
        return self.linear(features), features


def _export_published(net: OwnNet, linear: nn.Linear, path: Path) -> None:
    """Write an encoder of transformers as float32 ONNX."""
    axes = {"ids": {0: "text", 1: "piece"}, "answers": {0: "text"}, "features": {0: "text"}}
    example = torch.tensor([[3, 4, 5, 6], [3, 7, 6, 0]])
    try:
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")
            torch.onnx.export(
                _Exported(net, linear).eval(),
                (example,),
                str(path),
                input_names=["ids"],
                output_names=["answers", "features"],
                dynamic_axes=axes,
                opset_version=17,
                dynamo=False,
            )
    except ModuleNotFoundError as error:
        raise MissingDependencyError(f"Writing ONNX needs {error.name}: pip install 'affekt[train]'") from error

"""The two ways a model of one's own is fitted: a head on a shipped model, an encoder with a head of its own."""

from __future__ import annotations

import hashlib
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from affekt.corpora.parts import Parts
from affekt.corpora.targets import Target
from affekt.errors import InputError
from affekt.evaluation.own_card import space_values
from affekt.evaluation.own_options import Method, Step, Tell, TrainOptions
from affekt.inference.encoding import encode_texts
from affekt.inference.own import FIT, HEAD
from affekt.inference.text import open_reader
from affekt.models.index import find_model
from affekt.training.own_folder import keep_arrays, write_json
from affekt.training.own_targets import Task, head_targets
from affekt.types import LabelSpace

if TYPE_CHECKING:
    from affekt.cards import ModelCard
    from affekt.training.fine_tuning import Progress
    from affekt.training.frozen_head import HeadTargets

_UNREAD = 0.5  # share of the texts, from which on a base that does not read them is refused


def fit_frozen(
    parts: Parts, task: Task, options: TrainOptions, method: Method, work: Path, tell: Tell
) -> dict[str, Any]:
    """Write a head on a shipped model, and return what the card says of it."""
    from affekt.training.frozen_head import HeadSettings, fit_head
    from affekt.training.own_fit import fit_answers

    base = find_model(options.base)
    seen, notes = {}, list[str]()
    for name, part in (("train", parts.train), ("dev", parts.dev)):
        seen[name] = _features(base, part, work / f"features-{name}.npz", tell)
        unread = int((~seen[name]["read"]).sum())
        if unread > _UNREAD * len(part):
            raise InputError(
                f"{base.name} does not read {unread:,} of {len(part):,} texts of {name}: it reads "
                f"{', '.join(base.languages[:8])}, and they seem to be in another language, or are empty. Take --base "
                "text-multi, or hf:NAME of a checkpoint that knows it; or say --row-language en if they are English."
            )
        if unread:
            notes.append(f"{base.name} does not read {unread:,} of {len(part):,} texts of {name}: left out.")
    rows = {name: np.flatnonzero(each["read"]) for name, each in seen.items()}
    targets = {n: head_targets(part, task).take(rows[n]) for n, part in (("train", parts.train), ("dev", parts.dev))}
    tell(Step("fitting the head"))
    settings = HeadSettings(**{"seed": options.seed, **options.settings})
    head = fit_head(seen["train"]["features"][rows["train"]], targets["train"], settings)
    arrays = {name: getattr(head, name).astype(np.float32) for name in ("mean", "spread", "weight", "bias")}
    keep_arrays(work / HEAD, arrays)
    kept = {name: array.astype(np.float64) for name, array in arrays.items()}
    raw = (seen["dev"]["features"][rows["dev"]] - kept["mean"]) / kept["spread"] @ kept["weight"] + kept["bias"]
    fitted = fit_answers(raw, _hard(parts.dev, task, rows["dev"]), task, seed=options.seed)
    space = task.space or base.space
    told = fitted.to_dict(task, None)
    if task.space is None:
        told["thresholds"] = {name: list(limits) for name, limits in base.fit.thresholds.items()}
    write_json(work / FIT, told)
    return {
        "runtime": "head",
        "base": {"name": base.name, "version": base.version, "licence": base.licence, "files": dict(base.files)},
        "space": space_values(space),
        "languages": list(base.languages),
        "window": base.window,
        "dimensions": base.dimensions or any(name not in task.degrees for name in task.outputs),
        "intensity": base.intensity,
        "trained_on": list(base.trained_on),
        "fitted": {"ridge": head.strength, "held_out_loss": [round(each, 5) for each in head.held_out]},
        "notes": [*notes, *fitted.notes],
    }


def _features(base: ModelCard, part: Target, path: Path, tell: Tell) -> dict[str, Any]:
    """Return the features of a part and which texts were read; kept, so that a run that goes on has them."""
    texts = [record.signal.text for record in part.records]
    mark = hashlib.sha256(json.dumps(texts).encode()).hexdigest()
    if path.is_file():
        with np.load(path, allow_pickle=False) as kept:
            if str(kept["mark"]) == mark:
                return {"features": kept["features"], "read": kept["read"]}
    reader, started, done, found = open_reader(base), time.monotonic(), 0, {}
    features, read = None, np.zeros(len(texts), np.bool_)
    languages = [record.signal.language for record in part.records]
    for language in dict.fromkeys(languages):
        rows = np.array([i for i, each in enumerate(languages) if each == language])
        for start in range(0, len(rows), 256):
            some = rows[start : start + 256]
            one = encode_texts(reader, [texts[i] for i in some.tolist()], language=language)
            if features is None:
                features = np.zeros((len(texts), one.features.shape[1]), np.float32)
            features[some] = one.features
            read[some] = one.estimates.supported & ~one.estimates.empty
            done += len(some)
            left = (time.monotonic() - started) / done * (len(texts) - done)
            tell(Step(f"reading the texts of {part.split}", done / len(texts), left))
    found = {"features": features, "read": read}
    keep_arrays(path, {**found, "mark": np.array(mark)})  # type: ignore[dict-item]
    return found


def fit_encoder(
    parts: Parts, task: Task, options: TrainOptions, method: Method, work: Path, tell: Tell
) -> dict[str, Any]:
    """Write an encoder with a head of its own, and return what the card says of it."""
    from affekt.training.own_tuning import Tuning, tune

    def heard(progress: Progress) -> None:
        tell(Step(f"training (loss {progress.loss:.3f})", progress.step / progress.steps, progress.seconds_left))

    tell(Step("opening the encoder"))
    tuning = Tuning(options.base, method, options.plan, options.seed, options.checkpoint_s, dict(options.settings))
    made = tune(parts, task, tuning, work, heard)
    space = task.space or LabelSpace("dimensions", (), "open", "valence, arousal, dominance alone")
    told = made.fitted.to_dict(task, made.reading)
    told["thresholds"].setdefault(space.name, [])
    write_json(work / FIT, told)
    said = sorted({r.signal.language for part in parts for r in part.records if r.signal.language})
    return {
        "runtime": "encoder",
        "base": made.base,
        "space": space_values(space),
        "languages": said or (["en"] if made.reading["check_language"] else []),
        "window": made.reading["window"],
        "dimensions": task.kind == "dimensional" and len(task.outputs) > len(task.degrees),
        "intensity": False,
        "trained_on": made.base["trained_on"],
        "fitted": made.measured,
        "notes": [*made.notes, *made.fitted.notes],
    }


def _hard(part: Target, task: Task, rows: Any) -> HeadTargets:
    """Return the targets calibration is fitted to: what is scored, not the votes."""
    return head_targets(part, task, soft=False).take(rows)

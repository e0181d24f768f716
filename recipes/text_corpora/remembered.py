"""Answers that are kept: a corpus is read once by each model, whatever is scored, and a run that broke off goes on."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from affekt.evaluation.answers import Answers, Question, Subject
from affekt.types import Record


class _Kept(NamedTuple):
    """What a model said of texts: their keys, whether it answered, probabilities (text, label), VAD (text, 3)."""

    keys: NDArray[np.str_]
    answered: NDArray[np.bool_]
    probability: NDArray[np.float64]
    vad: NDArray[np.float64]


def remembered(subject: Subject, path: Path) -> Subject:
    """Return the subject with its answers kept in the file at `path`; it is asked about texts that are not there.

    For subjects that answer each text by itself, by probabilities, and have one threshold per label: our models. A
    file belongs to one version of one model; the key of a text is a hash of it and its language.
    """

    def answer(question: Question) -> Answers:
        keys = np.array([_key(record) for record in question.records], np.str_)
        kept = _read(path)
        fresh = np.ones(len(keys), np.bool_) if kept is None else ~np.isin(keys, kept.keys)
        # Nothing is asked twice, and asking about nothing tells the space and its thresholds.
        asked = dict(zip(keys[fresh].tolist(), np.flatnonzero(fresh).tolist(), strict=True))
        records = tuple(question.records[place] for place in asked.values())
        said = subject.answer(replace(question, records=records))
        if said.probabilities is None or any(np.ndim(limits) > 1 for limits in said.thresholds.values()):
            raise ValueError(f"{subject.name} does not answer as `remembered` needs it: see its docstring.")
        vad = np.full((len(records), 3), np.nan) if said.vad is None else said.vad
        new = _Kept(np.array(list(asked), np.str_), said.answered, said.probabilities, vad)
        known = new if kept is None else _Kept(*map(np.concatenate, zip(kept, new, strict=True)))
        if records:
            _write(path, known)
        order = np.argsort(known.keys)
        rows = order[np.searchsorted(known.keys[order], keys)]
        return replace(
            said,
            answered=known.answered[rows],
            probabilities=known.probability[rows],
            vad=None if said.vad is None else known.vad[rows],
        )

    return replace(subject, answer=answer)


def _key(record: Record) -> str:
    return hashlib.sha256(f"{record.signal.language}\n{record.signal.text}".encode()).hexdigest()[:24]


def _read(path: Path) -> _Kept | None:
    if not path.exists():
        return None
    with np.load(path) as file:
        return _Kept(*(file[name] for name in _Kept._fields))


def _write(path: Path, kept: _Kept) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"part-{path.name}")
    np.savez_compressed(part, **kept._asdict())
    part.replace(path)

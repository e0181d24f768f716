"""Who hears what in an audit: every listener, every fold, every change of the sound; answers are kept and never asked
for twice. `affekt.evaluation.audit_scores` makes numbers of them."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from affekt.corpora.clips import Clips
from affekt.errors import InputError
from affekt.evaluation.audit_scores import Audit, Told, parts_of, scored_audit
from affekt.evaluation.listeners import Hear, Heard, Listener
from affekt.evaluation.records import replace_file
from affekt.evaluation.sound_conditions import CLEAN, QUICK, heard_under, version_of_conditions
from affekt.evaluation.speech import Round, fingerprint, rounds
from affekt.evaluation.speech_arms import few

KINDS = ("sex", "speaker", "language")


@dataclass(frozen=True, slots=True)
class AuditOptions:
    """conditions: of `affekt.evaluation.sound_conditions`; kinds: conditions of clips whose groups are compared, those
    that a corpus does not tell left out; runs: where answers are kept; smoke: one fold, few clips."""

    conditions: Sequence[str] = QUICK
    kinds: Sequence[str] = KINDS
    resamples: int = 1000
    runs: Path = Path("runs/speech-robustness")
    smoke: bool = False
    tell: Callable[[str], None] = lambda line: None


def audit(
    listeners: Sequence[Listener], corpora: Sequence[Clips], options: AuditOptions = AuditOptions()
) -> list[Audit]:
    """Return what was found of each listener; of a first corpus of several (`read_joint_clips`), of each of these too.

    The first corpus is changed and scored whole, fold by fold: what learns has not heard the fold's speakers. The other
    corpora are heard as they are, on the labels both have; of what learns, by what was taught the first corpus without
    its last fold. Answers are kept, one file per fold and condition, so that a killed audit goes on. Raises
    `InputError` where nothing that is answered can be scored or two have one name, and what the conditions raise.
    """
    names = [each.name for each in listeners]
    if len(set(names)) < len(names):
        raise InputError(f"One is named twice: {', '.join(names)}. Name each once.")
    home, *others = corpora
    taken = _rounds(home)
    if options.smoke:
        taken = [replace(each, test=_few(home, each)) for each in taken[-1:]]
        others = [few(each) for each in others]
    heard: list[dict[str, list[Heard]]] = [{} for _ in listeners]
    abroad: list[list[Told]] = [[] for _ in listeners]
    for each in taken:
        fold = _Fold(home, each, options, {})
        for condition in (CLEAN, *options.conditions):
            for answers, found in zip(heard, fold.answers(listeners, condition), strict=True):
                answers.setdefault(condition, []).append(found)
        if each is taken[-1]:
            for place, listener in enumerate(listeners):
                abroad[place] = [Told(other, fold.abroad(listener, other)) for other in others]
    whole = home.take(np.concatenate([each.test for each in taken]))
    audits: list[Audit] = []
    for listener, answers, elsewhere in zip(listeners, heard, abroad, strict=True):
        told = {condition: _joined(parts) for condition, parts in answers.items()}
        options.tell(f"{listener.name}: scoring")
        audits.append(scored_audit(listener, whole, told, elsewhere, options.kinds, options.resamples))
        audits += parts_of(listener, whole, told, options.kinds, options.resamples)
    return audits


def _rounds(clips: Clips) -> list[Round]:
    """The folds; of fewer than it takes to learn, only who is scored and who is not."""
    count = int(clips.folds.max()) + 1
    if count >= 3:
        return rounds(clips, "folds")
    none = np.zeros(0, np.int64)
    return [
        Round(f"fold-{fold}", np.flatnonzero(clips.folds != fold), none, np.flatnonzero(clips.folds == fold))
        for fold in range(count)
    ]


def _few(home: Clips, each: Round) -> NDArray[np.int64]:
    places = {name: place for place, name in enumerate(home.ids)}
    return np.array([places[name] for name in few(home.take(each.test)).ids], np.int64)


def _joined(parts: Sequence[Heard]) -> Heard:
    """The answers to all folds, one after another."""
    columns = zip(*parts, strict=True)
    return Heard(*(None if any(one is None for one in each) else np.concatenate(each) for each in columns))


@dataclass(frozen=True, slots=True, eq=False)
class _Fold:
    """One fold of the first corpus; `opened` are the listeners that have been asked something in it."""

    home: Clips
    each: Round
    options: AuditOptions
    opened: dict[str, Hear]

    def answers(self, listeners: Sequence[Listener], condition: str) -> list[Heard]:
        """Return what each listener answers under a condition. Sounds are changed once, for those who need them."""
        sounds: Clips | None = None
        found = []
        for listener in listeners:
            name = f"{self.home.corpus}-{self.each.name}-{condition}"
            about = [condition, "" if condition == CLEAN else version_of_conditions()]
            kept = self._kept(listener, name, about)
            if kept is None:
                sounds = heard_under(condition, self.home, self.each) if sounds is None else sounds
                kept = self._asked(listener, name, about, sounds)
            found.append(kept)
        return found

    def abroad(self, listener: Listener, other: Clips) -> Heard:
        """Return what a listener answers to another corpus."""
        name, about = f"{other.corpus}-from-{self.home.corpus}", [fingerprint(other)]
        kept = self._kept(listener, name, about)
        return self._asked(listener, name, about, other) if kept is None else kept

    def _kept(self, listener: Listener, name: str, about: Sequence[str]) -> Heard | None:
        path = self._path(listener, name, about)
        if not listener.key or not path.exists():
            return None
        with np.load(path) as file:
            return Heard(*(file[part] if part in file.files else None for part in Heard._fields))

    def _asked(self, listener: Listener, name: str, about: Sequence[str], sounds: Clips) -> Heard:
        if listener.name not in self.opened:
            self.opened[listener.name] = listener.opened(self.home, self.each)
        heard = self.opened[listener.name](sounds)
        if listener.key:
            content = io.BytesIO()
            arrays = {part: np.asarray(value) for part, value in heard._asdict().items() if value is not None}
            np.savez_compressed(content, allow_pickle=False, **arrays)
            replace_file(self._path(listener, name, about), content.getvalue())
        self.options.tell(f"{listener.name}: {name}")
        return heard

    def _path(self, listener: Listener, name: str, about: Sequence[str]) -> Path:
        scored = [self.home.ids[place] for place in self.each.test]
        told = [listener.name, listener.key, fingerprint(self.home), self.each.name, scored, *about]
        key = hashlib.sha256(json.dumps(told).encode()).hexdigest()[:12]
        return self.options.runs / _plain(listener.name) / f"{_plain(name)}-{key}.npz"


def _plain(name: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "-+._" else "-" for letter in name)

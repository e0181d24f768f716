"""distill(): what a teacher says of items nobody has labelled becomes a small model of one's own."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from affekt.analysis.sound_files import is_sound_path
from affekt.cards import CorpusCard
from affekt.corpora.opening import OpenCorpus, is_own, open_corpus
from affekt.corpora.own.description import Description
from affekt.corpora.record_clips import has_sound
from affekt.corpora.targets import Flags
from affekt.errors import InputError, OutputError
from affekt.evaluation.own_options import Step, Tell, TrainOptions
from affekt.evaluation.own_table import AskedTable
from affekt.evaluation.own_taught import Taught
from affekt.evaluation.teachers import Teacher, Told, ask_teacher, open_teacher
from affekt.evaluation.unlabelled import sound_records
from affekt.training.own_targets import Task
from affekt.types import VAD, LabelSpace, Record

if TYPE_CHECKING:
    from affekt.evaluation.endpoint import EndpointOptions
    from affekt.evaluation.own_model import TrainedModel

_DIMENSIONS = ("valence", "arousal", "dominance")
_ANY = (-1e12, 1e12)
_LEAST = 12  # items, below which there are no three parts worth the name


@dataclass(frozen=True, slots=True)
class Distilling:
    """What is distilled from: the `source` (a folder of sound, a table, a corpus by name) and the `teacher`, as
    `affekt.evaluation.teachers.open_teacher` names them; `space` is that of a teacher whose answers do not tell theirs.
    With `dimensions` valence, arousal and dominance are learned where the teacher tells labels too. `description` and
    `folder` are those of the source."""

    source: str
    teacher: str
    space: LabelSpace | None = None
    dimensions: bool = False
    description: Description | None = None
    folder: Path | None = None
    endpoint: EndpointOptions | None = None


def distill(asked: Distilling, output: Path, options: TrainOptions, tell: Tell | None = None) -> TrainedModel:
    """Return the student that learned what a teacher says of unlabelled items, in the folder `output`.

    Labels that the source may have are not looked at. The teacher is asked once, its answers are kept in
    ``OUTPUT.teacher`` until the student is done, and the student learns its probabilities (or ratings), not only what
    it decides for: Hinton et al. 2015, "Distilling the Knowledge in a Neural Network"; for speech Kounadis-Bastian et
    al. 2024, arXiv:2408.13920. From there on it is `affekt.evaluation.own_model.train`: three parts, calibration on
    one, and, once, how far it agrees with the teacher on the last, of other speakers, files or texts. The same call
    after a kill goes on. Raises as `train` and `open_teacher` do.
    """
    told = tell or (lambda step: None)
    told(Step("reading the source"))
    corpus = _unlabelled(asked)
    sound = any(has_sound(record) for record in corpus.records)
    _check_output(output, options)
    teacher = open_teacher(asked.teacher, sound=sound, space=asked.space, endpoint=asked.endpoint)
    kept = output.with_name(f"{output.name}.teacher")
    if options.restart and kept.exists():
        shutil.rmtree(kept)
    kept.mkdir(parents=True, exist_ok=True)
    said = ask_teacher(teacher, corpus.records, kept / "answers.jsonl", space=asked.space, tell=told)
    table, taught = _table(corpus, teacher, said, dimensions=asked.dimensions)
    from affekt.evaluation.own_model import train_table

    made = train_table(table, output, options, told, taught)
    shutil.rmtree(kept)
    return made


def _unlabelled(asked: Distilling) -> OpenCorpus:
    """Return the source as records that say nothing of emotions."""
    path = Path(asked.source)
    sounds = path.is_dir() and not (path / "db.yaml").is_file() and any(map(is_sound_path, path.rglob("*")))
    if sounds and is_own(asked.source):
        # A table that lies among them is meant where it is named itself.
        return OpenCorpus(_card(path), sound_records(path))
    description = asked.description
    if is_own(asked.source) and path.suffix != ".py":
        # Numbers that the table may have are not looked at, whatever their scale.
        known = description or Description()
        description = replace(known, scale={**dict.fromkeys(_DIMENSIONS, _ANY), **known.scale})
    corpus = open_corpus(asked.source, description, folder=asked.folder)
    bare = [
        replace(record, labels=(), ratings=(), vad=None, intensities={}, unrated=(), values={})
        for record in corpus.records
    ]
    return replace(corpus, records=tuple(bare))


def _card(folder: Path) -> CorpusCard:
    return CorpusCard(
        name=folder.resolve().name,
        summary=f"Your own: {folder.resolve().name}.",
        modality="speech",
        space=None,
        licence="not said",
        permissive=False,
        homepage="",
        citation="",
        files=(),
        rows={},
        languages=(),
        layout="none public",
    )


def _check_output(output: Path, options: TrainOptions) -> None:
    """Raise before the teacher is asked where its answers would be for nothing."""
    if output.exists() and not options.overwrite:
        raise OutputError(f"{str(output)!r} exists. Choose another folder, or replace it with `--overwrite`.")


def _table(corpus: OpenCorpus, teacher: Teacher, said: Told, *, dimensions: bool) -> tuple[AskedTable, Taught]:
    """Return the items that the teacher answered for as a table with its answers, and these as shares by id."""
    rated = ~np.isnan(said.vad)
    numbers = dimensions or said.space is None
    if numbers and not rated.any():
        raise InputError(f"The teacher {teacher.name} tells no valence, arousal or dominance. Learn its labels.")
    good = rated.any(1) if numbers else said.answered & (said.shares.sum(1) > 0)
    places = np.flatnonzero(good).tolist()
    if len(places) < _LEAST:
        raise InputError(f"The teacher {teacher.name} answers for {len(places)} items; {_LEAST} are needed at least.")
    records: list[Record] = []
    shares: dict[str, tuple[float, ...]] = {}
    for place in places:
        record = corpus.records[place]
        if numbers:
            records.append(replace(record, vad=VAD(*said.vad[place].tolist())))
            continue
        assert said.space is not None
        labels = [label for label, chosen in zip(said.space, said.chosen[place].tolist(), strict=True) if chosen]
        row = said.shares[place]
        if said.space.kind == "exclusive":
            row = row / row.sum()
            labels = labels or [said.space.labels[int(row.argmax())]]
        shares[record.id] = tuple(row.tolist())
        records.append(replace(record, labels=tuple(labels)))
    notes = list(corpus.notes)
    if len(places) < len(corpus.records):
        notes.append(
            f"The teacher did not answer for {len(corpus.records) - len(places):,} of {len(corpus.records):,} items "
            "(they cannot be opened, or hold no words where it reads words): left out."
        )
    notes.append(
        f"Labels are the answers of {teacher.name}: scores say how far the student agrees with it, not how often "
        "either is right."
    )
    space = None if numbers else said.space
    task = _task(space, rated[places])
    bare = replace(corpus, card=replace(corpus.card, space=space), records=tuple(records), notes=tuple(notes))
    digest = hashlib.sha256(repr((sorted(shares.items()), said.vad[places].tolist())).encode()).hexdigest()
    # Only where all answers were given in this run is their time known.
    each = said.seconds / said.asked if said.asked == len(corpus.records) else None
    taught = Taught(teacher.name, teacher.version, teacher.licence, tuple(teacher.trained_on), shares, digest, each)
    return AskedTable(bare, task), taught


def _task(space: LabelSpace | None, rated: Flags) -> Task:
    """Return what is learned; `rated` (item, 3) says which dimensions were told."""
    if space is None:
        return Task("dimensional", None, tuple(name for place, name in enumerate(_DIMENSIONS) if rated[:, place].any()))
    return Task("exclusive" if space.kind == "exclusive" else "multi-label", space, votes=True)

"""train_sounds(): from a table of files of sound to a model of speech of one's own, with its scores."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from affekt.corpora.opening import OpenCorpus
from affekt.corpora.parts import Parts
from affekt.corpora.record_clips import check_sounds, has_sound, record_clips
from affekt.corpora.targets import Target
from affekt.errors import InputError
from affekt.evaluation.answers import Answers, Question, Subject
from affekt.evaluation.own_card import about_data, space_values
from affekt.evaluation.own_model import REPORT, TrainedModel, part_data, run_facts
from affekt.evaluation.own_options import SHAPES, Step, Tell, TrainOptions
from affekt.evaluation.own_scores import OwnScores, score_own
from affekt.evaluation.own_table import AskedTable
from affekt.evaluation.own_taught import Taught
from affekt.evaluation.subjects import find_subject
from affekt.inference.own import ENCODER, FIT
from affekt.models.own import CARD, read_card
from affekt.training.own_folder import checksums, finish, open_work, write_card, write_json, written
from affekt.training.own_targets import Task, head_targets
from affekt.types import LabelSpace, Record

if TYPE_CHECKING:
    from affekt.corpora.clips import Clips
    from affekt.training.fine_tuning import Progress

KEPT = (CARD, ENCODER, FIT, REPORT)
WINDOW_S, HOP_S, BANDS, RATE = 30, 0.5, 64, 16_000
DIMENSIONS = LabelSpace("dimensions", (), "open", "valence, arousal, dominance alone")
_CONTRASTED = 5000  # clips, beyond which a support vector machine takes too long


def train_sounds(
    table: AskedTable, output: Path, options: TrainOptions, tell: Tell, taught: Taught | None = None
) -> TrainedModel:
    """Return the model of speech that was trained on a table or corpus, in the folder `output`.

    A small network from scratch (`affekt.training.speech.own_net`) on log-mel spectra, or on the waveform (wav2small).
    No speaker is in two parts where the table says who speaks, nor is a recording that stands there twice; calibration
    and the end of training come from dev, and test is scored once, beside a support vector machine on functionals where
    labels exclude each other and people gave them. Raises as `affekt.evaluation.own_model.train` does.
    """
    started = time.monotonic()
    options = _shaped(options)
    corpus, kept, notes = _heard(table.corpus, tell)
    standing, task, odd = part_data(corpus, table.task, options)
    if taught is not None:
        standing, task = taught.over(standing), replace(task, votes=bool(taught.shares))
        options = replace(options, contrast=False)
    work = open_work(
        output, run_facts(standing, task, options, "scratch"), overwrite=options.overwrite, restart=options.restart
    )
    train, dev, test = (_original(part, kept) for part in standing)
    parts = Parts(train, dev, test, standing.notes)
    with written(work):
        card = fit_sounds(parts, task, options, work, tell)
        card |= about_data(table.corpus, parts, task, options, "from scratch")
        source = table.corpus.card.name
        card |= {"name": options.name or output.name, "trained_on": [source], "files": checksums(work, (ENCODER, FIT))}
        if taught is not None:
            card |= taught.card(card)
            card["fitted"] |= taught.facts()
        write_card(work, {**card, "notes": []})
        card["fitted"]["real_time_factor"] = speed(work, part_clips(parts.test, work))
        tell(Step("scoring"))
        scores = _scored(work, parts, task, options)
        card["training"] = {
            **card["training"],
            "seconds": round(time.monotonic() - started, 1),
            "notes": [*notes, *odd, *card.pop("notes")],
        }
        card["scores"] = scores.to_dict()
        write_card(work, card)
        from affekt.evaluation.own_page import training_page
        from affekt.pages.page import write_page

        write_page(training_page(read_card(work), scores, parts), work / REPORT)
    finish(work, output, KEPT)
    return TrainedModel(output, read_card(output), scores)


def fit_sounds(parts: Parts, task: Task, options: TrainOptions, work: Path, tell: Tell) -> dict[str, Any]:
    """Write a network of speech and its calibration to `work`, and return what the card says of it."""
    from affekt.training.own_fit import fit_answers
    from affekt.training.speech.own_net import OwnLesson, OwnPlan, export_own, learn, raw_answers

    train, dev = (part_clips(part, work) for part in (parts.train, parts.dev))
    lesson = OwnLesson(
        train, head_targets(parts.train, task), dev, head_targets(parts.dev, task), work / "checkpoint.pt"
    )
    plan = replace(OwnPlan(shape=options.base, seed=options.seed), **options.heard)  # type: ignore[arg-type]
    tell(Step("taking spectra"))
    made = learn(lesson, plan, heard_progress(tell))
    tell(Step("writing the network"))
    export_own(made.net, work / ENCODER, train)
    raw = raw_answers(work / ENCODER, dev)
    fitted = fit_answers(raw, head_targets(parts.dev, task, soft=False), task, seed=options.seed)
    space = task.space or DIMENSIONS
    told = fitted.to_dict(task, None)
    told["thresholds"].setdefault(space.name, [])
    write_json(work / FIT, told)
    size = (work / ENCODER).stat().st_size
    return {
        **network_card(options.base, space),
        "dimensions": task.kind == "dimensional" and len(task.outputs) > len(task.degrees),
        "fitted": {"parameters": made.parameters, "bytes": size, **{k: round(v, 3) for k, v in made.measured.items()}},
        "notes": list(fitted.notes),
    }


def network_card(shape: str, space: LabelSpace) -> dict[str, Any]:
    """Return what the card of any network of speech of one's own says."""
    return {
        "modality": "speech",
        "runtime": "onnx",
        "base": {"name": shape, "version": "from scratch", "licence": "none: its weights come from the data"},
        "space": space_values(space),
        "languages": [],
        "window": WINDOW_S,
        "rate": RATE,
        "bands": BANDS,
        "hop_s": HOP_S,
        "intensity": False,
        "golden": [],
    }


def speed(work: Path, clips: Clips) -> float:
    """Return how many seconds a second of sound takes, spectra included, on one core: over twenty clips at most."""
    from affekt.inference.speech import open_speech_reader
    from affekt.models.own import model_in

    reader = open_speech_reader(model_in(work), threads=1)
    sounds = [np.ascontiguousarray(wave[:, 0]) for wave in clips.take(np.arange(min(20, len(clips)))).view("wave")]
    reader.estimate(sounds[:1])  # the first call sets things up
    started = time.monotonic()
    reader.estimate(sounds)
    return round((time.monotonic() - started) / (sum(map(len, sounds)) / RATE), 5)


def heard_progress(tell: Tell) -> Callable[[Progress], None]:
    """Return what tells of a network's progress."""

    def heard(progress: Progress) -> None:
        tell(Step(f"training (loss {progress.loss:.3f})", progress.step / progress.steps, progress.seconds_left))

    return heard


def part_clips(part: Target, work: Path) -> Clips:
    """Return the clips of a part; their views are kept in the work folder."""
    space, labels = part.space or DIMENSIONS, None
    if part.space is not None and part.exclusive:
        labels = part.truth.argmax(1)
    return record_clips(part.records, labels=labels, space=space, cache=work / "views", name=part.split)


def _shaped(options: TrainOptions) -> TrainOptions:
    base = "speech" if options.base == "text" else options.base
    if base not in SHAPES:
        raise InputError(f"The table holds files of sound: take --base {', '.join(SHAPES)}, not {options.base!r}.")
    if options.method is not None:
        raise InputError("--method is for texts: a network of speech is trained from scratch. Leave it out.")
    return replace(options, base=base)


def _heard(corpus: OpenCorpus, tell: Tell) -> tuple[OpenCorpus, dict[str, Record], tuple[str, ...]]:
    """Return the corpus as parting takes it, its records as they were by id, and what is odd about them.

    What is said is the same in many clips and tells nothing of who is in two parts: a fingerprint of the sound stands
    for the text, and the speaker is the group.
    """
    records = [record for record in corpus.records if has_sound(record)]
    tell(Step("opening the files"))
    sounds = check_sounds(records, lambda done: tell(Step("opening the files", done / len(records))))
    notes = []
    if len(records) < len(corpus.records):
        notes.append(f"{len(corpus.records) - len(records):,} items have no file of sound: left out.")
    if sounds.unread:
        named = "; ".join(f"{each.id}: {each.reason}" for each in sounds.unread[:3])
        notes.append(f"{len(sounds.unread):,} files cannot be learned from, left out. {named}")
    readable = [record for record in records if record.id in sounds.marks]
    if not readable:
        raise InputError(f"No file of sound that {corpus.card.name} names can be read. {' '.join(notes)}")
    if all(record.speaker is None for record in readable):
        notes.append(
            "No column says who speaks: the same voice may be in two parts, which makes scores too high. Name one with "
            "`--column speaker=NAME`."
        )
    standing = tuple(
        replace(
            record,
            signal=replace(record.signal, text=f"sound {sounds.marks[record.id]}"),
            group=record.speaker if record.speaker is not None else record.group,
        )
        for record in readable
    )
    return replace(corpus, records=standing), {record.id: record for record in readable}, tuple(notes)


def _original(part: Target, kept: dict[str, Record]) -> Target:
    """Return the part with the records as they were, but for labels that ties were settled by."""
    return replace(part, records=tuple(replace(r, signal=kept[r.id].signal) for r in part.records))


def _scored(work: Path, parts: Parts, task: Task, options: TrainOptions) -> OwnScores:
    ours, contrast = find_subject(str(work.resolve())), None
    few = len(parts.train) + len(parts.test) <= _CONTRASTED
    if options.contrast and few and task.kind == "exclusive" and parts.train.exclusive and parts.dev.exclusive:
        contrast = _functionals(parts, work)
    return score_own(ours, contrast, parts, task, resamples=options.resamples)


def _functionals(parts: Parts, work: Path) -> Subject:
    """Return a support vector machine on functionals that learned the same clips, and answers for the test part."""
    from affekt.training.speech import functionals_svm
    from affekt.training.speech.lesson import Lesson

    train, dev, test = (part_clips(part, work) for part in parts)
    taught = functionals_svm.teach(Lesson(train, dev))

    def answer(question: Question) -> Answers:
        places = {record.id: place for place, record in enumerate(parts.test.records)}
        rows = np.array([places[record.id] for record in question.records])
        return Answers(np.ones(len(rows), np.bool_), test.space, taught.answer(test.take(rows)))

    return Subject("functionals-svm", "1", answer, learns=True)

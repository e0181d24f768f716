"""How well methods of speech do on speakers they have not heard: one bench for all, whose runs resume.

Folds never share a speaker unless the protocol says ``speakers-mixed``. To stop and to choose, a method has speakers
of its own, who are neither learned from nor scored.
"""

from __future__ import annotations

import hashlib
import io
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.corpora.clips import Clips, mixed_folds
from affekt.errors import InputError, unknown_name
from affekt.evaluation.experiment import Arm, Experiment, Outcome, run_experiment
from affekt.evaluation.records import ResultRow, replace_file
from affekt.evaluation.speech_arms import METRICS, PROTOCOL, TOP_3, outcome
from affekt.metrics.classification import unweighted_average_recall
from affekt.training.speech.index import METHODS, find_method
from affekt.training.speech.lesson import Lesson, Taught
from affekt.types import LabelSpace

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Protocol = Literal["fixed", "folds", "speakers-mixed", "sentences-and-speakers", "within-sex"]
PROTOCOLS: tuple[Protocol, ...] = ("fixed", "folds", "speakers-mixed", "sentences-and-speakers", "within-sex")
ACROSS = "across:"
"""What stands before the condition whose values are learned from and scored in turn."""
KNOWN = (0, 5, 10, 20)
BASELINE = "functionals-svm"
_MANY_LABELS = 10
_NAMES = {
    **{"happy": "happiness", "sad": "sadness", "angry": "anger", "fearful": "fear"},
    **{"surprised": "surprise"},
}


@dataclass(frozen=True, slots=True, eq=False)
class Round:
    """One fold: what is learned from, what stops it, what is scored; int64 places of clips, none in two of them."""

    name: str
    train: Ints
    valid: Ints
    test: Ints


@dataclass(frozen=True, slots=True)
class SpeechBench:
    """How the bench runs. runs: where answers are kept, so that a killed bench goes on; smoke: a slice, in seconds."""

    seeds: Sequence[int] = (0, 1, 2)
    runs: Path = Path("runs/ser")
    resamples: int = 1000
    smoke: bool = False
    tell: Callable[[str], None] = lambda line: None


def rounds(clips: Clips, protocol: Protocol) -> list[Round]:
    """Return the folds of a protocol.

    ``fixed``: the last fold is scored, the one before stops, the others are learned from (RAVDESS: actors 21-24,
    17-20, 1-16). ``folds``: each fold is scored once, the next stops, or the next two where a fold is one speaker.
    ``speakers-mixed``: the same number of folds, drawn clip by clip: what scores look like that do not hold speakers
    apart. ``sentences-and-speakers``: each fold's speakers saying one sentence are scored, the others saying the other
    sentences are learned from. ``within-sex``: folds of the women, who are learned from women alone, and of the men.
    Raises `InputError` where a corpus has too few folds or sentences, or does not tell the speakers' sex.
    """
    if protocol == "within-sex":
        sexes = clips.condition("sex")
        every = []
        for sex in np.unique(sexes):
            own = np.flatnonzero(sexes == sex)
            for each in _folds(clips.take(own), np.unique(clips.folds[own], return_inverse=True)[1].astype(np.int64)):
                every.append(Round(f"{sex}-{each.name}", own[each.train], own[each.valid], own[each.test]))
        return every
    folds = mixed_folds(clips, int(clips.folds.max()) + 1) if protocol == "speakers-mixed" else clips.folds
    if protocol not in PROTOCOLS:
        raise unknown_name("protocol of speech", protocol, PROTOCOLS, "affekt evaluate --help")
    every = _folds(clips, folds)
    if protocol == "fixed":
        count = len(every)
        return [_round("fixed", folds, count - 1, (count - 2,))]
    if protocol != "sentences-and-speakers":
        return every
    names = sorted(set(clips.sentences) - {""})
    if len(names) < 2:
        raise InputError(f"{clips.corpus} has {len(names)} sentences told apart; leaving one out takes 2.")
    # Of many, as of single words, some are left out together: as many parts as folds.
    parts = len(names) if len(names) <= 12 else len(every)
    part = np.array([names.index(each) % parts if each else -1 for each in clips.sentences])
    return [
        Round(
            name=f"{each.name}-sentence-{one}",
            train=each.train[part[each.train] != one],
            valid=each.valid[part[each.valid] != one],
            test=each.test[part[each.test] == one],
        )
        for each in every
        for one in range(parts)
    ]


def _folds(clips: Clips, folds: Ints) -> list[Round]:
    """A round for each fold; the next one stops, or the next two where a fold is one speaker."""
    count = int(folds.max()) + 1
    if count < 3:
        raise InputError(f"{clips.corpus} has {count} folds; to learn, to stop and to be scored it takes 3 at least.")
    speakers = np.asarray(clips.speakers)
    alone = count > 4 and all(len(np.unique(speakers[folds == fold])) == 1 for fold in range(count))
    return [
        _round(f"fold-{fold}", folds, fold, tuple((fold + 1 + i) % count for i in range(2 if alone else 1)))
        for fold in range(count)
    ]


def _round(name: str, folds: Ints, test: int, stops: tuple[int, ...]) -> Round:
    stopping = np.isin(folds, stops)
    train = np.flatnonzero((folds != test) & ~stopping)
    return Round(name, train, np.flatnonzero(stopping), np.flatnonzero(folds == test))


def evaluate_method(
    method: str,
    clips: Clips,
    protocol: Protocol,
    bench: SpeechBench = SpeechBench(),
    *,
    against: str | None = None,
) -> list[ResultRow]:
    """Return the rows of a method on a corpus: UA (`uar`), WA (`accuracy`), macro-F1, ECE, seconds, parameters.

    Folds are those of `rounds`; the rest is `score_rounds`.
    """
    names = (_split_name(protocol), _protocol_name(protocol))
    return score_rounds(method, clips, rounds(clips, protocol), names, bench, kept_as=protocol, against=against)


def score_rounds(
    method: str,
    clips: Clips,
    taken: Sequence[Round],
    names: tuple[str, str],
    bench: SpeechBench = SpeechBench(),
    *,
    kept_as: str = "",
    against: str | None = None,
) -> list[ResultRow]:
    """Return the rows of a method over folds of one's own; names: the split and the protocol that the rows are of.

    Each metric is taken over all scored clips of all folds together, as the mean over seeds, with a 95 % interval that
    resamples speakers; of ten labels or more also how often the true one is among the three likeliest (`top-3`).
    `seconds` is learning and answering of all folds, `parameters` those of one. With `against` another method there
    are rows of the paired gain over it, ``uar:minus:NAME``. Of several corpora that are learned together
    (`read_joint_clips`) each has rows of its own besides, answered among the labels it has. Answers are kept under the
    name `kept_as`, or the protocol's. Raises `UnknownNameError` for a method that is not known.
    """
    split, protocol = names
    taken = taken[: 1 if bench.smoke else None]
    scored = np.concatenate([each.test for each in taken])
    truth, speakers = clips.labels[scored], np.asarray(clips.take(scored).speakers)
    arms = [_arm(each, clips, taken, kept_as or protocol, bench) for each in (method, against) if each]
    found = [_experiment((method, clips.corpus, split, protocol), truth, len(clips.space), speakers, *arms)]
    sources = np.asarray(clips.conditions.get("corpus", ("",) * len(clips)))[scored]
    for name in np.unique(sources) if len(np.unique(sources)) > 1 else ():
        places = np.flatnonzero(sources == name)
        of = (method, str(name), f"{split}:with:{clips.corpus}", protocol)
        own = np.unique(truth[places])
        among = [
            replace(arm, run=partial(_among, arm.run, places, own), settings=f"{arm.settings} {name}") for arm in arms
        ]
        found.append(_experiment(of, np.searchsorted(own, truth[places]), len(own), speakers[places], *among))
    how = (bench.runs / "scored", bench.seeds, bench.resamples)
    rows = [row for each in found for row in run_experiment(each, runs=how[0], seeds=how[1], resamples=how[2])]
    return [row for row in rows if row.model == method]


def _arm(method: str, clips: Clips, taken: Sequence[Round], protocol: str, bench: SpeechBench) -> Arm:
    """A method that is taught each fold and asked its test clips."""
    find_method(method)

    def run(seed: int) -> Outcome:
        found = [_kept(_Question(method, clips, each, protocol), seed, bench) for each in taken]
        measured = {"valid-uar": float(np.mean([each.measured.get("valid-uar", np.nan) for each in found]))}
        probabilities = np.concatenate([each.probabilities for each in found])
        return outcome(probabilities, sum(each.seconds for each in found), found[0].parameters, measured)

    return Arm(method, run, json.dumps([bench.smoke, version_of_method(method), fingerprint(clips)]))


def _among(run: Callable[[int], Outcome], places: Ints, own: Ints, seed: int) -> Outcome:
    """What was answered for some clips, among the labels that their corpus has."""
    whole = run(seed)
    among = np.asarray(whole.answers["probabilities"], np.float64)[places][:, own]
    return outcome(among / among.sum(1, keepdims=True), whole.seconds, whole.parameters, {})


def _experiment(
    names: tuple[str, str, str, str], truth: Ints, labels: int, speakers: ArrayLike, *arms: Arm
) -> Experiment:
    """names: the method, the corpus, the split, the protocol; truth: of what is scored, a place among `labels`."""
    matrix = np.eye(labels, dtype=bool)[truth]
    wanted = {"decided": truth, "matrix": matrix, "probabilities": truth}
    metrics = {**METRICS, **(TOP_3 if labels >= _MANY_LABELS else {})}
    return Experiment(*names, wanted, metrics, arms, np.asarray(speakers))


def fold_answers(method: str, clips: Clips, *, seed: int = 0, bench: SpeechBench = SpeechBench()) -> Floats:
    """Return probabilities float64 (clip, label), each clip's by a network that has not heard its speaker.

    Folds are those of ``folds``; of a smoke run the first alone is answered, the others are NaN.
    """
    out = np.full((len(clips), len(clips.space)), np.nan)
    for each in rounds(clips, "folds")[: 1 if bench.smoke else None]:
        out[each.test] = _kept(_Question(method, clips, each, "folds"), seed, bench).probabilities
    return out


def evaluate_known(
    method: str, clips: Clips, bench: SpeechBench = SpeechBench(), *, plain: str | None = None, draws: int = 5
) -> list[ResultRow]:
    """Return rows of a method that normalises speakers by N unlabelled clips of theirs, for N of 0, 5, 10, 20 and all.

    Folds are those of ``folds``. For N, each scored speaker's clips are drawn at random, whatever their labels, `draws`
    times; those drawn are not scored. Of "all", the clips scored are themselves what the speaker is normalised by,
    which is transductive, as the protocol's name says. For N = 0 the row is that of `plain`, the method without
    normalisation. Raises `InputError` where the method does not normalise speakers.
    """
    taken = rounds(clips, "folds")[: 1 if bench.smoke else None]
    rows: list[ResultRow] = []
    if plain is not None:
        zero = evaluate_method(plain, clips, "folds", bench)
        rows += [replace(row, protocol="known-0", model=method) for row in zero]
    speakers = np.asarray(clips.speakers)
    for known in (*[n for n in KNOWN if n], None):
        name = f"known-{known}" if known else "known-all-transductive"
        kept = [_known_places(speakers, each, known, draws) for each in taken]
        scored = np.concatenate([np.concatenate([test for test, _ in each]) for each in kept])

        def run(seed: int, kept: Sequence[Sequence[tuple[Ints, Ints]]] = kept, known: int | None = known) -> Outcome:
            parts, seconds, parameters = [], 0.0, 0
            for each, drawn in zip(taken, kept, strict=True):
                found = _kept(_Question(method, clips, each, f"known-{known}", drawn), seed, bench)
                parts.append(found.probabilities)
                seconds, parameters = seconds + found.seconds, found.parameters
            probabilities = np.concatenate(parts)
            return outcome(probabilities, seconds, parameters, {})

        settings = json.dumps([bench.smoke, version_of_method(method), fingerprint(clips), known, draws])
        place = (method, clips.corpus, _split_name("folds"), name)
        arm = Arm(method, run, settings)
        experiment = _experiment(place, clips.labels[scored], len(clips.space), clips.take(scored).speakers, arm)
        rows += run_experiment(experiment, runs=bench.runs / "scored", seeds=bench.seeds, resamples=bench.resamples)
    return rows


def _known_places(speakers: NDArray[np.str_], each: Round, known: int | None, draws: int) -> list[tuple[Ints, Ints]]:
    """Pairs of what is scored and what is known, drawn for each speaker of the fold."""
    if known is None:
        return [(each.test, each.test)]
    found = []
    for draw in range(draws):
        random = np.random.default_rng([draw, known])
        told = []
        for speaker in np.unique(speakers[each.test]):
            own = each.test[speakers[each.test] == speaker]
            if len(own) <= known:
                raise InputError(f"{speaker} has {len(own)} clips: {known} to normalise by leave none to be scored.")
            told.append(random.permutation(own)[:known])
        kept = np.concatenate(told)
        found.append((np.setdiff1d(each.test, kept), kept))
    return found


def cross_corpus(method: str, corpora: Mapping[str, Clips], bench: SpeechBench = SpeechBench()) -> list[ResultRow]:
    """Return the rows of a method that learns from one corpus and is scored on another, on the labels both have.

    Of the corpus that is learned from, the last fold's speakers stop. The row's corpus is the one scored, its split
    says the other. Pairs that share fewer than two labels are left out.
    """
    rows: list[ResultRow] = []
    for one, source in corpora.items():
        for other, target in corpora.items():
            shared = shared_labels(source.space, target.space)
            if one == other or len(shared) < 2:
                continue
            learned, scored = in_shared(source, shared), in_shared(target, shared)
            last = int(learned.folds.max())
            places = Round(
                f"from-{one}",
                np.flatnonzero(learned.folds != last),
                np.flatnonzero(learned.folds == last),
                np.arange(len(scored)),
            )

            def run(seed: int, learned: Clips = learned, scored: Clips = scored, places: Round = places) -> Outcome:
                found = _kept(_Question(method, learned, places, "cross-corpus", scored=scored), seed, bench)
                return outcome(found.probabilities, found.seconds, found.parameters, {})

            settings = json.dumps([bench.smoke, version_of_method(method), fingerprint(learned), fingerprint(scored)])
            place = (method, other, f"all:from:{one}", f"cross-corpus-{len(shared)}-labels")
            arm = Arm(method, run, settings)
            experiment = _experiment(place, scored.labels, len(scored.space), scored.speakers, arm)
            rows += run_experiment(experiment, runs=bench.runs / "scored", seeds=bench.seeds, resamples=bench.resamples)
    return rows


def shared_labels(one: LabelSpace, other: LabelSpace) -> tuple[str, ...]:
    """Return the labels two spaces share, called as the nouns they are: "angry" is "anger".

    >>> from affekt.affect.spaces import find_space
    >>> shared_labels(find_space("ravdess"), find_space("turev-db"))
    ('anger', 'calm', 'happiness', 'sadness')
    """
    return tuple(sorted({common_label(x) for x in one.labels} & {common_label(x) for x in other.labels}))


def common_label(label: str) -> str:
    """Return a label as the noun that most corpora of speech use: "happiness" for "happy"."""
    return _NAMES.get(label, label)


def in_shared(clips: Clips, labels: Sequence[str]) -> Clips:
    """Return the clips that have one of these labels (as nouns), labelled in a space of them alone."""
    space = LabelSpace("shared", tuple(labels), "exclusive", f"the labels of {clips.space.name} that another shares")
    place = np.array([labels.index(n) if (n := common_label(x)) in labels else -1 for x in clips.space.labels])
    kept = clips.take(place[clips.labels] >= 0)
    folds = np.unique(kept.folds, return_inverse=True)[1].astype(np.int64)
    return replace(kept, labels=place[kept.labels].astype(np.int64), space=space, folds=folds)


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    probabilities: Floats
    seconds: float
    parameters: int
    measured: Mapping[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class _Question:
    """What a method that was taught one fold is asked: its test clips, those of another corpus (`scored`), or pairs of
    places to score and to normalise speakers by (`drawn`)."""

    method: str
    clips: Clips
    each: Round
    protocol: str
    drawn: Sequence[tuple[Ints, Ints]] = ()
    scored: Clips | None = None


def _kept(asked: _Question, seed: int, bench: SpeechBench) -> _Found:
    """The answers of one fold and seed: from their file, or learned, answered and kept there."""
    method, clips, each, protocol = asked.method, asked.clips, asked.each, asked.protocol
    drawn, scored = asked.drawn, asked.scored
    path = _answers(asked, seed, bench)
    if path.exists():
        with np.load(path) as file:
            about = json.loads(str(file["about"]))
            return _Found(file["probabilities"], about["seconds"], about["parameters"], about["measured"])
    started = time.monotonic()
    taught = _teach(method, clips, each, seed, bench)
    if drawn:
        if taught.answer_knowing is None:
            raise InputError(f"{method} does not normalise speakers: it has nothing to learn from their other clips.")
        parts = [taught.answer_knowing(clips.take(test), clips.take(known)) for test, known in drawn]
        probabilities = np.concatenate(parts)
    else:
        probabilities = taught.answer(clips.take(each.test) if scored is None else scored)
    found = _Found(probabilities, time.monotonic() - started, taught.parameters, dict(taught.measured))
    about = {"seconds": found.seconds, "parameters": found.parameters, "measured": found.measured}
    content = io.BytesIO()
    np.savez_compressed(content, about=np.array(json.dumps(about)), probabilities=probabilities)
    if taught.file is not None and not drawn and scored is None:
        replace_file(path.with_suffix(".onnx"), taught.file)
    replace_file(path, content.getvalue())
    shown = (
        ""
        if scored is not None or drawn
        else (f" UA {unweighted_average_recall(clips.labels[each.test], probabilities.argmax(1)):.3f}")
    )
    bench.tell(f"{method} {clips.corpus} {protocol} {each.name} seed {seed}:{shown} in {found.seconds:.0f} s")
    return found


def _answers(asked: _Question, seed: int, bench: SpeechBench) -> Path:
    """Where the answers of one fold and seed are kept; the network that gave them lies beside it as ONNX."""
    method, clips, scored = asked.method, asked.clips, asked.scored
    told = [method, version_of_method(method), asked.each.name, asked.protocol, seed, bench.smoke, fingerprint(clips)]
    told += [len(asked.drawn), "" if scored is None else fingerprint(scored)]
    key = hashlib.sha256(json.dumps(told).encode()).hexdigest()[:12]
    name = f"{clips.corpus.replace(':', '-')}-{asked.each.name}-{asked.protocol}-{seed}-{key}.npz"
    return bench.runs / method / name


@dataclass(frozen=True, slots=True, eq=False)
class Refit:
    """A shipping recipe taught without the speakers of one fold: the fold, the ONNX file, what its logits are divided
    by."""

    each: Round
    file: Path
    temperature: float


def refits(method: str, clips: Clips, *, seed: int = 0, bench: SpeechBench = SpeechBench()) -> list[Refit]:
    """Return the networks of the folds, learning those that are not there yet: what every figure of `speech` is of.

    Raises `InputError` for a method that does not answer by an ONNX file.
    """
    found = []
    for each in rounds(clips, "folds")[: 1 if bench.smoke else None]:
        asked = _Question(method, clips, each, "folds")
        kept = _kept(asked, seed, bench)
        file = _answers(asked, seed, bench).with_suffix(".onnx")
        if not file.exists():
            raise InputError(f"{method} keeps no ONNX file of its folds; speech and speech-nano do.")
        found.append(Refit(each, file, float(kept.measured["temperature"])))
    return found


def heard_by(method: str, clips: Clips, each: Round, *, seed: int = 0, bench: SpeechBench = SpeechBench()) -> Taught:
    """Return a method as it was taught one fold of ``folds``, to be asked further questions.

    It is the ONNX file that it keeps of the fold, where it answers by one; else it is taught anew, unless it was just
    now. What it answers on the fold is kept in any case. Raises `UnknownNameError` for a method that is not known.
    """
    find_method(method)
    asked = _Question(method, clips, each, "folds")
    kept = _kept(asked, seed, bench)
    file = _answers(asked, seed, bench).with_suffix(".onnx")
    if not file.exists():
        return _teach(method, clips, each, seed, bench)
    from affekt.training.speech.export import answer_onnx

    temperature = float(kept.measured["temperature"])

    def answer(given: Clips) -> Floats:
        return answer_onnx(file, given, temperature=temperature)

    return Taught(answer, kept.parameters, kept.measured)


# The last one taught: the questions put to it after that need it once only.
_last: dict[str, Taught] = {}


def _teach(method: str, clips: Clips, each: Round, seed: int, bench: SpeechBench) -> Taught:
    key = json.dumps(
        [method, version_of_method(method), each.name, seed, bench.smoke, fingerprint(clips), each.train.tolist()]
    )
    if key not in _last:
        train, valid = clips.take(each.train), clips.take(each.valid)
        if bench.smoke:
            train, valid = train.take(slice_places(train, 8)), valid.take(slice_places(valid, 4))
        _last.clear()
        checkpoint = bench.runs / "checkpoints" / f"{hashlib.sha256(key.encode()).hexdigest()[:16]}.pt"
        _last[key] = find_method(method)(Lesson(train, valid, seed, bench.smoke, checkpoint))
        checkpoint.unlink(missing_ok=True)
    return _last[key]


def slice_places(clips: Clips, each: int) -> Ints:
    """Return the places of the first `each` clips of every label, by which a smoke run learns."""
    found = [np.flatnonzero(clips.labels == label)[:each] for label in np.unique(clips.labels)]
    return np.sort(np.concatenate(found))


def version_of_method(method: str) -> str:
    """Return a hash of the method's module: where it changed, runs begin anew; where what it imports did, not."""
    file = getattr(import_module(METHODS[method].partition(":")[0]), "__file__", None)
    source = Path(file).read_bytes() if file else b""
    return hashlib.sha256(source).hexdigest()[:12]


def fingerprint(clips: Clips) -> str:
    """Return a hash of which clips these are, their labels and folds; not of what they sound like."""
    told = [clips.corpus, clips.space.labels, clips.ids, clips.labels.tolist(), clips.folds.tolist()]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:12]


def _split_name(protocol: Protocol) -> str:
    return "test" if protocol == "fixed" else "all"


def _protocol_name(protocol: str) -> str:
    # The recipes of the methods are scored on the same split: their rows and these are the same measurement.
    return PROTOCOL if protocol == "fixed" else protocol


def best_methods(rows: Sequence[ResultRow], count: int = 5) -> tuple[str, ...]:
    """Return the methods that recalled the speakers to stop by best in the fixed split, best first: not by the test."""
    found = {row.model: row.value for row in rows if row.metric == "valid-uar" and row.protocol == PROTOCOL}
    return tuple(sorted(found, key=lambda name: (-found[name], name))[:count])


def suite_rows(
    corpora: Mapping[str, Clips], methods: Sequence[str], protocols: Sequence[str], bench: SpeechBench
) -> Iterator[list[ResultRow]]:
    """Yield the rows of each method, corpus and protocol as they come, so that they can be written at once.

    Where `BASELINE` is among the methods, the others are compared with it on the same clips.
    """
    for method in methods:
        for protocol in protocols:
            if protocol == "cross-corpus":
                yield cross_corpus(method, corpora, bench)
                continue
            for clips in corpora.values():
                if protocol == "known":
                    plain = method.removesuffix("-normalised")
                    yield evaluate_known(method, clips, bench, plain=plain if plain != method else None)
                elif protocol in PROTOCOLS:
                    against = BASELINE if BASELINE in methods and method != BASELINE else None
                    yield evaluate_method(method, clips, protocol, bench, against=against)
                elif protocol.startswith(ACROSS):
                    from affekt.evaluation.speech_across import across_condition

                    yield across_condition(method, clips, protocol.removeprefix(ACROSS), bench)
                else:
                    allowed = (*PROTOCOLS, "known", "cross-corpus", f"{ACROSS}CONDITION")
                    raise unknown_name("protocol of speech", protocol, allowed, "affekt evaluate --help")

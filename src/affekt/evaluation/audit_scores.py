"""What an audit of speech found: how scores hold up to noise, rooms, codecs; for whom they hold; how well elsewhere.

Wagner et al. 2023, "Dawn of the transformer era in speech emotion recognition: closing the valence gap": generalisation
by concordance on other corpora, robustness by what changes of the sound do to it, fairness by sex and by speaker.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.corpora.clips import Clips
from affekt.corpora.targets import DIMENSIONS
from affekt.errors import InputError
from affekt.evaluation.listeners import Heard, Listener
from affekt.evaluation.records import ResultRow, run_info
from affekt.evaluation.records import Scored as Place
from affekt.evaluation.scores import Score
from affekt.evaluation.sound_conditions import CLEAN
from affekt.evaluation.speech import common_label
from affekt.evaluation.speech_answers import Measured, measured, shared_nouns
from affekt.evaluation.speech_gaps import Gap, Scored, gap_of
from affekt.metrics.resampling import Estimate, bootstrap_values, percentile_interval

Floats = NDArray[np.float64]
NEAR = 0.1
"""A rating that moves by no more counts as unmoved: a twentieth of the scale from -1 to 1."""


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """The clips of another corpus and what was answered about them."""

    clips: Clips
    heard: Heard


@dataclass(frozen=True, slots=True)
class Held:
    """What became of the scores under one condition: each as it is now, and how much lower than on the clean sounds
    (`drops`, paired).

    `flipped`: the share of clips whose likeliest label is another one now; `moved`: how far each dimension moved on
    average, in either direction; `near`: the share of clips in which it moved by no more than `NEAR`.
    """

    condition: str
    scores: Mapping[str, Score]
    drops: Mapping[str, Score]
    flipped: Score | None = None
    moved: Mapping[str, Score] = field(default_factory=dict)
    near: Mapping[str, Score] = field(default_factory=dict)

    def all_scores(self) -> dict[str, Score]:
        """Return all numbers, called as in the robustness of text: ``perturbed:pink:10/uar``, ``…/uar_drop``."""
        found = dict(self.scores) | {f"{name}_drop": each for name, each in self.drops.items()}
        found |= {} if self.flipped is None else {"flipped": self.flipped}
        found |= {f"moved:{name}": each for name, each in self.moved.items()}
        found |= {f"near:{name}": each for name, each in self.near.items()}
        return {f"perturbed:{self.condition}/{name}": each for name, each in found.items()}


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The scores on another corpus; labels: how many were shared and scored, 0 where only ratings were."""

    corpus: str
    labels: int
    scores: Mapping[str, Score]


@dataclass(frozen=True, slots=True)
class Audit:
    """All that was found of one listener: clean scores on the first corpus, the same of changed sounds, gaps between
    groups, other corpora.

    labels: how many are scored; `learns`: whether it was taught fold by fold; `languages`: gaps between the languages
    of all corpora, on the labels that all have; `within`: the corpora that this one was heard together with.
    """

    name: str
    version: str
    corpus: str
    clips: int
    labels: int
    learns: bool
    clean: Mapping[str, Score]
    held: Sequence[Held]
    gaps: Sequence[Gap]
    elsewhere: Sequence[Elsewhere]
    languages: Sequence[Gap]
    notes: Sequence[str]
    within: str = ""

    @property
    def first(self) -> tuple[str, ...]:
        """The metrics that are looked at first: UA, and the concordance of each dimension."""
        return tuple(name for name in self.clean if is_first(name))


def is_first(metric: str) -> bool:
    """Return whether a metric is one that groups are compared by: UA, or the concordance of a dimension."""
    return metric == "uar" or "ccc:" in metric


def scored_audit(
    listener: Listener,
    home: Clips,
    heard: Mapping[str, Heard],
    others: Sequence[Told],
    kinds: Sequence[str],
    resamples: int,
    *,
    among: Sequence[str] | None = None,
) -> Audit:
    """Return the scores of what a listener answered to `home`, by condition, and to other corpora.

    among: the only labels that answers are taken among, as nouns; None for all that are shared. Intervals resample
    speakers, the same on the clean and on the changed sounds. Raises `InputError` where nothing that was answered can
    be scored.
    """
    clean = measured(heard[CLEAN], listener.space, home, among=among)
    if not clean.scored:
        raise InputError(
            f"Nothing that {listener.name} answers can be scored on {home.corpus}: {listener.space.name} has "
            f"{', '.join(listener.space.labels)}, the corpus {', '.join(home.space.labels)}."
        )
    drawn = {each.name: _drawn(each, resamples) for each in clean.scored}
    scores = {each.name: _score(each, drawn[each.name]) for each in clean.scored}
    held = [
        _held(
            name, clean, measured(said, listener.space, home, among=among), drawn, np.asarray(home.speakers), resamples
        )
        for name, said in heard.items()
        if name != CLEAN
    ]
    gaps = [gap for kind in kinds for gap in _gaps(clean, home, kind, resamples)]
    notes, elsewhere = list(clean.notes), []
    for told in others:
        there = measured(told.heard, listener.space, told.clips)
        found = {each.name: _score(each, _drawn(each, resamples)) for each in there.scored}
        elsewhere.append(Elsewhere(told.clips.corpus, there.labels, found))
        notes += [note for note in there.notes if note not in notes]
    languages: list[Gap] = []
    if others and "language" in kinds:
        languages = _between_languages(listener, [Told(home, heard[CLEAN]), *others], resamples)
    notes += [
        f"{listener.name} learned from {name}: it may have heard these very clips."
        for name in (home.corpus, *(told.clips.corpus for told in others))
        if name.partition(":")[0] in listener.heard
    ]
    return Audit(
        *(listener.name, listener.version, home.corpus, len(home), clean.labels, listener.learns),
        *(scores, held, gaps, elsewhere, languages, tuple(notes)),
    )


def parts_of(
    listener: Listener, home: Clips, heard: Mapping[str, Heard], kinds: Sequence[str], resamples: int
) -> list[Audit]:
    """Return an audit of each corpus of a home of several, answered among the labels it has; none of a single one."""
    sources = np.asarray(home.conditions.get("corpus", ("",) * len(home)))
    found = []
    for name in np.unique(sources) if len(np.unique(sources)) > 1 else ():
        places = np.flatnonzero(sources == name)
        own = replace(home.take(places), corpus=str(name))
        said = {
            condition: Heard(*(None if part is None else part[places] for part in each))
            for condition, each in heard.items()
        }
        among = [common_label(home.space.labels[label]) for label in np.unique(own.labels)]
        audit = scored_audit(listener, own, said, (), kinds, resamples, among=among)
        found.append(replace(audit, within=home.corpus))
    return found


def _drawn(scored: Scored, resamples: int) -> Floats:
    return bootstrap_values(scored.metric, scored.truth, scored.said, resamples=resamples, groups=scored.speakers)


def _score(scored: Scored, drawn: Floats) -> Score:
    value = float(np.asarray(scored.metric(scored.truth, scored.said)))
    return Score(*percentile_interval(value, drawn), len(scored))


def _held(
    condition: str,
    clean: Measured,
    now: Measured,
    drawn: Mapping[str, Floats],
    speakers: NDArray[np.str_],
    resamples: int,
) -> Held:
    before, scores, drops = {each.name: each for each in clean.scored}, {}, {}
    for each in now.scored:
        again = _drawn(each, resamples)
        scores[each.name] = _score(each, again)
        was = before.get(each.name)
        if was is None or len(was) != len(each):
            raise InputError(
                f"Under {condition} other clips were answered than before. Every sound has to be answered."
            )
        value = float(np.asarray(was.metric(was.truth, was.said))) - scores[each.name].value
        drops[each.name] = Score(*percentile_interval(value, drawn[each.name] - again), len(each))
    flipped = None
    if clean.top is not None and now.top is not None:
        flipped = _mean(clean.top != now.top, speakers[clean.labelled], resamples)
    moved, near = {}, {}
    if clean.ratings is not None and now.ratings is not None:
        for place, name in enumerate(DIMENSIONS):
            far = np.abs(clean.ratings[:, place] - now.ratings[:, place])
            known = np.isfinite(far)
            if known.any():
                moved[name] = _mean(far[known], speakers[known], resamples)
                near[name] = _mean(far[known] <= NEAR, speakers[known], resamples)
    return Held(condition, scores, drops, flipped, moved, near)


def _mean(values: NDArray[np.generic], speakers: NDArray[np.str_], resamples: int) -> Score:
    given = values.astype(np.float64)
    drawn = bootstrap_values(_average, given, resamples=resamples, groups=speakers)
    return Score(*percentile_interval(_average(given), drawn), len(given))


def _average(values: ArrayLike) -> float:
    return float(np.mean(np.asarray(values, np.float64)))


def _gaps(found: Measured, clips: Clips, kind: str, resamples: int) -> list[Gap]:
    if kind == "speaker":
        groups = np.asarray(clips.speakers)
    elif kind in clips.conditions:
        groups = clips.condition(kind)
    else:
        return []
    compared = [each for each in found.scored if is_first(each.name)]
    gaps = [gap_of(each, kind, groups[found.rows[each.name]], resamples=resamples) for each in compared]
    return [gap for gap in gaps if gap is not None]


def _between_languages(listener: Listener, told: Sequence[Told], resamples: int) -> list[Gap]:
    """The gaps between the languages of all corpora, on the labels that all of them have."""
    among = shared_nouns([listener.space, *(each.clips.space for each in told)])
    parts: dict[str, list[tuple[Scored, NDArray[np.str_]]]] = {}
    for each in told:
        found = measured(each.heard, listener.space, each.clips, among=among)
        # Speakers of two corpora may be called alike.
        for scored in found.scored:
            own = np.array([f"{each.clips.corpus}/{name}" for name in scored.speakers.tolist()])
            part = Scored(scored.name, scored.metric, scored.truth, scored.said, own, scored.alike)
            words = np.asarray(each.clips.conditions.get("language", ("",) * len(each.clips)))
            parts.setdefault(scored.name, []).append((part, words[found.rows[scored.name]]))
    gaps = []
    for name, found_parts in parts.items():
        if not is_first(name) or len(found_parts) < len(told):
            continue
        wholes = [
            np.concatenate([getattr(part, what) for part, _ in found_parts])
            for what in ("truth", "said", "speakers", "alike")
        ]
        whole = Scored(name, found_parts[0][0].metric, *wholes)
        gap = gap_of(whole, "language", np.concatenate([words for _, words in found_parts]), resamples=resamples)
        gaps += [] if gap is None else [gap]
    return gaps


def audit_rows(found: Audit, *, seed: int | None = None) -> list[ResultRow]:
    """Return an audit as rows of a results file; seed: of what was learned, None for what was not.

    Protocol ``folds`` for what was taught without the speakers who are scored, ``all-clips`` for what was not taught
    here; of other corpora ``cross-corpus``, with the number of labels where some are scored.
    """
    run = run_info(found.name, found.version, seed=seed if found.learns else None)
    part = f"all:with:{found.within}" if found.within else "all"
    place = Place(found.corpus, part, "folds" if found.learns else "all-clips", found.clips, run)
    numbers: dict[str, Score | float] = dict(found.clean)
    for held in found.held:
        numbers |= held.all_scores()
    for gap in found.gaps:
        numbers |= gap.scores()
    rows = [_row(place, name, each) for name, each in numbers.items()]
    for other in found.elsewhere:
        protocol = f"cross-corpus-{other.labels}-labels" if other.labels else "cross-corpus"
        split = f"all:from:{found.corpus}" if found.learns else "all"
        there = Place(other.corpus, split, protocol, 0, run)
        rows += [_row(there, name, each) for name, each in other.scores.items()]
    names = "+".join((found.corpus, *(other.corpus for other in found.elsewhere)))
    for gap in found.languages:
        between = Place(names, "all", place.protocol, gap.gap.n, run)
        rows += [_row(between, name, each) for name, each in gap.scores().items()]
    # A number that is not defined is no row.
    return [row for row in rows if not np.isnan(row.value)]


def _row(place: Place, metric: str, score: Score | float) -> ResultRow:
    if not isinstance(score, Score):
        return place.row(metric, score)
    bounded = Estimate(score.value, score.low, score.high)
    there = Place(place.corpus, place.split, place.protocol, score.n, place.run)
    return there.row(metric, score.value if np.isnan(score.low) else bounded)

"""Open vocabulary: can labels that nobody trained be read by their names, and how much better than by plain cosine?

    AFFEKT_DATA=… python recipes/open_vocabulary/run.py                  # the measured claim, on frozen MiniLM
    AFFEKT_DATA=… python recipes/open_vocabulary/run.py --encoder text   # the same way in the space of `text`
    AFFEKT_DATA=… python recipes/open_vocabulary/ship.py                 # what affekt ships

The claim is on GoEmotions' test split with all 28 labels unseen, so the encoder is the published MiniLM, which never
saw them (`text` did). What is learned comes from other corpora; settings and the rule that decides are chosen on those
corpora, each scored by a map that was fitted on the others. README.md says which words are not new to the map.
"""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import NamedTuple

import data
import numpy as np

from affekt.affect.words.vocabulary import place_word, similarity
from affekt.evaluation.records import ResultRow, Scored, run_info, write_results
from affekt.evaluation.settings import read_settings
from affekt.inference.label_map import LabelMap, root_of, unit
from affekt.metrics.classification import label_f1, macro_f1
from affekt.metrics.resampling import bootstrap_values, percentile_interval
from affekt.training.label_map import MapPlan, fit_label_map

NAME = "open-vocabulary"
DEV = ("edos", "xed", "brighter", "emorynlp")
SMOKE_DEV = ("edos", "emorynlp")


@dataclass(frozen=True)
class Config:
    encoder: str = "minilm"
    whitenings: str = "1,0.5"
    shares: str = "0.3,0.6,1"
    words: str = "0,1,3"
    margins: str = "0,0.2"
    neutrals: str = "0,1"
    resamples: int = 1000
    seeds: int = 1
    smoke: int = 0
    results: str = "results/open-vocabulary.csv"


class Way(NamedTuple):
    """How labels are scored: how far the map is held back, what a word of the text that means the
    label adds, and whether plainly by the cosine of text and name, of
    which the scores may be taken as they are or `scaled` by how they vary over texts."""

    whitening: float
    share: float
    words: float = 0.0
    naive: bool = False
    scaled: bool = True


class Rule(NamedTuple):
    """What counts as present: the best label, and those within `margin` of it; `neutral` is added to its score."""

    margin: float
    neutral: float


def main() -> None:
    config = read_settings(Config, __doc__)
    if config.smoke:
        config = replace(config, whitenings="0.5", shares="0.6", words="1", margins="0", neutrals="0", resamples=20)
    smoke = 150 * bool(config.smoke)
    learned = {name: data.encoded(config.encoder, each) for name, each in data.corpora(smoke).items()}
    asked = data.goemotions("test", smoke)
    encodings = data.kept(config.encoder, asked.texts)
    everything = data.described(config.encoder, data.all_terms(smoke))
    # New is a word that no label of the corpora learned from is a form of.
    known = {root_of(term) for each in learned.values() for term in each.terms}
    new = np.array([root_of(term) not in known for term in asked.terms])
    apart = frozenset(
        term for each in learned.values() for term in each.terms if root_of(term) in set(map(root_of, asked.terms))
    )

    ways: dict[str, tuple[Way, ...]] = {
        NAME: tuple(
            Way(*each)
            for each in itertools.product(numbers(config.whitenings), numbers(config.shares), numbers(config.words))
        ),
        f"{NAME}:no-words": tuple(
            Way(*each) for each in itertools.product(numbers(config.whitenings), numbers(config.shares), [0.0])
        ),
        f"{NAME}:descriptions": (Way(1.0, 0.0, 0.0),),
        f"{NAME}:minilm-cosine": (Way(1.0, 0.0, 0.0, naive=True, scaled=False), Way(1.0, 0.0, 0.0, naive=True)),
    }
    rules = [Rule(*pair) for pair in itertools.product(numbers(config.margins), numbers(config.neutrals))]
    decided: dict[str, np.ndarray] = {}
    rows: list[ResultRow] = []
    place = Scored(
        "goemotions", "test", f"all-labels-unseen-{config.encoder}", len(asked.texts), run_info(NAME, "1", seed=None)
    )
    for name, tried in ways.items():
        found = max(
            ((on_dev(way, rule, learned, everything, config), way, rule) for way in tried for rule in rules),
            key=lambda each: each[0],
        )
        print(f"{name:36} dev {found[0]:.3f}  {found[1]}  {found[2]}", flush=True)
        score, way, rule = found
        at = replace(place, run=run_info(name, "1", seed=None))
        rows.append(at.row("dev:macro_f1:over:plain-cosine", score))
        decided[name] = decide(
            scores(way, list(learned.values()), encodings, asked.terms, everything, config, asked.texts),
            asked.terms,
            rule,
        )
        if name == NAME:
            without = [each.without(apart) for each in learned.values()]
            without = [each for each in without if len(each.terms) > 1]
            said = scores(way, without, encodings, asked.terms, everything, config, asked.texts)
            decided[f"{NAME}:words-apart"] = decide(said, asked.terms, rule)
    naive = decided[f"{NAME}:minilm-cosine"]
    said = scores(PLAIN, list(learned.values()), encodings, asked.terms, everything, config, asked.texts)
    decided[f"{NAME}:plain-cosine"] = decide(said, asked.terms, Rule(0.0, 0.0))
    for name, said in decided.items():
        at = replace(place, run=run_info(name, "1", seed=None))
        for metric, labels in (("macro_f1", np.ones(len(new), bool)), ("macro_f1:new-words", new)):
            truth = asked.truth[:, labels]
            whole, drawn = (
                macro_f1(truth, said[:, labels]),
                bootstrap_values(macro_f1, truth, said[:, labels], resamples=config.resamples),
            )
            rows.append(at.row(metric, percentile_interval(whole, drawn)))
            for other in ("minilm-cosine", "plain-cosine"):
                against = decided[f"{NAME}:{other}"]
                if said is naive or against is said:
                    continue
                base = bootstrap_values(macro_f1, truth, against[:, labels], resamples=config.resamples)
                times = whole / max(macro_f1(truth, against[:, labels]), 1e-9), drawn / np.maximum(base, 1e-9)
                rows.append(at.row(f"{metric}:over:{other}", percentile_interval(*times)))
                if name == NAME:
                    gain = whole - macro_f1(truth, against[:, labels]), drawn - base
                    rows.append(at.row(f"{metric}:minus:{other}", percentile_interval(*gain)))
        rows += [
            at.row(f"f1:{label}", float(value))
            for label, value in zip(asked.terms, label_f1(asked.truth, said), strict=True)
        ]
    for row in rows:
        if not row.metric.startswith("f1:"):
            print(f"{row.model:34} {row.metric:36} {row.value:.3f}  {row.low} {row.high}")
    print("new words:", ", ".join(term for term, is_new in zip(asked.terms, new, strict=True) if is_new))
    print(asdict(config))
    write_results(Path(config.results), rows)


def on_dev(way: Way, rule: Rule, learned: dict, everything: np.ndarray, config: Config) -> float:
    """Return the mean over the corpora learned from, each scored by a map of the others, of macro-F1 as a multiple of
    that of the plainest way, the one label with the highest cosine."""
    each = []
    for name in SMOKE_DEV if config.smoke else DEV:
        terms, truth = learned[name].terms, learned[name].truth
        others = [found for other, found in learned.items() if other != name]
        texts = data.corpora(150 * bool(config.smoke))[name].texts
        for one in (way, PLAIN):
            if (one, name) not in _SCORES:
                _SCORES[one, name] = scores(one, others, learned[name].encodings, terms, everything, config, texts)
        plain = macro_f1(truth, decide(_SCORES[PLAIN, name], terms, Rule(0.0, 0.0)))
        each.append(macro_f1(truth, decide(_SCORES[way, name], terms, rule)) / max(plain, 1e-9))
    return float(np.mean(each))


PLAIN = Way(1.0, 0.0, 0.0, naive=True, scaled=False)
_SCORES: dict[tuple[Way, str], np.ndarray] = {}


def scores(
    way: Way,
    corpora: Sequence,
    encodings: np.ndarray,
    terms: Sequence[str],
    everything: np.ndarray,
    config: Config,
    texts: Sequence[str],
) -> np.ndarray:
    """Return the scores (text, label) of labels that are terms."""
    labels = data.labels_of(terms)
    described = data.described(config.encoder, labels)
    if way.naive:
        said = unit(encodings) @ unit(described[0]).T
        if not way.scaled:
            return said / said.std()
        pool = np.concatenate([unit(each.encodings) @ unit(described[0]).T for each in corpora])
        return (said - pool.mean(0)) / pool.std(0)
    key = (way.whitening, id(everything), tuple(id(each) for each in corpora))
    if key not in _MAPS:
        _MAPS[key] = fit_label_map(
            corpora, everything, MapPlan(whitening=way.whitening, fewest=3 if config.smoke else 25)
        )
    found = replace(_MAPS[key], share=way.share)
    said = found.texts(encodings) @ found.directions(labels, described).T
    return said + way.words * word_scores(texts, tuple(terms)) if way.words else said


_MAPS: dict[tuple, LabelMap] = {}


def word_scores(texts: Sequence[str], terms: tuple[str, ...]) -> np.ndarray:
    """Return how much some word of each text means each label, (text, label) in [0, 1]: by the vocabulary of affekt,
    where the word reaches a term within `FURTHEST`; nothing of it is learned from texts."""
    key = (hashlib.sha256("\0".join(texts).encode()).hexdigest(), terms)
    if key not in _WORDS:
        found = np.zeros((len(texts), len(terms)))
        near: dict[str, np.ndarray | None] = {}
        for row, text in enumerate(texts):
            for word in set(WORD.findall(text.lower())):
                if word not in near:
                    near[word] = means(word, terms)
                if (meant := near[word]) is not None:
                    found[row] = np.maximum(found[row], meant)
        _WORDS[key] = found
    return _WORDS[key]


_WORDS: dict[tuple[str, tuple[str, ...]], np.ndarray] = {}
WORD, FURTHEST = re.compile(r"[a-z']{3,}"), 3.0


def means(word: str, terms: tuple[str, ...]) -> np.ndarray | None:
    """Return how much a word means each term, None where it means no emotion."""
    placed = place_word(word)
    if placed is None or placed.distance > FURTHEST or placed.target == "neutral":
        return None
    root = root_of(placed.target)
    near = [1.0 if root_of(term) == root else similarity(placed.target, term) for term in terms]
    return (np.array(near) / (1 + 0.3 * placed.distance)) ** 2


def decide(scores: np.ndarray, terms: Sequence[str], rule: Rule) -> np.ndarray:
    """Return which labels are present, bool (text, label)."""
    moved = scores + rule.neutral * np.array([term == "neutral" for term in terms])
    return moved >= moved.max(1, keepdims=True) - rule.margin


def numbers(listed: str) -> list[float]:
    return [float(each) for each in listed.split(",")]


if __name__ == "__main__":
    main()

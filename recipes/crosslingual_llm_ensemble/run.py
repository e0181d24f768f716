"""crosslingual-llm-ensemble: do several systems that vote read emotions in many languages better than the best of them?

    AFFEKT_DATA=… python recipes/crosslingual_llm_ensemble/run.py [--endpoint URL#MODEL --endpoint URL#MODEL …]

Members are endpoints, where they are given, and models that need none. Arms: the vote weighted by what each member is
worth on development items of each language, the majority vote, and every member alone. arXiv:2410.15974. README.md says
what is shown.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path

import numpy as np

from affekt.corpora.index import find_corpus
from affekt.corpora.parts import Parts, make_parts
from affekt.corpora.read import read_corpus
from affekt.corpora.targets import Target
from affekt.evaluation.answers import Question, Subject, decide
from affekt.evaluation.ensemble import Ballot, error_lines, language_errors, member_weights, vote, weights_of
from affekt.evaluation.experiment import Arm, Experiment, Outcome, run_experiment
from affekt.evaluation.records import write_results
from affekt.evaluation.settings import read_settings
from affekt.evaluation.subjects import find_subject
from affekt.metrics.classification import macro_f1
from affekt.metrics.multi_label import jaccard
from affekt.types import Record


@dataclass(frozen=True)
class Config:
    corpus: str = "brighter"
    members: str = "text-multi,tfidf-characters,tfidf-words"
    learned: int = 8000
    tuned: int = 2000
    scored: int = 6000
    seeds: int = 3
    resamples: int = 1000
    endpoint: tuple[str, ...] = ()
    smoke: int = 0
    results: str = "results/text-methods.csv"


def main() -> None:
    config = read_settings(Config, __doc__)
    if config.smoke:
        config = replace(config, learned=300, tuned=60, scored=60, seeds=1, resamples=50)
    names = [*config.members.split(","), *(f"endpoint:{address}" for address in config.endpoint)]
    members = [find_subject(name) for name in names]
    parts = read_parts(config)
    metrics = {"macro_f1": (macro_f1, "decided"), "jaccard": (jaccard, "decided")}
    metrics["macro_f1_per_language"] = (mean_over(languages_of(parts.test)), "placed")
    truth = {"decided": parts.test.truth, "placed": placed(parts.test.truth)}
    polls = partial(poll, parts, members)
    arms = [
        Arm("weighted-vote", partial(run_vote, polls, parts, weighted=True), settings_of(config, names)),
        Arm("vote", partial(run_vote, polls, parts, weighted=False), settings_of(config, names)),
        *(
            Arm(member.name, partial(run_alone, polls, place), settings_of(config, [name]))
            for place, (name, member) in enumerate(zip(names, members, strict=True))
        ),
    ]
    rows = run_experiment(
        Experiment(
            "crosslingual-llm-ensemble",
            config.corpus,
            "test",
            "vote-" + "-".join(m.name for m in members),
            truth,
            metrics,
            arms,
            parts.test.groups,
        ),
        runs=Path("runs/text-methods"),
        seeds=range(config.seeds),
        resamples=config.resamples,
    )
    for row in rows:
        print(f"{row.model:44} {row.metric:40} {row.value:.3f}  {row.low} {row.high}")
    print("\n".join(error_lines(language_errors(weigh(polls(0), parts), parts.test))))
    write_results(Path(config.results), rows)


def read_parts(config: Config) -> Parts:
    """Track A, which has all languages but four. Items to score are drawn, so that every language has its share."""
    records = [r for r in read_corpus(config.corpus) if r.conditions.get("track", "a") == "a"]
    records = [r for r in records if r.labels or r.unrated != find_corpus(config.corpus).space.labels]
    rng = np.random.default_rng(0)
    most = {"train": config.learned, "dev": config.tuned, "test": config.scored}
    kept: list[Record] = []
    for split, limit in most.items():
        part = [r for r in records if r.split == split]
        kept += [part[i] for i in sorted(rng.permutation(len(part))[:limit].tolist())]
    return make_parts(config.corpus, kept, find_corpus(config.corpus).space, seed=0)


def settings_of(config: Config, names: list[str]) -> str:
    return str((names, config.learned, config.tuned, config.scored))


@dataclass(frozen=True, eq=False)
class Polled:
    """What every member decides of the development part and of the test part, and the seconds that took."""

    dev: list[Ballot]
    test: list[Ballot]
    seconds: list[float]


@lru_cache(maxsize=4)
def _poll(parts: Parts, members: tuple[Subject, ...], seed: int) -> Polled:
    dev, test, seconds = [], [], []
    for member in members:
        started = time.monotonic()
        dev.append(ballot(member, parts.dev, parts.train.records, seed))
        test.append(ballot(member, parts.test, parts.train.records, seed))
        seconds.append(time.monotonic() - started)
    return Polled(dev, test, seconds)


def poll(parts: Parts, members: list[Subject], seed: int) -> Polled:
    return _poll(parts, tuple(members), seed)


def ballot(member: Subject, target: Target, learning: tuple[Record, ...], seed: int) -> Ballot:
    """Who learns, learns from the training part alone: the development part is what it is weighed by."""
    # A seed draws four fifths of what is learned from, so that seeds differ for learners that draw nothing themselves.
    kept = np.random.default_rng(seed).random(len(learning)) < 0.8
    some = tuple(record for record, keep in zip(learning, kept.tolist(), strict=True) if keep)
    said = member.answer(Question(target.records, target.space, target.own, some, seed))
    decided = decide(said, target.space)
    return Ballot(member.name, decided.decision, said.answered)


def weigh(polled: Polled, parts: Parts) -> Ballot:
    weights = member_weights(polled.dev, parts.dev, exclusive=parts.test.exclusive)
    return vote(polled.test, exclusive=parts.test.exclusive, weights=weights_of(weights, languages_of(parts.test)))


def run_vote(polls, parts: Parts, seed: int, *, weighted: bool) -> Outcome:  # type: ignore[no-untyped-def]
    polled = polls(seed)
    found = weigh(polled, parts) if weighted else vote(polled.test, exclusive=parts.test.exclusive)
    return Outcome({"decided": found.chosen, "placed": placed(found.chosen)}, sum(polled.seconds), 0)


def run_alone(polls, place: int, seed: int) -> Outcome:  # type: ignore[no-untyped-def]
    polled = polls(seed)
    chosen = polled.test[place].chosen
    return Outcome({"decided": chosen, "placed": placed(chosen)}, polled.seconds[place], 0)


def languages_of(target: Target) -> list[str | None]:
    return [record.signal.language for record in target.records]


def placed(chosen: np.ndarray) -> np.ndarray:
    """Labels with the item's place in front, so that a metric knows which items it was given."""
    return np.column_stack([np.arange(len(chosen)), chosen.astype(np.int64)])


def mean_over(languages: list[str | None]):  # type: ignore[no-untyped-def]
    """The mean over languages of macro-F1, over the labels that occur in the language."""
    named = np.array([str(language) for language in languages])

    def metric(truth: np.ndarray, given: np.ndarray) -> float:
        here, true, said = named[truth[:, 0]], truth[:, 1:] > 0, given[:, 1:] > 0
        each = []
        for language in np.unique(here):
            rows = here == language
            occurs = true[rows].any(0)
            if occurs.any():
                each.append(macro_f1(true[rows][:, occurs], said[rows][:, occurs]))
        return float(np.mean(each))

    return metric


if __name__ == "__main__":
    main()

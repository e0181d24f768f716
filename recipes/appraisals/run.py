"""Which appraisals a linear SVM finds in a text, trained on one corpus and on several together.

    python recipes/appraisals/run.py [--corpora enisear_appraisal,appreddit,x_envent,crowd_envent]
                                     [--merge enisear_appraisal,appreddit,x_envent]
                                     [--features tfidf,frozen-text] [--rounds 2]

Writes `results/appraisals.csv`: F1 per dimension and the difference that merging makes. A corpus that is not in
$AFFEKT_DATA or the cache is left out, and said to be.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from data import CORPORA, Task, load
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from affekt.errors import CorpusError
from affekt.evaluation.records import ResultRow, Scored, run_info, write_results
from affekt.metrics.classification import macro_f1
from affekt.metrics.resampling import Estimate, bootstrap_interval, paired_difference

RESULTS = Path("results/appraisals.csv")
FEATURES = ("tfidf", "frozen-text")
# Fixed beforehand, not tuned: scikit-learn's own for TF-IDF, a hundredth of it for 384 columns of variance 1.
PENALTY = {"tfidf": 1.0, "frozen-text": 0.01}
# crowd-enVENT is eight times as large as the others: merged with it, they would be a detail of it.
MERGED = ("enisear_appraisal", "appreddit", "x_envent")
Vectors = Mapping[str, list[str] | np.ndarray]
Matrix = np.ndarray | sparse.csr_matrix


class Merge(NamedTuple):
    """What is trained on beside the corpus under test: `others`, and whether the corpus itself is."""

    name: str
    others: tuple[str, ...]
    own: bool = True


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", default=",".join(CORPORA))
    parser.add_argument("--merge", default=",".join(MERGED), help="which of them are trained on together")
    parser.add_argument("--features", default=",".join(FEATURES))
    parser.add_argument("--rounds", type=int, default=2, help="rounds of ten-fold cross-validation, 10 at most")
    parser.add_argument("--resamples", type=int, default=1000, help="of the bootstrap and of the randomization test")
    parser.add_argument("--partial", action="store_true", help="take corpora that lack rows")
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args()
    tasks: dict[str, Task] = {}
    for name in options.corpora.split(","):
        try:
            tasks[name] = load(name, rounds=options.rounds, complete=not options.partial)
        except CorpusError as error:
            print(f"left out: {error}")
    for features in options.features.split(","):
        vectors = vectors_of(tasks, features)
        for task in tasks.values():
            plan = merges(task, {name: tasks[name] for name in options.merge.split(",") if name in tasks})
            write_results(options.out, score(task, tasks, vectors, plan, features, options.resamples))


def vectors_of(tasks: dict[str, Task], features: str) -> Vectors:
    """What the SVM of a corpus is given per text: the text itself, or 384 numbers of the frozen encoder."""
    if features == "tfidf":
        return {name: task.texts for name, task in tasks.items()}
    from affekt.inference.text import open_reader
    from affekt.models.index import find_model

    reader = open_reader(find_model("text"), threads=2)
    return {name: reader.features(task.texts, batch_size=32) for name, task in tasks.items()}


def score(
    task: Task, tasks: dict[str, Task], vectors: Vectors, plan: list[Merge], features: str, resamples: int
) -> Iterator[ResultRow]:
    """The rows of one corpus: each dimension alone, merged with others, and trained on others only."""
    run = run_info(f"{features}-svm", "1", seed=None)
    split = f"cv-{len(task.folds)}x10"
    truths = {}
    for dimension, answers in task.answers.items():
        known = ~np.isnan(answers)
        truths[dimension] = np.repeat(answers[known, None], len(task.folds), axis=1)
        if features == "tfidf":
            always = Scored(task.name, split, "always-yes", known.sum(), run_info("always-yes", "1", seed=None))
            yield always.row(f"f1:{dimension}", macro_f1(truths[dimension], np.ones_like(truths[dimension])))
    alone: dict[str, np.ndarray] = {}
    for merge in plan:
        for dimension, answer in cross_validate(task, tasks, vectors, merge, features).items():
            known = ~np.isnan(task.answers[dimension])
            truth, said, groups = truths[dimension], answer[known], task.groups[known]
            scored = Scored(task.name, split, f"{task.protocol}:{merge.name}", len(truth), run)
            found = bootstrap_interval(macro_f1, truth, said, resamples=resamples, groups=groups)
            yield scored.row(f"f1:{dimension}", found)
            text = f"{features:12}{task.name:18}{merge.name:26}{dimension:18}{found.value:.3f}"
            if merge.name == "alone":
                alone[dimension] = said
            elif merge.own:
                gain = paired_difference(macro_f1, truth, said, alone[dimension], resamples=resamples, groups=groups)
                yield scored.row(f"f1_gain:{dimension}", Estimate(*gain[:3]))
                yield scored.row(f"f1_gain_p:{dimension}", gain.p_value)
                text += f"  {gain.difference:+.3f} [{gain.low:+.3f}, {gain.high:+.3f}]"
            print(text, flush=True)


def merges(task: Task, merged: dict[str, Task]) -> list[Merge]:
    """Alone first; then with each other corpus, with all of them, and on each of the others only."""
    others = [name for name in merged if task.name in merged and name != task.name]
    found = [Merge("alone", ()), *(Merge(f"with-{name}", (name,)) for name in others)]
    if len(others) > 1:
        found.append(Merge("with-all", tuple(others)))
    return found + [Merge(f"from-{name}", (name,), own=False) for name in others]


def cross_validate(
    task: Task, tasks: dict[str, Task], vectors: Vectors, merge: Merge, features: str
) -> dict[str, np.ndarray]:
    """Dimension → 0 or 1 per item and round, judged by an SVM that saw neither the item nor its like elsewhere."""
    dimensions = [
        name for name in task.answers if not merge.others or any(name in tasks[other].answers for other in merge.others)
    ]
    said = {name: np.full(task.folds.T.shape, np.nan) for name in dimensions}
    for number, folds in enumerate(task.folds):
        if not merge.own and number:
            # Nothing of the corpus is trained on: the rounds differ in nothing.
            for answer in said.values():
                answer[:, number] = answer[:, 0]
            continue
        for fold in np.unique(folds):
            test = folds == fold
            unseen = set(task.keys[test])
            parts = [(task, np.flatnonzero(~test))] if merge.own else []
            for other in (tasks[name] for name in merge.others):
                parts.append((other, np.flatnonzero([key not in unseen for key in other.keys])))
            parts = [(part, places) for part, places in parts if len(places)]
            tested = take(vectors[task.name], np.flatnonzero(test))
            train, tested = represent([take(vectors[part.name], places) for part, places in parts], tested)
            for dimension, answer in said.items():
                targets = np.concatenate([answers_of(part, dimension)[places] for part, places in parts])
                asked = np.flatnonzero(~np.isnan(targets))
                answer[test, number] = predict(train[asked], targets[asked], tested, PENALTY[features])
    return said


def take(vectors: list[str] | np.ndarray, places: np.ndarray) -> list[str] | np.ndarray:
    """The chosen texts, or the chosen rows."""
    return vectors[places] if isinstance(vectors, np.ndarray) else [vectors[place] for place in places]


def answers_of(task: Task, dimension: str) -> np.ndarray:
    """1, 0 or NaN per item; NaN throughout where the corpus does not ask."""
    return task.answers.get(dimension, np.full(len(task.texts), np.nan))


def represent(training: list[list[str] | np.ndarray], tested: list[str] | np.ndarray) -> tuple[Matrix, Matrix]:
    """TF-IDF or scaled features of both parts; vocabulary and scaling know the training texts only."""
    if isinstance(tested, np.ndarray):
        scale = StandardScaler()
        return scale.fit_transform(np.concatenate(training)), scale.transform(tested)
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    return words.fit_transform([text for part in training for text in part]), words.transform(tested)


def predict(train: Matrix, targets: np.ndarray, tested: Matrix, penalty: float) -> np.ndarray:
    """0 or 1 per tested text; the only answer there is where training texts have one answer."""
    if len(np.unique(targets)) == 1:
        return np.full(tested.shape[0], targets[0])
    machine = LinearSVC(C=penalty, class_weight="balanced", dual=sparse.issparse(train), random_state=0)
    return machine.fit(train, targets).predict(tested)


if __name__ == "__main__":
    main()

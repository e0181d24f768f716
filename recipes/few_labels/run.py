"""Eight examples per class: `affekt.TextClassifier` against logistic regression on plain MiniLM embeddings.

    AFFEKT_DATA=… python recipes/few_labels/run.py

Twenty draws of eight texts per class from each corpus's part to learn from, all scored on the same test texts. Both
sides learn from the same draws. README.md says which texts the shipped encoder has seen.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from affekt.affect.spaces import find_space
from affekt.corpora.index import find_corpus
from affekt.corpora.parts import make_parts
from affekt.corpora.read import read_corpus
from affekt.corpora.targets import draw
from affekt.evaluation.records import ResultRow, Scored, replace_file, run_info, write_results
from affekt.evaluation.settings import read_settings
from affekt.inference.text import AnyReader, open_reader
from affekt.layers.text_encoder import mean_state
from affekt.metrics.classification import accuracy, macro_f1
from affekt.metrics.resampling import Estimate, bootstrap_values, percentile_interval
from affekt.models.index import find_model
from affekt.training.estimator import TextClassifier
from affekt.training.starting import Start, open_encoder
from affekt.training.text_network import answer

Floats = NDArray[np.float32]
METRICS = {"macro_f1": macro_f1, "accuracy": accuracy}
SPACES = {"edos": "ekman-neutral"}
"""Corpora that are read in another space than their own: 41 labels of eight examples are no few-label task."""


@dataclass(frozen=True)
class Config:
    corpora: str = "isear,dair_emotion,stackoverflow_emotion,meld,edos"
    per_class: int = 8
    seeds: int = 20
    pool: int = 40
    tests: int = 600
    resamples: int = 1000
    smoke: int = 0
    results: str = "results/few-labels.csv"


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """A corpus to learn from eight texts a class: texts and class of the pool and of the test part."""

    name: str
    labels: tuple[str, ...]
    pool: list[str]
    pool_classes: NDArray[np.int64]
    test: list[str]
    test_classes: NDArray[np.int64]
    groups: NDArray[np.str_]

    def draw(self, seed: int, per_class: int) -> NDArray[np.int64]:
        """Return the places in the pool of `per_class` texts of each class."""
        random = np.random.default_rng(seed)
        places = [np.flatnonzero(self.pool_classes == label) for label in range(len(self.labels))]
        return np.concatenate([random.permutation(own)[:per_class] for own in places])


def main() -> None:
    config = read_settings(Config, __doc__)
    if config.smoke:
        small = {"seeds": min(2, config.seeds), "pool": 10, "tests": 60, "resamples": 20}
        config = replace(config, corpora=config.corpora.split(",")[0], **small)
    drawn: dict[tuple[str, str], list[NDArray[np.float64]]] = {}
    whole: dict[tuple[str, str], list[float]] = {}
    rows: list[ResultRow] = []
    texts = 0
    for corpus in config.corpora.split(","):
        task = make_task(corpus, config)
        said = answers(task, config)
        texts += len(task.test)
        rows += scored(task, said, config, whole, drawn)
    rows += averaged(whole, drawn, config, count=texts)
    for row in rows:
        print(f"{row.corpus:28} {row.model:22} {row.metric:28} {row.value:.3f}  {row.low:.3f} {row.high:.3f}")
    write_results(Path(config.results), rows)


def make_task(corpus: str, config: Config) -> Task:
    """Texts with exactly one label; a class that has too few to draw from is left out, its test texts with it."""
    records = [record for record in read_corpus(corpus) if len(record.labels) == 1]
    space = find_space(SPACES[corpus]) if corpus in SPACES else None
    parts = make_parts(corpus, records[: 1500 if config.smoke else None], find_corpus(corpus).space, space=space)
    assert parts.train.space is not None
    counts = parts.train.truth.sum(0)
    kept = np.flatnonzero(counts >= config.per_class)
    pool = np.concatenate([np.flatnonzero(parts.train.truth[:, label])[: config.pool] for label in kept])
    test = draw(parts.test.take(parts.test.truth[:, kept].any(1)), config.tests, seed=0)
    return Task(
        corpus if space is None else f"{corpus}:{space.name}",
        tuple(parts.train.space.labels[label] for label in kept),
        [parts.train.records[place].signal.text for place in pool],
        parts.train.truth[pool][:, kept].argmax(1),
        [record.signal.text for record in test.records],
        test.truth[:, kept].argmax(1),
        test.groups,
    )


def answers(task: Task, config: Config) -> dict[str, NDArray[np.int64]]:
    """Return by arm the class that each draw's head says of each test text, (draw, text); kept in `runs`."""
    shaped = [asdict(config) | {"results": "", "resamples": 0, "corpora": ""}, task.pool, task.test]
    key = sha256(json.dumps(shaped).encode("utf-8", "surrogatepass")).hexdigest()[:12]
    path = Path("runs/few-labels") / f"{task.name.replace(':', '-')}-{key}.npz"
    if path.exists():
        with np.load(path) as file:
            return {name: file[name] for name in file.files}
    texts = list(dict.fromkeys([*task.pool, *task.test]))
    seen = dict(zip(texts, open_reader(find_model("text")).features(texts), strict=True))
    plain = dict(zip(texts, minilm(texts), strict=True))
    arms = {
        "text-classifier": lambda train, classes: Remembered(seen).fit(train, classes).predict(task.test),
        "minilm-lr": lambda train, classes: plain_head(plain, train, classes, task.test),
        "minilm-same-head": lambda train, classes: Remembered(plain).fit(train, classes).predict(task.test),
    }
    said: dict[str, NDArray[np.int64]] = {}
    for name, arm in arms.items():
        each = []
        for seed in range(config.seeds):
            places = task.draw(seed, config.per_class)
            each.append(arm([task.pool[place] for place in places], task.pool_classes[places]))
        said[name] = np.stack(each).astype(np.int64)
    content = io.BytesIO()
    np.savez_compressed(content, allow_pickle=False, **said)
    replace_file(path, content.getvalue())
    return said


class Remembered(TextClassifier):
    """The shipped estimator, head and all, which takes features from a table: each text is read once for all draws."""

    def __init__(self, table: Mapping[str, Floats] | None = None, *, strength: float | None = None, seed: int = 0):
        super().__init__(strength=strength, seed=seed)
        self.table = table

    def _reader(self) -> AnyReader:
        return Table(self.table or {})  # type: ignore[return-value]


class Table:
    """As much of a reader as a head asks for."""

    def __init__(self, table: Mapping[str, Floats]) -> None:
        self.table = table

    def features(self, texts: Sequence[str]) -> Floats:
        return np.stack([self.table[text] for text in texts])


def plain_head(
    table: Mapping[str, Floats], train: Sequence[str], classes: NDArray[np.int64], test: Sequence[str]
) -> NDArray[np.int64]:
    """Logistic regression as scikit-learn comes, C = 1, on embeddings of length one."""
    fitted = LogisticRegression(max_iter=2000).fit(np.stack([table[text] for text in train]), classes)
    predicted: NDArray[np.int64] = fitted.predict(np.stack([table[text] for text in test]))
    return predicted


def minilm(texts: Sequence[str]) -> Floats:
    """Return all-MiniLM-L6-v2's sentence embeddings, (text, 384): the mean state, scaled to length one."""
    start = opened()
    start.encoder.eval()
    states: Callable[[torch.Tensor], torch.Tensor] = start.encoder.states  # type: ignore[assignment]
    found = answer(lambda ids: mean_state(states(ids), ids), start.encode(texts))
    return found / np.linalg.norm(found, axis=1, keepdims=True)


@lru_cache(maxsize=1)
def opened() -> Start:
    return open_encoder("minilm")


def scored(
    task: Task,
    said: Mapping[str, NDArray[np.int64]],
    config: Config,
    whole: dict[tuple[str, str], list[float]],
    drawn: dict[tuple[str, str], list[NDArray[np.float64]]],
) -> list[ResultRow]:
    """Return the rows of one corpus; its values, and those of each resample, are put to `whole` and `drawn`."""
    times = np.random.default_rng(0).multinomial(config.seeds, [1 / config.seeds] * config.seeds, config.resamples)
    values: dict[tuple[str, str], tuple[float, NDArray[np.float64]]] = {}
    options = {"resamples": config.resamples, "groups": task.groups}
    for arm, each in said.items():
        for name, metric in METRICS.items():
            # F1 is of label flags, (item, label); accuracy of classes, (item,).
            shape = np.eye(len(task.labels), dtype=bool) if metric is macro_f1 else np.arange(len(task.labels))
            truth, decided = shape[task.test_classes], [shape[classes] for classes in each]
            value = float(np.mean([metric(truth, answers) for answers in decided]))
            of_draws = np.stack([bootstrap_values(metric, truth, answers, **options) for answers in decided])
            values[arm, name] = value, np.einsum("rd,dr->r", times, of_draws) / config.seeds
    rows = []
    for (arm, name), (value, resampled) in gains(values).items():
        whole.setdefault((arm, name), []).append(value)
        drawn.setdefault((arm, name), []).append(resampled)
        rows.append(_row(task.name, arm, name, percentile_interval(value, resampled), len(task.test), config))
    return rows


def gains(
    values: Mapping[tuple[str, str], tuple[float, NDArray[np.float64]]],
) -> dict[tuple[str, str], tuple[float, NDArray[np.float64]]]:
    """Return the values with ours minus each other arm's: the same draws and the same resampled texts."""
    ours = next(iter(values))[0]
    found = dict(values)
    for (arm, name), (value, resampled) in values.items():
        if arm != ours:
            mine, mine_resampled = values[ours, name]
            found[ours, f"{name}:minus:{arm}"] = mine - value, mine_resampled - resampled
    return found


def averaged(
    whole: Mapping[tuple[str, str], list[float]],
    drawn: Mapping[tuple[str, str], list[NDArray[np.float64]]],
    config: Config,
    *,
    count: int,
) -> list[ResultRow]:
    """Return the rows of the mean over corpora, each corpus resampled by itself; `count` texts were scored in all."""
    rows = []
    for (arm, name), values in whole.items():
        # The draws are resampled alike in every corpus: shuffled, so that corpora are independent of each other.
        shuffled = [np.random.default_rng(i).permutation(each) for i, each in enumerate(drawn[arm, name])]
        estimate = percentile_interval(float(np.mean(values)), np.mean(shuffled, axis=0))
        rows.append(_row(f"mean-of-{len(values)}", arm, name, estimate, count, config))
    return rows


def _row(corpus: str, arm: str, metric: str, estimate: Estimate, count: int, config: Config) -> ResultRow:
    protocol = f"{config.per_class}-per-class-{config.seeds}-draws"
    return Scored(corpus, "test", protocol, count, run_info(arm, "1", seed=None)).row(metric, estimate)


if __name__ == "__main__":
    main()

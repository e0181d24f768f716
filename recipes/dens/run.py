"""dens: passages longer than the encoder's window, in chunks that are pooled, against cutting them off.

    AFFEKT_DATA=… python recipes/dens/run.py
    python recipes/dens/run.py --table passages.csv --text passage --label emotion

Arms, three seeds each: attention over chunks, their mean, their greatest numbers, and the first window alone. The
encoder is the shipped one and stays as it is: its states of all chunks are kept in runs/. Liu et al. 2019. README.md
says more.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import blake2b
from pathlib import Path

import numpy as np
import torch

from affekt.corpora.index import find_corpus
from affekt.corpora.parts import Parts, make_parts
from affekt.corpora.read import read_corpus
from affekt.evaluation.experiment import Arm, Experiment, Outcome, run_experiment
from affekt.evaluation.learners import lesson_of
from affekt.evaluation.records import ResultRow, replace_file, write_results
from affekt.evaluation.settings import read_settings
from affekt.evaluation.tfidf import teach_tfidf
from affekt.layers.chunks import POOLINGS, cut_chunks
from affekt.metrics.classification import macro_f1, micro_f1
from affekt.models.dens.net import PassageNet
from affekt.training.fine_tuning import Plan, fine_tune
from affekt.training.starting import Start, open_encoder
from affekt.training.text_network import answer, loss_for
from affekt.types import LabelSpace, Record, Signal


@dataclass(frozen=True)
class Config:
    corpora: str = "covid19_worry,empathetic_dialogues"
    table: str = ""
    text: str = "text"
    label: str = "label"
    encoder: str = "text"
    layers: int = 6
    window: int = 48
    overlap: int = 8
    longest: int = 384
    labelled: int = 2000
    batch: int = 64
    learning_rate: float = 2e-3
    epochs: int = 25
    seeds: int = 3
    resamples: int = 1000
    smoke: int = 0
    results: str = "results/text-methods.csv"


@dataclass(frozen=True)
class Chunked:
    """States of the chunks of all texts, float32 (chunk, width), and where each text's begin, (text + 1,)."""

    states: np.ndarray
    starts: np.ndarray

    def take(self, texts: np.ndarray, *, first: bool = False) -> tuple[torch.Tensor, torch.Tensor, int]:
        """The chunks of these texts, or the first of each, with the place of the text each is of."""
        spans = [range(self.starts[i], self.starts[i] + 1 if first else self.starts[i + 1]) for i in texts]
        owner = np.repeat(np.arange(len(texts)), [len(span) for span in spans])
        rows = np.concatenate([np.asarray(span) for span in spans])
        return torch.from_numpy(self.states[rows]), torch.from_numpy(owner), len(texts)


def main() -> None:
    config = read_settings(Config, __doc__)
    rows: list[ResultRow] = []
    for corpus in [Path(config.table).stem] if config.table else config.corpora.split(","):
        records, space = own_table(config) if config.table else passages(corpus)
        records = records[:: max(1, len(records) // 200)] if config.smoke else records
        parts = make_parts(corpus, records, space, most=config.labelled)
        metrics = {"micro_f1": (micro_f1, "decided"), "macro_f1": (macro_f1, "decided")}
        rows += run_experiment(
            Experiment(
                *("dens", corpus, "test", f"frozen-{config.encoder}-window-{config.window}"),
                *(parts.test.truth, metrics, arms(parts, config), parts.test.groups),
            ),
            runs=Path("runs/text-methods"),
            seeds=range(config.seeds),
            resamples=config.resamples,
        )
    for row in rows:
        print(f"{row.corpus:22} {row.model:16} {row.metric:28} {row.value:.3f}  {row.low} {row.high}")
    write_results(Path(config.results), rows)


def passages(corpus: str) -> tuple[list[Record], LabelSpace | None]:
    """The long texts of a corpus with their one emotion."""
    records = list(read_corpus(corpus))
    if corpus == "covid19_worry":
        # The two splits are years, no train and test: a person's texts of both are kept together.
        records = [record for record in records if record.conditions["form"] == "long"]
    if corpus == "empathetic_dialogues":
        records = conversations(records)
    return [record for record in records if record.labels], find_corpus(corpus).space


def conversations(records: Sequence[Record]) -> list[Record]:
    """All turns of a conversation as one text, without the situation that its label was given for."""
    turns: dict[str | None, list[str]] = {}
    for record in records:
        if not record.labels:
            turns.setdefault(record.group, []).append(record.signal.text)
    found = [record for record in records if record.labels and record.group in turns]
    return [replace(r, signal=replace(r.signal, text="\n".join(turns[r.group]))) for r in found]


def own_table(config: Config) -> tuple[list[Record], LabelSpace]:
    """A table of passages, such as DENS: a column of texts, one of labels, and perhaps one named ``split``."""
    from affekt.corpora.files import read_table

    path, records = Path(config.table), []
    for row in read_table(path.parent, path.name, columns=(config.text.lower(), config.label.lower())):
        signal = Signal(row[config.text.lower()], source=row.file)
        split = row.cells.get("split", "all")
        records.append(Record(str(row.line), signal, split, labels=(row[config.label.lower()].strip().lower(),)))
    names = tuple(sorted({label for record in records for label in record.labels}))
    return records, LabelSpace(path.stem, names, "exclusive", "the table's own labels")


def arms(parts: Parts, config: Config) -> list[Arm]:
    settings = str(asdict(config) | {"seeds": 0, "resamples": 0, "corpora": "", "results": ""})
    start = open_encoder(config.encoder, layers=config.layers)
    start.encoder.eval()
    chunked = [chunks(start, [r.signal.text for r in part.records], config) for part in parts]
    counts = np.diff(chunked[2].starts)
    measured = {"chunks-per-text": float(counts.mean()), "beyond-window": float((counts > 1).mean())}

    def arm(name: str, how: str, *, first: bool = False) -> Arm:
        run: Callable[[int], Outcome] = lambda seed: run_pool(  # noqa: E731
            parts, chunked, config, seed, how=how, first=first, measured=measured
        )
        return Arm(name, run, settings)

    pooled = [arm(how, how) for how in reversed(POOLINGS)]
    return [*pooled, arm("truncated", "mean", first=True), Arm("tfidf", lambda seed: run_tfidf(parts, seed), settings)]


def chunks(start: Start, texts: Sequence[str], config: Config) -> Chunked:
    """The encoder's mean state of every chunk; kept in runs/, as all arms and seeds read the same."""
    told = "\0".join(
        [start.name, str(config.layers), str(config.window), str(config.overlap), str(config.longest), *texts]
    )
    path = Path("runs/text-methods/dens") / f"chunks-{blake2b(told.encode(), digest_size=8).hexdigest()}.npz"
    cut = [
        cut_chunks(ids, window=config.window, overlap=config.overlap)
        for ids in start.encode(texts, longest=config.longest)
    ]
    starts = np.concatenate([[0], np.cumsum([len(of_text) for of_text in cut])])
    if path.exists():
        with np.load(path) as file:
            return Chunked(file["states"], starts)
    states = answer(start.encoder.pool, [chunk for of_text in cut for chunk in of_text])
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial.npz")
    np.savez(partial, states=states)
    replace_file(path, partial.read_bytes())
    partial.unlink()
    return Chunked(states, starts)


def run_pool(
    parts: Parts,
    chunked: Sequence[Chunked],
    config: Config,
    seed: int,
    *,
    how: str,
    first: bool,
    measured: dict[str, float],
) -> Outcome:
    started = time.monotonic()
    torch.manual_seed(seed)
    train, dev, test = chunked
    net = PassageNet(train.states.shape[1], parts.train.truth.shape[1], how=how)  # type: ignore[arg-type]
    loss = loss_for("exclusive" if parts.train.exclusive else "multi-label")
    targets = torch.as_tensor(parts.train.truth, dtype=torch.float32)
    on_dev = torch.as_tensor(parts.dev.truth, dtype=torch.float32)
    everything = dev.take(np.arange(len(parts.dev)), first=first)
    plan = Plan(
        *(2 if config.smoke else config.epochs, config.batch, config.learning_rate),
        **{"patience": 4, "seed": seed, "bfloat16": False},
    )
    fine_tune(
        net,
        lambda rows: loss(net(*train.take(rows, first=first)), targets[rows]),
        lambda: float(loss(net(*everything), on_dev)),
        lengths=np.ones(len(parts.train), np.int64),
        plan=plan,
    )
    with torch.no_grad():
        said = net(*test.take(np.arange(len(parts.test)), first=first)).numpy()
    decided = np.eye(said.shape[1], dtype=bool)[said.argmax(1)]
    trained = sum(parameter.numel() for parameter in net.parameters())
    return Outcome({"decided": decided}, time.monotonic() - started, trained, {} if first else measured)


def run_tfidf(parts: Parts, seed: int) -> Outcome:
    started = time.monotonic()
    said = teach_tfidf(lesson_of(parts.train, seed=seed), "words")(parts.test.records)
    decided = np.eye(said.probabilities.shape[1], dtype=bool)[said.probabilities.argmax(1)]
    return Outcome({"decided": decided}, time.monotonic() - started, 0)


if __name__ == "__main__":
    main()

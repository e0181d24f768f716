"""emollms: corpora as instructions, and every system scored on all of their tasks with the metric of each.

    AFFEKT_DATA=… python recipes/emollms/run.py [--endpoint URL#MODEL …] [--rows instructions.jsonl]

Liu et al. 2024, EmoLLMs, KDD. README.md says what is shown.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from affekt.corpora.index import find_corpus
from affekt.corpora.instructions import TaskItems, tasks_of, write_rows
from affekt.corpora.read import read_corpus
from affekt.corpora.targets import choose_split
from affekt.evaluation.endpoint import open_model
from affekt.evaluation.instruction_benchmark import benchmark, benchmark_rows
from affekt.evaluation.records import write_results
from affekt.evaluation.settings import read_settings
from affekt.evaluation.subjects import find_subject
from affekt.types import Record


@dataclass(frozen=True)
class Config:
    corpora: str = "goemotions,dair_emotion,isear,cheer_ekman,emobank,brighter,empathic_reactions,vader_icwsm"
    systems: str = "text,prior,tfidf"
    items: int = 500
    language: str = "en"
    resamples: int = 1000
    rows: str = ""
    endpoint: tuple[str, ...] = ()
    smoke: int = 0
    seeds: int = 1
    results: str = "results/text-methods.csv"


def main() -> None:
    config = read_settings(Config, __doc__)
    if config.smoke:
        config = replace(config, corpora="cheer_ekman,empathic_reactions", items=40, resamples=50, systems="text,prior")
    tasks: list[TaskItems] = []
    learning: dict[str, tuple[Record, ...]] = {}
    for corpus in config.corpora.split(","):
        found, learning[corpus] = tasks_and_rest(corpus, config)
        tasks += found
    if config.rows:
        count = write_rows(Path(config.rows), (row for items in tasks for row in items.rows()))
        print(f"{config.rows}: {count:,} instructions of {len(tasks)} tasks")
    results = []
    for name in [*config.systems.split(","), *config.endpoint]:
        system = open_model(name) if name in config.endpoint else find_subject(name)
        scores = benchmark(system, tasks, learning=learning, resamples=config.resamples)
        for each in scores:
            said = ", ".join(f"{metric} {score.value:.3f}" for metric, score in each.scores.items())
            print(f"{name:20} {each.task.title:36} {each.n:5} {said or each.reason}")
        results += benchmark_rows(f"emollms:{system.name.replace('/', '-')}", "1", scores)
    write_results(Path(config.results), results)


def tasks_and_rest(corpus: str, config: Config) -> tuple[list[TaskItems], tuple[Record, ...]]:
    """The tasks of a corpus's test part (else its development part, else all of it), and the records that are left."""
    records = [r for r in read_corpus(corpus) if r.signal.language in (config.language, None)]
    splits = choose_split(records, None)
    asked = [record for record in records if record.split in splits]
    rest = tuple(record for record in records if record.split not in splits)
    found = tasks_of(corpus, asked, find_corpus(corpus).space)
    return [items.draw(config.items) for items in found], rest


if __name__ == "__main__":
    main()

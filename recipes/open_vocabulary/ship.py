"""Fits and writes what `affekt analyze --labels` uses: the map of labels in the space of `text`, and scores it.

    AFFEKT_DATA=… python recipes/open_vocabulary/ship.py            # fit, write models/text_open/weights, score
    AFFEKT_DATA=… python recipes/open_vocabulary/ship.py --write 0  # score only

How far the map is held back is chosen on EDOS, XED and EmoryNLP, whose labels `text` never saw, each scored by a map of
the other corpora; so is what a score is worth. Then it is scored on three corpora that neither saw: crowd-enVENT, ISEAR
and DAIR emotion. Their licences do not let us ship what learns from them; nothing does.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from pathlib import Path

import data
import numpy as np

from affekt.corpora.index import find_corpus
from affekt.corpora.read import read_corpus
from affekt.evaluation.records import Scored, run_info, write_results
from affekt.evaluation.settings import read_settings
from affekt.inference.label_map import LabelMap, load_label_map, save_label_map, unit, with_calibration
from affekt.metrics.calibration import expected_calibration_error
from affekt.metrics.classification import macro_f1
from affekt.metrics.resampling import bootstrap_values, percentile_interval
from affekt.models.text_open.card import FOLDER, NAME
from affekt.training.label_map import LabelledEncodings, MapPlan, fit_label_map, fit_score_calibration

DEV = ("edos", "xed", "emorynlp")
HELD = "crowd_envent,isear,dair_emotion"
MOST = 2000


@dataclass(frozen=True)
class Config:
    write: int = 1
    whitenings: str = "1,0.5"
    shares: str = "0,0.3,0.6,1"
    goemotions: int = 1500
    held: str = HELD
    resamples: int = 1000
    smoke: int = 0
    results: str = "results/open-vocabulary.csv"


def main() -> None:
    config = read_settings(Config, __doc__)
    if config.smoke:
        config = replace(config, write=0, whitenings="0.5", shares="0.6", goemotions=150, resamples=20)
    learned = {name: data.encoded("text", each) for name, each in data.corpora(150 * bool(config.smoke)).items()}
    learned["goemotions"] = data.encoded("text", data.goemotions("train", config.goemotions))
    everything = data.described("text", data.all_terms(config.smoke))
    tried = {}
    for whitening, share in itertools.product(numbers(config.whitenings), numbers(config.shares)):
        plan = MapPlan(whitening=whitening, share=share, fewest=3 if config.smoke else 25)
        each = dev_scores(learned, everything, plan)
        tried[whitening, share] = float(np.mean([macro_f1(learned[n].truth, best(each[n])) for n in each]))
        print(f"whitening {whitening}  share {share}  dev macro-F1 {tried[whitening, share]:.3f}", flush=True)
    whitening, share = max(tried, key=lambda key: tried[key])
    plan = replace(plan, whitening=whitening, share=share)
    unseen = dev_scores(learned, everything, plan)
    worth = fit_score_calibration([unseen[n] for n in unseen], [learned[n].truth for n in unseen])
    found = with_calibration(fit_label_map(list(learned.values()), everything, plan), worth)
    print(plan, worth)
    if config.write:
        print("sha256", save_label_map(found, FOLDER / "labels.npz"), "- put it into models/text_open/card.py")
        found = load_label_map(FOLDER / "labels.npz")
    rows = []
    for corpus in filter(None, config.held.split(",")):
        rows += scored(corpus, found, everything, config)
    for row in rows:
        print(f"{row.corpus:14} {row.model:26} {row.metric:32} {row.value:.3f}  {row.low} {row.high}")
    write_results(Path(config.results), rows)


def dev_scores(learned: dict[str, LabelledEncodings], everything: np.ndarray, plan: MapPlan) -> dict[str, np.ndarray]:
    """Return the scores of each development corpus by a map of the others."""
    found = {}
    for name in [name for name in DEV if name in learned]:
        if (name, plan.whitening) not in _MAPS:
            others = [each for other, each in learned.items() if other != name]
            _MAPS[name, plan.whitening] = fit_label_map(others, everything, plan)
        held = replace(_MAPS[name, plan.whitening], share=plan.share)
        found[name] = scores(held, learned[name].encodings, learned[name].terms)
    return found


_MAPS: dict[tuple[str, float], LabelMap] = {}


def scores(found: LabelMap, encodings: np.ndarray, terms: tuple[str, ...]) -> np.ndarray:
    labels = data.labels_of(terms)
    return found.texts(encodings) @ found.directions(labels, data.described("text", labels)).T


def scored(corpus: str, found: LabelMap, everything: np.ndarray, config: Config) -> list:
    """Return the rows of a corpus that nothing learned from: ours, and cosine by text and by MiniLM."""
    records = [r for r in read_corpus(corpus) if r.labels and r.signal.text.strip()]
    most = 150 if config.smoke else MOST
    records = [records[i] for i in sorted(np.random.default_rng(0).permutation(len(records))[:most])]
    space = find_corpus(corpus).space
    truth = np.array([[label in record.labels for label in space] for record in records])
    names, texts = data.terms(space), [r.signal.text[:300] for r in records]
    labels = data.labels_of(names)
    by_text, told = data.kept("text", texts), data.described("text", labels)
    plain = unit(by_text) @ unit(told[0]).T
    naive = unit(data.kept("minilm", texts)) @ unit(data.described("minilm", labels)[0]).T
    ways = {NAME: scores(found, by_text, names), f"{NAME}:text-cosine": plain, f"{NAME}:minilm-cosine": naive}
    rows = []
    for name, said in ways.items():
        at = Scored(corpus, "all", "labels-by-name-best-one", len(texts), run_info(name, "1", seed=None))
        drawn = bootstrap_values(macro_f1, truth, best(said), resamples=config.resamples)
        whole = macro_f1(truth, best(said))
        rows.append(at.row("macro_f1", percentile_interval(whole, drawn)))
        if name == NAME:
            worth = found.probabilities(said)
            rows.append(at.row("ece", float(expected_calibration_error(truth.ravel(), worth.ravel()))))
            limit = found.calibration.limit
            rows.append(at.row("macro_f1:at-limit", macro_f1(truth, worth >= limit)))
        else:
            ours = ways[NAME]
            gain = bootstrap_values(macro_f1, truth, best(ours), resamples=config.resamples) - drawn
            first = Scored(corpus, "all", "labels-by-name-best-one", len(texts), run_info(NAME, "1", seed=None))
            rows.append(
                first.row(
                    f"macro_f1:minus:{name.split(':')[1]}",
                    percentile_interval(macro_f1(truth, best(ours)) - whole, gain),
                )
            )
    return rows


def best(said: np.ndarray) -> np.ndarray:
    """Return the most probable label of each text, bool (text, label)."""
    return np.eye(said.shape[1], dtype=bool)[said.argmax(1)]


def numbers(listed: str) -> list[float]:
    return [float(each) for each in listed.split(",")]


if __name__ == "__main__":
    main()

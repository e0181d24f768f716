"""Join what three teachers say of the third of GoEmotions that each never saw.

    python recipes/text/soft_labels.py

A label nobody would give twice gets a low probability here, a label the raters overlooked a high
one; a teacher that had seen the text would repeat its label. Writes `runs/text/soft.npz`:
goemotions, float32 (train text, 28).
"""

from __future__ import annotations

import numpy as np
from data import FOLDS, label_matrix, label_records
from train import RUNS


def main() -> None:
    truth = label_matrix(label_records("train"))
    soft = np.full_like(truth, np.nan)
    for fold in range(FOLDS):
        with np.load(RUNS / f"fold{fold}" / "logits.npz") as logits:
            soft[logits["held"]] = 1 / (1 + np.exp(-logits["held_logits"]))
    if np.isnan(soft).any():
        raise SystemExit("Some rows were held out by no teacher: train fold0, fold1 and fold2 first.")
    np.savez(RUNS / "soft.npz", goemotions=soft)
    given, others = (truth * soft).sum() / truth.sum(), ((1 - truth) * soft).sum() / (1 - truth).sum()
    print(f"{len(soft)} texts; mean probability of a label people gave {given:.3f}, of the others {others:.4f}")


if __name__ == "__main__":
    main()

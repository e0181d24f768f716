"""Make the shipped weights of `text` and `text-nano`, stage by stage, from the corpora in $AFFEKT_DATA.

    python recipes/text/run.py [--smoke]

About an hour and a half on two cores. A stage that is done is skipped, a stage that was killed resumes.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
RUNS = Path("runs/text")

# What to run, and the file that says it has been run. The middle teacher kept its token table frozen: it was one
# half of the comparison that made the others train theirs (docs/log.md).
STAGES = (
    ("train.py --name fold0 --fold 0 --epochs 3", RUNS / "fold0/logits.npz"),
    ("train.py --name fold1 --fold 1 --epochs 3 --train-embeddings 0", RUNS / "fold1/logits.npz"),
    ("train.py --name fold2 --fold 2 --epochs 3", RUNS / "fold2/logits.npz"),
    ("soft_labels.py", RUNS / "soft.npz"),
    ("train.py --name student --soft runs/text/soft.npz --epochs 5", RUNS / "student/logits.npz"),
    (
        "train.py --name student2 --soft runs/text/soft.npz --epochs 4 --masked 0.15 --learning-rate 2e-4",
        RUNS / "student2/logits.npz",
    ),
    ("average.py", RUNS / "soup/net.safetensors"),
    ("export.py", None),
    ("train_nano.py", None),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--smoke", action="store_true", help="one tiny run of each training script, seconds in all")
    if parser.parse_args().smoke:
        stages = (("train.py --smoke 1 --name run", None), ("train_nano.py --smoke 1", None))
    else:
        stages = STAGES
    for command, done in stages:
        if done is not None and done.exists():
            print(f"done before: {command}")
            continue
        print(f"== {command}", flush=True)
        script, *arguments = command.split()
        subprocess.run([sys.executable, str(HERE / script), *arguments], check=True)


if __name__ == "__main__":
    main()

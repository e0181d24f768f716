"""Average the weights of students that began at the same encoder.

    python recipes/text/average.py --names student,student2 --output soup

Wortsman et al. 2022, "Model soups": fine-tuned from one start, networks lie in one basin, and the
mean of their weights is better than either and costs nothing to run. Chosen on dev (docs/log.md).
"""

from __future__ import annotations

import argparse

import torch
from safetensors.torch import load_file, save_file
from train import RUNS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--names", default="student,student2")
    parser.add_argument("--output", default="soup")
    options = parser.parse_args()
    weights = [load_file(RUNS / name / "net.safetensors") for name in options.names.split(",")]
    mean = {name: torch.stack([each[name] for each in weights]).mean(0) for name in weights[0]}
    (RUNS / options.output).mkdir(parents=True, exist_ok=True)
    save_file(mean, RUNS / options.output / "net.safetensors")


if __name__ == "__main__":
    main()

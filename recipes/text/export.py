"""Quantize the trained network to int8 ONNX, then calibrate what ships.

    python recipes/text/export.py --name student [--output src/affekt/models/text/weights]

SmoothQuant's alpha is the one whose logits stay closest to the float32 network's on training texts:
no label is looked at.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from data import load_pool
from fit import fit, write_folder
from safetensors.torch import load_file
from train import RUNS, predict

from affekt.inference.encoder import EncoderNetwork
from affekt.models.text.net import TextNet
from affekt.training.batches import length_batches, pad
from affekt.training.export import activation_ranges, export_encoder

ALPHAS = (0.6, 0.7, 0.8)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--name", default="soup")
    parser.add_argument("--output", type=Path, default=Path("src/affekt/models/text/weights"))
    parser.add_argument("--texts", type=int, default=1024, help="training texts the ranges are taken from")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(options.threads)

    net = TextNet()
    net.load_state_dict(load_file(RUNS / options.name / "net.safetensors"))
    pool = load_pool()
    drawn = np.random.default_rng(0).permutation(len(pool.ids))
    seen, unseen = ([pool.ids[i] for i in part] for part in (drawn[: options.texts], drawn[options.texts :][:512]))
    exact = predict(net, unseen)[0]

    path = options.output / "model.onnx"
    errors = {}
    for alpha in ALPHAS:
        export(net, path, seen, alpha)
        logits = EncoderNetwork(path, threads=options.threads, device="cpu").run(
            [ids[1:-1] for ids in unseen], batch_size=64
        )
        errors[alpha] = float(np.abs(logits.labels - exact).mean())
        print(f"alpha {alpha}: mean logit error {errors[alpha]:.4f}", flush=True)
    export(net, path, seen, min(errors, key=errors.__getitem__))
    write_folder(options.output, fit(EncoderNetwork(path, threads=options.threads, device="cpu"), pool), tokenizer=True)


def export(net: TextNet, path: Path, texts: list[list[int]], alpha: float) -> None:
    batches = [pad([texts[i] for i in b]) for b in length_batches([len(ids) for ids in texts], size=64, seed=0)]
    export_encoder(net, path, ranges=activation_ranges(net, batches, smoothing=alpha))


if __name__ == "__main__":
    main()

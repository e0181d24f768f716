"""What is fitted after training, the same way for both models: calibration, thresholds, interval widths.

    python recipes/text/fit.py       # again for both shipped models, without training

All of it on GoEmotions' dev split and on the slice of EmoBank's train whose documents training left out.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
from data import Pool, encoder_folder, load_pool

from affekt.affect.convert import convert_probabilities
from affekt.affect.spaces import find_space
from affekt.inference.text import Network
from affekt.training.calibration import fit_interval_scale, fit_platt
from affekt.training.thresholds import choose_smoothing, fit_thresholds

# Spaces a reading rolls up into with thresholds of their own; exclusive ones take the most probable.
ROLLED = ("goemotions", "ekman", "goemotions-sentiment", "plutchik", "parrott")


def fit(network: Network, pool: Pool) -> dict[str, object]:
    """The content of `fit.json` for a network as it ships (quantized)."""
    raw = network.run([ids[1:-1] for ids in pool.dev_ids], batch_size=64)
    platt = fit_platt(pool.dev_labels, raw.labels)
    probabilities = 1 / (1 + np.exp(-(raw.labels * platt.scale + platt.shift)))
    source, thresholds = find_space("goemotions"), {}
    for name in ROLLED:
        space = find_space(name)
        truth = convert_probabilities(pool.dev_labels, source, space) >= 0.5
        rolled = convert_probabilities(probabilities, source, space)
        # How much to smooth is chosen by cross-validation inside dev: a network wants more than a bag of words.
        thresholds[name] = fit_thresholds(truth, rolled, **choose_smoothing(truth, rolled)._asdict())
    vad = network.run([ids[1:-1] for ids in pool.tune_ids], batch_size=64).vad
    mean, sd = np.clip(vad[:, :3], -1, 1), np.exp(0.5 * vad[:, 3:])
    factors = [fit_interval_scale(pool.tune_vad[:, k], mean[:, k], sd[:, k], coverage=0.9) for k in range(3)]
    return {
        "scale": rounded(platt.scale),
        "shift": rounded(platt.shift),
        "sd_factor": rounded(factors),
        "thresholds": {name: rounded(values) for name, values in thresholds.items()},
    }


def rounded(values: object) -> list[float]:
    return [round(float(value), 6) for value in np.asarray(values)]


def write_folder(folder: Path, fitted: dict[str, object], *, tokenizer: bool) -> None:
    """Write `fit.json` (and the tokenizer) beside the weights and print the sha256 lines of the card."""
    (folder / "fit.json").write_text(json.dumps(fitted, indent=1) + "\n")
    if tokenizer:
        shutil.copyfile(encoder_folder() / "tokenizer.json", folder / "tokenizer.json")
    for path in sorted(folder.iterdir()):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        print(f'        "{path.name}": "{digest}",  # {path.stat().st_size:,} bytes')


def main() -> None:
    from affekt.inference.encoder import EncoderNetwork
    from affekt.inference.static import StaticNetwork

    pool, models = load_pool(), Path("src/affekt/models")
    text = models / "text/weights"
    write_folder(text, fit(EncoderNetwork(text / "model.onnx", threads=None, device="cpu"), pool), tokenizer=True)
    nano = models / "text_nano/weights"
    write_folder(nano, fit(StaticNetwork.load(nano / "model.npz"), pool), tokenizer=False)


if __name__ == "__main__":
    main()

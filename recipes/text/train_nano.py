"""Distil `text` into `text-nano`: static embeddings that say what the transformer would have said.

    python recipes/text/train_nano.py

The teacher reads every text once (cached in `runs/text/nano/`), random stretches of them too, so
that the student meets each phrase in several surroundings. GoEmotions' own labels, EmoBank's and
the Glasgow norms' VAD are mixed in where they exist. `--smoke` takes seconds.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch
from data import Pool, load_pool, unlabelled_texts
from fit import fit, write_folder
from torch.nn import functional as F
from train import schedule

from affekt.evaluation.settings import read_settings
from affekt.inference.encoder import EncoderNetwork
from affekt.inference.static import StaticNetwork
from affekt.models.text_nano.net import NanoNet, NanoNetConfig
from affekt.training.batches import length_batches, pad
from affekt.training.checkpoints import Checkpoint
from affekt.training.export import save_nano
from affekt.training.losses import soft_binary_cross_entropy

RUNS = Path("runs/text/nano")
TEACHER = Path("src/affekt/models/text/weights/model.onnx")
OUTPUT = Path("src/affekt/models/text_nano/weights")


@dataclass(frozen=True)
class Config:
    seed: int = 0
    epochs: int = 12
    batch_size: int = 256
    learning_rate: float = 2e-3
    weight_decay: float = 1e-4
    label_share: float = 0.3
    vad_weight: float = 20.0
    stretches: int = 1
    width: int = 192
    hidden: int = 128
    features: int = 192
    dropout: float = 0.2
    threads: int = 2
    smoke: int = 0


@dataclass(frozen=True)
class Lessons:
    """ids: piece ids (text); labels: float32 (text, 28); vad: float32 (text, 6); intensity: float32 (text, 5)."""

    ids: list[list[int]]
    labels: np.ndarray
    vad: np.ndarray
    intensity: np.ndarray


def main() -> None:
    config = parse()
    torch.manual_seed(config.seed)
    torch.set_num_threads(config.threads)
    pool = load_pool(smoke=bool(config.smoke))
    lessons = teach(pool, config)
    net = NanoNet(
        NanoNetConfig(width=config.width, hidden=config.hidden, features=config.features, dropout=config.dropout)
    )
    start_tokens(net)
    optimizer = torch.optim.AdamW(
        net.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay, fused=True
    )
    lengths = np.array([len(ids) for ids in lessons.ids])
    per_epoch = -(-len(lengths) // config.batch_size)
    checkpoint = Checkpoint(RUNS / f"checkpoint-{config.seed}.pt")
    first = 0
    if state := checkpoint.load():
        net.load_state_dict(state["net"])
        optimizer.load_state_dict(state["optimizer"])
        first = state["epoch"]
        print(f"resumed after epoch {first}")
    net.train()
    for epoch in range(first, config.epochs):
        losses = []
        for i, batch in enumerate(length_batches(lengths, size=config.batch_size, seed=1000 * config.seed + epoch)):
            optimizer.param_groups[0]["lr"] = config.learning_rate * schedule(
                epoch * per_epoch + i, config.epochs * per_epoch, 0.05
            )
            loss = lesson_loss(net, lessons, batch, config)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        if checkpoint.due():
            checkpoint.save({"net": net.state_dict(), "optimizer": optimizer.state_dict(), "epoch": epoch + 1})
        print(f"epoch {epoch + 1}: loss {np.mean(losses):.4f} {json.dumps(dev_scores(net, pool))}", flush=True)
    output = RUNS / "smoke" if config.smoke else OUTPUT
    save_nano(net, output / "model.npz")
    write_folder(output, fit(StaticNetwork.load(output / "model.npz"), pool), tokenizer=False)
    (RUNS / "config.json").write_text(json.dumps(asdict(config), indent=2) + "\n")
    checkpoint.path.unlink(missing_ok=True)


def parse() -> Config:
    config = read_settings(Config, __doc__)
    return replace(config, epochs=1) if config.smoke else config


def teach(pool: Pool, config: Config) -> Lessons:
    """The teacher's answers to every text, mixed with people's where people answered."""
    texts = [ids[1:-1] for ids in pool.ids] + ([] if config.smoke else unlabelled_texts())
    random = np.random.default_rng(5)
    for _ in range(config.stretches):
        texts += [stretch(text, random) for text in texts[: len(pool.ids)] if len(text) >= 8]
    teacher = hashlib.sha256(TEACHER.read_bytes()).hexdigest()[:12]
    kept = RUNS / f"teacher-{teacher}-{len(texts)}.npz"
    if kept.exists():
        with np.load(kept) as answers:
            labels, vad, intensity = answers["labels"], answers["vad"], answers["intensity"]
    else:
        RUNS.mkdir(parents=True, exist_ok=True)
        answers = EncoderNetwork(TEACHER, threads=config.threads, device="cpu").run(texts, batch_size=64)
        labels, vad, intensity = (sigmoid(answers.labels), answers.vad, sigmoid(answers.intensity))
        np.savez(kept, labels=labels, vad=vad, intensity=intensity)
    people = np.flatnonzero(pool.has_labels)
    labels[people] = (1 - config.label_share) * labels[people] + config.label_share * pool.labels[people]
    people = np.flatnonzero(pool.has_vad | pool.is_word)
    vad[people, :3] = (1 - config.label_share) * vad[people, :3] + config.label_share * pool.vad[people]
    return Lessons(texts, labels, vad, intensity)


def stretch(text: list[int], random: np.random.Generator) -> list[int]:
    """A random run of a text's pieces, a third to three quarters of it."""
    length = int(len(text) * random.uniform(0.33, 0.75))
    start = int(random.integers(0, len(text) - length + 1))
    return text[start : start + length]


def start_tokens(net: NanoNet) -> None:
    """Begin at the principal components of the teacher's own token table: kin words start as neighbours."""
    from data import encoder_folder
    from safetensors.torch import load_file

    table = load_file(encoder_folder() / "model.safetensors")["embeddings.word_embeddings.weight"]
    table = table - table.mean(0)
    components = torch.linalg.eigh(table.T @ table).eigenvectors.flip(1)[:, : net.config.width]
    start = table @ components
    with torch.no_grad():
        net.tokens.weight.copy_(0.1 * start / start.std())
        net.tokens.weight[0] = 0


def lesson_loss(net: NanoNet, lessons: Lessons, batch: np.ndarray, config: Config) -> torch.Tensor:
    labels, vad, intensity = net(torch.from_numpy(pad([lessons.ids[i] for i in batch])))
    loss = soft_binary_cross_entropy(labels, torch.from_numpy(lessons.labels[batch]))
    target = torch.from_numpy(lessons.vad[batch])
    loss = (
        loss + config.vad_weight * F.mse_loss(vad[:, :3], target[:, :3]) + 0.1 * F.mse_loss(vad[:, 3:], target[:, 3:])
    )
    return loss + F.mse_loss(torch.sigmoid(intensity), torch.from_numpy(lessons.intensity[batch]))


def dev_scores(net: NanoNet, pool: Pool) -> dict[str, float]:
    from sklearn.metrics import average_precision_score

    net.eval()
    with torch.no_grad():
        logits = np.concatenate(
            [
                net(torch.from_numpy(pad([ids[1:-1] for ids in pool.dev_ids[i : i + 256]])))[0].numpy()
                for i in range(0, len(pool.dev_ids), 256)
            ]
        )
        vad = np.concatenate([net(torch.from_numpy(pad([ids[1:-1]])))[1].numpy() for ids in pool.tune_ids])
    net.train()
    precision = [average_precision_score(pool.dev_labels[:, k], logits[:, k]) for k in range(28)]
    r = [np.corrcoef(vad[:, k], pool.tune_vad[:, k])[0, 1] for k in range(3)]
    return {
        name: round(float(x), 4) for name, x in {"map": np.mean(precision), "v": r[0], "a": r[1], "d": r[2]}.items()
    }


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


if __name__ == "__main__":
    main()

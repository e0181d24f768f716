"""Train the `text` network: one encoder, three heads, one pool of corpora.

    python recipes/text/train.py --name fold0 --fold 0      # a teacher that never saw a third of GoEmotions
    python recipes/text/train.py --name student --soft runs/text/soft.npz

A run saves a checkpoint every five minutes; the same command resumes it. `--smoke` trains a tiny
network on a slice for a few seconds.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch
from data import Pool, load_pool
from safetensors.torch import load_file, save_file
from torch import Tensor

from affekt.evaluation.settings import read_settings
from affekt.inference.tokens import END, START
from affekt.layers.text_encoder import load_bert
from affekt.models.text.net import TextNet, TextNetConfig
from affekt.training.batches import length_batches, pad
from affekt.training.checkpoints import Checkpoint
from affekt.training.losses import mean_and_variance_loss, soft_binary_cross_entropy

RUNS = Path("runs/text")


@dataclass(frozen=True)
class Config:
    name: str = "student"
    seed: int = 0
    epochs: int = 4
    batch_size: int = 48
    learning_rate: float = 1.5e-4
    layer_decay: float = 0.9
    head_factor: float = 5.0
    weight_decay: float = 0.01
    warmup: float = 0.06
    dropout: float = 0.1
    masked: float = 0.0
    train_embeddings: int = 1
    vad_weight: float = 40.0
    word_weight: float = 0.15
    intensity_weight: float = 3.0
    fold: int = -1
    start: str = ""
    soft: str = ""
    soft_share: float = 0.5
    threads: int = 2
    smoke: int = 0


def main() -> None:
    config = parse()
    torch.manual_seed(config.seed)
    torch.set_num_threads(config.threads)
    pool = load_pool(fold=config.fold, soft=config.soft, soft_share=config.soft_share, smoke=bool(config.smoke))
    net = build(config, pool)
    optimizer = torch.optim.AdamW(parameter_groups(net, config), fused=True)
    lengths = np.array([len(ids) for ids in pool.ids])
    steps = config.epochs * -(-len(lengths) // config.batch_size)
    checkpoint = Checkpoint(RUNS / config.name / "checkpoint.pt")
    step = done_epochs = 0
    if state := checkpoint.load():
        net.load_state_dict(state["net"])
        optimizer.load_state_dict(state["optimizer"])
        torch.set_rng_state(state["rng"])
        step, done_epochs = state["step"], state["epoch"]
        print(f"resumed at step {step}/{steps}")

    started, history = time.monotonic(), []
    net.train()
    for epoch in range(done_epochs, config.epochs):
        first = epoch * -(-len(lengths) // config.batch_size)
        order = length_batches(lengths, size=config.batch_size, seed=1000 * config.seed + epoch)
        for position, batch in enumerate(order):
            if first + position < step:
                continue
            for group in optimizer.param_groups:
                group["lr"] = group["peak"] * schedule(step, steps, config.warmup)
            with torch.autocast("cpu", torch.bfloat16):
                outputs = net(mask_some(torch.from_numpy(pad([pool.ids[i] for i in batch])), config.masked))
            loss = total_loss(outputs, pool, batch, config)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            step += 1
            history.append(loss.item())
            if step % 200 == 0:
                print(
                    f"step {step}/{steps}  loss {np.mean(history[-200:]):.4f}  {time.monotonic() - started:.0f} s",
                    flush=True,
                )
            if checkpoint.due():
                checkpoint.save(snapshot(net, optimizer, step, epoch))
        print(f"epoch {epoch + 1}: {json.dumps(dev_scores(net, pool))}", flush=True)
    finish(net, pool, config)


def parse() -> Config:
    config = read_settings(Config, __doc__)
    return replace(config, epochs=1, name=f"smoke-{config.name}") if config.smoke else config


def build(config: Config, pool: Pool) -> TextNet:
    """The published MiniLM encoder, with label biases at the training prior so that rare labels start rare."""
    net = TextNet(TextNetConfig(dropout=config.dropout, layers=1 if config.smoke else 6))
    load_bert(net, load_file(pool.encoder / "model.safetensors"))
    with torch.no_grad():
        prior = torch.from_numpy(pool.labels[pool.has_labels].mean(0)).clamp(1e-4, 1 - 1e-4)
        net.labels.bias.copy_(torch.logit(prior))
    if config.start:
        net.load_state_dict(load_file(RUNS / config.start / "net.safetensors"))
    net.tokens.weight.requires_grad_(bool(config.train_embeddings))
    return net


def mask_some(ids: Tensor, share: float) -> Tensor:
    """Leave out a share of the pieces, at random, never [CLS] and [SEP]: no text is seen twice alike, and the
    network learns what a masked piece is, which is how evidence is asked for."""
    if not share:
        return ids
    lost = (torch.rand(ids.shape) < share) & (ids != START) & (ids != END)
    return ids.masked_fill(lost, 0)


def parameter_groups(net: TextNet, config: Config) -> list[dict]:
    """One group a parameter: lower layers learn slower, heads faster, vectors are not decayed."""
    groups = []
    for name, parameter in net.named_parameters():
        if not parameter.requires_grad:
            continue
        room, *rest = name.split(".")
        if room == "layers":
            rate = config.learning_rate * config.layer_decay ** (net.config.layers - 1 - int(rest[0]))
        elif room in ("labels", "vad", "intensity"):
            rate = config.learning_rate * config.head_factor
        else:
            rate = config.learning_rate * config.layer_decay**net.config.layers
        decay = config.weight_decay if parameter.ndim > 1 else 0.0
        groups.append({"params": [parameter], "lr": rate, "peak": rate, "weight_decay": decay})
    return groups


def schedule(step: int, steps: int, warmup: float) -> float:
    """Linear up over the first `warmup` of the steps, linear down to zero after."""
    done = step / steps
    return min(1.0, (done + 1 / steps) / warmup, (1 - done) / (1 - warmup))


def total_loss(outputs: tuple[Tensor, Tensor, Tensor], pool: Pool, batch: np.ndarray, config: Config) -> Tensor:
    """Each item counts once, with the loss of whichever heads its corpus has answers for."""
    label_logits, vad, intensity = (output.float() for output in outputs)
    loss = torch.zeros(())
    if (rows := np.flatnonzero(pool.has_labels[batch])).size:
        target = torch.from_numpy(pool.labels[batch[rows]])
        loss = loss + len(rows) * soft_binary_cross_entropy(label_logits[rows], target)
    for mask, weight in ((pool.has_vad, 1.0), (pool.is_word, config.word_weight)):
        if (rows := np.flatnonzero(mask[batch])).size:
            target = torch.from_numpy(pool.vad[batch[rows]])
            part = mean_and_variance_loss(vad[rows, :3], vad[rows, 3:], target, variance_weight=0.005)
            loss = loss + len(rows) * weight * config.vad_weight * part
    if (rows := np.flatnonzero(pool.has_intensity[batch])).size:
        target = torch.from_numpy(pool.intensity[batch[rows]])
        squared = (torch.sigmoid(intensity[rows]) - target).square().sum(1).mean()
        loss = loss + len(rows) * config.intensity_weight * squared
    return loss / len(batch)


def snapshot(net: TextNet, optimizer: torch.optim.Optimizer, step: int, epoch: int) -> dict:
    return {
        "net": net.state_dict(),
        "optimizer": optimizer.state_dict(),
        "rng": torch.get_rng_state(),
        "step": step,
        "epoch": epoch,
    }


def predict(net: TextNet, ids: list[list[int]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Label logits, VAD with log-variance, intensity logits, in the order of `ids`."""
    net.eval()
    outputs = [np.zeros((len(ids), width), np.float32) for width in (28, 6, 5)]
    order = np.argsort([len(text) for text in ids])
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        for start in range(0, len(order), 128):
            rows = order[start : start + 128]
            for output, answer in zip(outputs, net(torch.from_numpy(pad([ids[i] for i in rows]))), strict=True):
                output[rows] = answer.float().numpy()
    net.train()
    return outputs[0], outputs[1], outputs[2]


def dev_scores(net: TextNet, pool: Pool) -> dict[str, float]:
    """What can be watched without thresholds: mean average precision, cross-entropy, Pearson r."""
    from sklearn.metrics import average_precision_score

    logits = predict(net, pool.dev_ids)[0]
    vad = predict(net, pool.tune_ids)[1]
    entropy = np.logaddexp(0, logits) - pool.dev_labels * logits
    correlation = [np.corrcoef(vad[:, k], pool.tune_vad[:, k])[0, 1] for k in range(3)]
    precision = [average_precision_score(pool.dev_labels[:, k], logits[:, k]) for k in range(28)]
    scores = {
        "map": np.mean(precision),
        "bce": entropy.mean(),
        "v": correlation[0],
        "a": correlation[1],
        "d": correlation[2],
    }
    return {name: round(float(value), 4) for name, value in scores.items()}


def finish(net: TextNet, pool: Pool, config: Config) -> None:
    """Leave the weights, the settings, and the logits later stages need."""
    folder = RUNS / config.name
    folder.mkdir(parents=True, exist_ok=True)
    save_file(net.state_dict(), folder / "net.safetensors")
    (folder / "config.json").write_text(json.dumps(asdict(config), indent=2) + "\n")
    held = predict(net, pool.held_ids)[0] if pool.held_ids else np.zeros((0, 28), np.float32)
    np.savez(folder / "logits.npz", held=pool.held, held_logits=held, dev_logits=predict(net, pool.dev_ids)[0])
    (folder / "checkpoint.pt").unlink(missing_ok=True)


if __name__ == "__main__":
    main()

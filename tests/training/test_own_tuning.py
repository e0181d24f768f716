"""Fine-tuning on a table of one's own: what is written reads as what was trained, and a kill loses nothing."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from safetensors.torch import save_file

import affekt
from affekt.cli import affekt as program
from affekt.evaluation.own_model import TrainOptions, train
from affekt.evaluation.own_table import Asked
from affekt.inference.own_encoder import OwnEncoder
from affekt.inference.text import open_reader
from affekt.layers.text_encoder import TextEncoder
from affekt.models.index import find_model
from affekt.training.export import export_encoder
from affekt.training.fine_tuning import Plan
from affekt.training.frozen_head import HeadTargets
from affekt.training.own_tuning import OwnNet, dev_score
from affekt.training.starting import open_encoder
from affekt.training.text_network import answer

WIDTH = 32
SAID = {
    "joy": ("lovely", "wonderful", "happy"),
    "anger": ("awful", "furious", "hate"),
    "calm": ("box", "table", "list"),
}
PLACES = ("garden", "office", "street", "kitchen", "station", "market", "school", "harbour")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """A BERT-style checkpoint of one layer, with the tokenizer of `text`."""
    folder = tmp_path_factory.mktemp("tiny")
    torch.manual_seed(0)
    parts = {"embeddings.word_embeddings": (30522, WIDTH), "embeddings.position_embeddings": (140, WIDTH)}
    parts |= {"embeddings.token_type_embeddings": (2, WIDTH)}
    state = {f"{name}.weight": 0.3 * torch.randn(shape) for name, shape in parts.items()}
    layer = "encoder.layer.0"
    shapes = {f"{layer}.attention.self.{name}": (WIDTH, WIDTH) for name in ("query", "key", "value")}
    shapes |= {f"{layer}.attention.output.dense": (WIDTH, WIDTH), f"{layer}.intermediate.dense": (64, WIDTH)}
    shapes |= {f"{layer}.output.dense": (WIDTH, 64)}
    for name, (out, into) in shapes.items():
        state |= {f"{name}.weight": 0.1 * torch.randn(out, into), f"{name}.bias": torch.zeros(out)}
    for name in ("embeddings.LayerNorm", f"{layer}.attention.output.LayerNorm", f"{layer}.output.LayerNorm"):
        state |= {f"{name}.weight": torch.ones(WIDTH), f"{name}.bias": torch.zeros(WIDTH)}
    save_file(state, folder / "model.safetensors")
    config = {"vocab_size": 30522, "max_position_embeddings": 140, "hidden_size": WIDTH, "num_hidden_layers": 1}
    config |= {"num_attention_heads": 2, "intermediate_size": 64}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (folder / "tokenizer.json").write_bytes((find_model("text").folder / "tokenizer.json").read_bytes())
    return folder


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    path = tmp_path_factory.mktemp("table") / "toy.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "feeling", "level"])
        for label, words in SAID.items():
            for word in words:
                for place in PLACES:
                    writer.writerow([f"{word} {place}", label, {"anger": 1, "calm": 2, "joy": 3}[label]])
    return path


def quick(base, **options):
    plan = Plan(epochs=6, batch=8, learning_rate=1e-2, patience=6)
    return TrainOptions(base=str(base), method="fine-tune", plan=plan, resamples=50, contrast=False, **options)


def test_what_is_written_answers_as_the_network_does(tiny, tmp_path):
    torch.manual_seed(1)
    start = open_encoder(str(tiny))
    net = OwnNet(start, 4, "ordinal").eval()
    with torch.no_grad():
        net.cuts.copy_(torch.tensor([2.0, 1.0, -1.0, -2.0]))
    assert isinstance(start.encoder, TextEncoder)
    export_encoder(start.encoder, tmp_path / "model.onnx", ranges=None, heads={"answers": net.linear()})
    start.tokenizer.save(str(tmp_path / "tokenizer.json"))
    reading = {"lower": start.lower, "shift": start.shift, "window": 16}
    texts = ["A lovely garden!", "", "I hate the office and all that is in it"]
    found = OwnEncoder.load(tmp_path, reading, threads=1, device="cpu").run(texts)
    said = answer(net, start.encode([text for text in texts if text]))
    np.testing.assert_allclose(found.answers[[0, 2]], said, atol=2e-2)
    assert found.answers.shape == (3, 4) and (found.answers[1] == 0).all() and found.pieces[1] == []
    long = OwnEncoder.load(tmp_path, reading, threads=1, device="cpu").run([" ".join(["garden"] * 14 + ["office"] * 7)])
    parts = answer(net, start.encode([" ".join(["garden"] * 14), " ".join(["office"] * 7)]))
    np.testing.assert_allclose(long.answers[0], (14 * parts[0] + 7 * parts[1]) / 21, atol=2e-2)


def test_a_fine_tuned_model_is_read_without_its_network(tiny, table, tmp_path):
    heard = []
    asked = Asked(str(table), labels=("feeling",), text="text")
    made = train(asked, tmp_path / "tuned", quick(tiny), heard.append)
    names = sorted(path.name for path in (tmp_path / "tuned").iterdir())
    assert names == ["card.json", "fit.json", "model.onnx", "report.html", "tokenizer.json"]
    assert made.card["method"] == "fine-tune" and made.card["fitted"]["weights"] in ("int8", "float32")
    assert made.scores.test.scores["accuracy"].value > 0.8
    assert any(step.doing == "scoring" for step in heard)
    assert affekt.analyze("furious market", model=tmp_path / "tuned").overall.labels == ("anger",)
    reader = open_reader(find_model(tmp_path / "tuned"))
    assert np.isnan(reader.estimate(["lovely"]).vad).all() and not reader.estimate(["lovely"]).empty.any()


def test_a_head_on_an_encoder_that_stays_as_it_is(tiny, table, tmp_path):
    asked = Asked(str(table), labels=("level",), text="text", kind="ordinal", levels=("1", "2", "3"))
    options = TrainOptions(base=str(tiny), method="frozen", resamples=50, contrast=False)
    made = train(asked, tmp_path / "head", options)
    assert made.card["runtime"] == "encoder" and made.card["kind"] == "ordinal"
    assert made.scores.first == "qwk" and made.scores.test.scores["qwk"].value > 0.3


def test_dimensions_alone_are_shown_without_labels(tiny, tmp_path, monkeypatch):
    path = tmp_path / "numbers.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "valence", "arousal", "dominance"])
        for value, words in ((8, SAID["joy"]), (2, SAID["anger"]), (5, SAID["calm"])):
            writer.writerows(
                (f"{word} {place}", value, 5 + abs(value - 5), value) for word in words for place in PLACES
            )
    three = ("valence", "arousal", "dominance")
    made = train(Asked(str(path), labels=three, scale={"": (1, 9)}), tmp_path / "vad", quick(tiny))
    assert made.card["space"]["labels"] == [] and made.scores.test.scores["pearson:valence"].value > 0.5
    monkeypatch.setenv("FORCE_COLOR", "1")
    many = "A lovely garden it was, as we had hoped. " * 8
    for text in ("lovely garden", many):
        shown = CliRunner().invoke(program, ["analyze", text, "--model", str(tmp_path / "vad"), "--text"])
        assert shown.exit_code == 0 and "valence" in shown.output, shown.output
    command = ["annotate", path, "--column", "text", "--model", tmp_path / "vad", "--prefix", "a_", "--quiet"]
    found = CliRunner().invoke(program, list(map(str, [*command, "-o", tmp_path / "out.csv"])))
    assert found.exit_code == 0, found.output


@pytest.mark.slow
def test_a_killed_run_goes_on_and_ends_as_it_would_have(tiny, table, tmp_path):
    command = [sys.executable, "-m", "affekt", "train", table, "--labels", "feeling", "--base", tiny, "--method"]
    command += ["fine-tune", "--epochs", "30", "--batch-size", "2", "--checkpoint-every", "0.2", "--quiet", "--json"]
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "env": {**os.environ}}
    killed = subprocess.Popen([*command, "-o", tmp_path / "killed"], **options)
    checkpoint = tmp_path / "killed.partial/checkpoint.pt"
    until = time.monotonic() + 200
    while not checkpoint.exists() and time.monotonic() < until:
        time.sleep(0.02)
        assert killed.poll() is None, killed.stderr.read()
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    assert checkpoint.exists() and not (tmp_path / "killed").exists()
    step = torch.load(checkpoint, weights_only=True)["step"]
    assert 0 < step < 30 * 27
    again = subprocess.run([*command, "-o", tmp_path / "killed"], check=False, **options)
    assert again.returncode == 0, again.stderr
    whole = subprocess.run([*command, "-o", tmp_path / "whole"], check=False, **options)
    assert whole.returncode == 0, whole.stderr
    first, second = json.loads(again.stdout), json.loads(whole.stdout)
    assert first["fitted"]["dev_loss"] == second["fitted"]["dev_loss"]
    assert first["files"]["model.onnx"] == second["files"]["model.onnx"]


def test_scores_on_dev_are_best_for_the_truth():
    random = np.random.default_rng(0)
    one = np.eye(3)[random.integers(0, 3, 60)]
    above = (random.integers(0, 4, 60)[:, None] > np.arange(3)).astype(float)
    sure = np.ones((60, 3), bool)
    for targets in (
        HeadTargets("exclusive", one, sure),
        HeadTargets("multi-label", one, sure),
        HeadTargets("ordinal", above, sure),
        HeadTargets("dimensional", random.normal(size=(60, 3)), sure),
    ):
        best = dev_score(targets.values * 2 - 1, targets)
        assert best == pytest.approx(1.0)
        assert dev_score(random.normal(size=(60, 3)), targets) < best - 0.2

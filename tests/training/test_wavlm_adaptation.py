"""Policies are configuration: each changes exactly the parameters it names, in ours and in WavLM."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from planted_speech import planted

from affekt.errors import InputError, UnknownNameError
from affekt.layers.hub_speech import HubEncoder
from affekt.layers.speech_classifier import changed
from affekt.layers.speech_encoder import SpeechEncoder, speech_size
from affekt.models.wavlm_adaptation.net import AdaptedNet
from affekt.training.fine_tuning import Plan, parameter_groups
from affekt.training.speech.lesson import Lesson
from affekt.training.speech.policies import POLICIES, Policy, apply_policy, find_policy, layer_of
from affekt.training.speech.wavlm_adaptation import Config, sentence_vectors, teach


def ours() -> Any:
    torch.manual_seed(0)
    return SpeechEncoder(speech_size("tiny"))


def wavlm() -> Any:
    from transformers import WavLMConfig, WavLMModel

    torch.manual_seed(0)
    return HubEncoder(
        WavLMModel(
            WavLMConfig(
                **{"hidden_size": 16, "num_hidden_layers": 3, "num_attention_heads": 2, "intermediate_size": 32},
                **{"conv_dim": (8,) * 7, "num_conv_pos_embeddings": 8, "num_conv_pos_embedding_groups": 2},
                **{"mask_time_prob": 0.0, "num_buckets": 8},
            )
        )
    )


@pytest.mark.parametrize("make", [ours, wavlm])
@pytest.mark.parametrize("name", [*POLICIES, "last-1"])
def test_each_policy_changes_exactly_the_intended_parameters(make: Callable[[], Any], name: str) -> None:
    policy = find_policy(name)
    trunk = make()
    apply_policy(trunk, policy)
    net = AdaptedNet(trunk, 3, sex=policy.sex, text_width=5 if policy.text else 0)
    before = {key: value.detach().clone() for key, value in net.named_parameters()}
    plan = Plan(learning_rate=1e-2, layer_decay=policy.layer_decay, head_factor=policy.head_factor, weight_decay=0.1)
    optimizer = torch.optim.AdamW(parameter_groups(net, plan))
    inputs, time = (1, 3000) if trunk.view == "wave" else (64, 40)
    present = torch.ones(4, time, dtype=torch.bool)
    for step in range(2):  # The text's first step moves only its own zeros.
        torch.manual_seed(step)
        said = net.told(torch.randn(4, time, inputs), present, torch.randn(4, 5) if policy.text else None)
        loss = said.labels.square().mean() + (said.sex.square().mean() if said.sex is not None else 0)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    moved = changed(before, net)
    depth = trunk.depth
    lowest = {"last": depth - policy.last, "layers": 0, "all": 0}.get(policy.reach, depth)
    for key in before:
        place = layer_of(key) if key.startswith("trunk.") else None
        if not key.startswith("trunk."):
            intended = True
        elif place is not None:
            intended = place >= lowest
        else:
            intended = policy.reach == "all" and "masked" not in key  # Nothing was masked.
        if intended and key not in moved:
            gradient = dict(net.named_parameters())[key].grad
            assert gradient is None or not gradient.any(), key  # It is of no consequence here.
        assert intended or key not in moved, key
    assert ("sex_head.weight" in moved) == policy.sex and ("text_project.weight" in moved) == policy.text
    assert any(layer_of(key) == depth - 1 for key in moved if key.startswith("trunk.")) == (policy.reach != "frozen")


def test_lower_layers_learn_slower_and_heads_faster() -> None:
    trunk = ours()
    policy = Policy("all", layer_decay=0.5, head_factor=4.0)
    apply_policy(trunk, policy)
    net = AdaptedNet(trunk, 3)
    plan = Plan(learning_rate=1.0, layer_decay=policy.layer_decay, head_factor=policy.head_factor)
    names = [name for name, parameter in net.named_parameters() if parameter.requires_grad]
    rates = dict(zip(names, (group["lr"] for group in parameter_groups(net, plan)), strict=True))
    assert rates["trunk.layers.1.qkv.weight"] == 1.0 and rates["trunk.layers.0.qkv.weight"] == 0.5
    assert rates["trunk.front.0.weight"] == 0.25 and rates["head.weight"] == 4.0


def test_text_changes_nothing_before_it_is_learned() -> None:
    net = AdaptedNet(ours(), 3, text_width=5).eval()
    x, present = torch.randn(2, 40, 64), torch.ones(2, 40, dtype=torch.bool)
    assert torch.allclose(net(x, present), net(x, present, torch.randn(2, 1, 5)))


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["frozen", "sex+text"])
def test_a_policy_is_a_name_in_the_configuration(policy: str) -> None:
    clips = planted(24)
    lesson = Lesson(clips.take(clips.folds < 4), clips.take(clips.folds >= 4), smoke=True)
    taught = teach(lesson, replace(Config(upstream="fresh:tiny"), policy=policy))
    assert taught.answer(lesson.valid).shape == (len(lesson.valid), 2)


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'frozen'"):
        find_policy("frozn")
    with pytest.raises(InputError, match="has 2 layers"):
        apply_policy(ours(), Policy("last", last=3))
    with pytest.raises(InputError, match="Nothing is known of what is said"):
        sentence_vectors(["", " "])
    with pytest.raises(InputError, match="layer_decay"):
        Policy(layer_decay=0.0)


def test_the_folder_of_a_checkpoint_is_an_upstream_of_the_method(tmp_path: Path) -> None:
    from affekt.training.speech.upstreams import save_trunk

    save_trunk(ours(), tmp_path)
    clips = planted(16)
    lesson = Lesson(clips.take(clips.folds < 4), clips.take(clips.folds >= 4), smoke=True)
    assert teach(lesson, Config(upstream=str(tmp_path), policy="last-1")).parameters > 0

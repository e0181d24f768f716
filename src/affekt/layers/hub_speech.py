"""Published speech encoders of the Hugging Face hub, read as our own: clips to the states of all layers."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from affekt.errors import InputError, MissingDependencyError
from affekt.layers.speech_encoder import States

HUB_KINDS = (
    "wav2vec2",
    "wav2vec2-conformer",
    "hubert",
    "wavlm",
    "data2vec-audio",
    "unispeech",
    "unispeech-sat",
    "whisper",
)
_RATE = 16_000


class HubEncoder(nn.Module):
    """A published encoder as a `SpeechEncoder` is used: samples at 16 kHz to `States`.

    wav2vec 2.0, HuBERT, WavLM, data2vec and UniSpeech read the wave, brought to mean 0 and variance 1 where they were
    pretrained so (`normalise`); Whisper reads its own log-mel frames of 30 s, whose states past the end of a clip are
    dropped. No layer is skipped while it trains, so that the policy alone says what changes.
    """

    view = "wave"

    def __init__(self, model: nn.Module, *, normalise: bool = True, extractor: Any = None) -> None:
        super().__init__()
        config: Any = model.config
        if config.model_type not in HUB_KINDS:
            raise InputError(f"{config.model_type!r} is no speech encoder known here. Use {', '.join(HUB_KINDS)}.")
        self.kind = str(config.model_type)
        self.whisper = self.kind == "whisper"
        self.model = model.get_encoder() if self.whisper and hasattr(model, "decoder") else model  # type: ignore[operator]
        if hasattr(config, "layerdrop"):
            config.layerdrop = 0.0
        # What hides frames while these train is for pretraining and fine-tuning of speech recognition.
        config.apply_spec_augment = False
        self.normalise = normalise
        self.extractor = extractor
        if self.whisper and extractor is None:
            raise InputError("A Whisper encoder needs the feature extractor that it comes with.")
        self.width = int(config.d_model if self.whisper else config.hidden_size)
        self.depth = len(self.blocks)

    @property
    def blocks(self) -> nn.ModuleList:
        """The transformer layers, the lowest first."""
        found: nn.ModuleList = self.model.layers if self.whisper else self.model.encoder.layers  # type: ignore[assignment,union-attr]
        return found

    def forward(
        self, x: Tensor, lengths: Tensor, *, mask: Tensor | None = None, tokens: Tensor | None = None
    ) -> States:
        """Return the states of all layers.

        x: float (batch, time, 1), samples at 16 kHz; lengths: int64 (batch,), how many are there. mask: bool (batch,
        frame), frames hidden behind the encoder's own embedding; Whisper has none.
        """
        if tokens is not None:
            raise InputError("Tokens before the frames are for encoders of our own.")
        wave = x[..., 0]
        there = torch.arange(wave.shape[1], device=x.device)[None] < lengths[:, None]
        with self._caught() as caught:
            if self.whisper:
                if mask is not None:
                    raise InputError("A Whisper encoder has no embedding to hide frames behind.")
                front, frames = self._whisper(wave, lengths)
            else:
                if self.normalise:
                    wave = _normalised(wave, there)
                wave = wave.masked_fill(~there, 0.0)
                # Shorter clips than the convolutions reach make one frame.
                wave = torch.nn.functional.pad(wave, (0, max(0, 400 - wave.shape[1])))
                said: Any = self.model
                front = said.feature_extractor(wave).transpose(1, 2)
                frames = said._get_feat_extract_output_lengths(lengths.clamp_min(400)).clamp(1, front.shape[1])
                attend = torch.arange(front.shape[1], device=x.device)[None] < frames[:, None]
                projected = said.feature_projection(front)
                hidden = projected[0] if isinstance(projected, tuple) else projected
                if mask is not None:
                    hidden = torch.where(mask[..., None], said.masked_spec_embed.to(hidden.dtype), hidden)
                with warnings.catch_warnings():
                    # WavLM hands torch a mask and a bias of two types, which torch warns of and reads rightly.
                    warnings.filterwarnings("ignore", message="Support for mismatched", category=UserWarning)
                    said.encoder(hidden, attention_mask=attend)
        size = int(frames.max())
        present = torch.arange(size, device=x.device)[None] < frames[:, None]
        return States(tuple(layer[:, :size] for layer in caught), present, front[:, :size])

    def _whisper(self, wave: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        clips = [samples[: int(size)].detach().numpy() for samples, size in zip(wave, lengths, strict=True)]
        made = self.extractor(clips, sampling_rate=_RATE, return_tensors="pt", padding="max_length")["input_features"]
        model: Any = self.model
        wanted = 2 * int(model.config.max_source_positions)
        made = torch.nn.functional.pad(made, (0, max(0, wanted - made.shape[2])))[..., :wanted]
        model(made)
        per_frame = 2 * int(self.extractor.hop_length)
        frames = (-(-lengths // per_frame)).clamp(1, wanted // 2)
        return made.transpose(1, 2)[:, ::2], frames

    @contextlib.contextmanager
    def _caught(self) -> Iterator[list[Tensor]]:
        """Collect what the first layer reads and what every layer says, whatever the version of the library returns."""
        caught: list[Tensor] = []
        hooks = [
            self.blocks[0].register_forward_pre_hook(
                lambda _m, inputs, named: caught.append(inputs[0] if inputs else named["hidden_states"]),
                with_kwargs=True,
            )
        ]
        for block in self.blocks:
            hooks.append(
                block.register_forward_hook(
                    lambda _m, _i, said: caught.append(said[0] if isinstance(said, tuple) else said)
                )
            )
        try:
            yield caught
        finally:
            for hook in hooks:
                hook.remove()


def _normalised(wave: Tensor, there: Tensor) -> Tensor:
    count = there.sum(1, keepdim=True).clamp_min(1)
    mean = (wave * there).sum(1, keepdim=True) / count
    spread = ((wave - mean).square() * there).sum(1, keepdim=True) / count
    return (wave - mean) / torch.sqrt(spread + 1e-7)


def open_hub_encoder(name: str) -> tuple[HubEncoder, str]:
    """Return the encoder called `name` on the hub, or in a folder, and the licence its model card states.

    Read from the local cache where it is there, fetched otherwise unless ``HF_HUB_OFFLINE`` is set. Only safetensors
    weights are read and no code that comes with them is run. Raises `MissingDependencyError` without transformers,
    `InputError` where it cannot be had or is no speech encoder.
    """
    try:
        from transformers import AutoConfig, AutoFeatureExtractor, AutoModel
    except ModuleNotFoundError as error:
        raise MissingDependencyError(
            "Encoders of the Hugging Face hub need transformers: pip install transformers"
        ) from error
    try:
        config = AutoConfig.from_pretrained(name, trust_remote_code=False)
        if config.model_type not in HUB_KINDS:
            raise InputError(
                f"{name} is of type {config.model_type!r}, no speech encoder known here. Use one of "
                f"{', '.join(HUB_KINDS)}."
            )
        model = AutoModel.from_pretrained(name, use_safetensors=True, trust_remote_code=False)
    except (OSError, ValueError) as error:
        raise InputError(f"Cannot open {name}: {str(error).splitlines()[0][:300]}") from error
    try:
        extractor = AutoFeatureExtractor.from_pretrained(name, trust_remote_code=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError):
        extractor = None
    normalise = bool(getattr(extractor, "do_normalize", config.model_type != "whisper"))
    return HubEncoder(model, normalise=normalise, extractor=extractor), _licence(name)


def _licence(name: str) -> str:
    """Return what the model card's first lines say, or that nobody said."""
    card = Path(name) / "README.md"
    if not card.is_file():
        return "as the hub's model card of " + name + " states"
    for line in card.read_text(encoding="utf-8").splitlines()[:40]:
        if line.startswith("license:"):
            return line.partition(":")[2].strip()
    return "not stated"

"""Upstreams: whatever turns speech into features of frames, frozen, by one name and with its licence.

Yang et al. 2021, "SUPERB: Speech processing Universal PERformance Benchmark": encoders on which small networks are
trained and compared.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from affekt.corpora.clips import Clips
from affekt.errors import InputError
from affekt.layers.hub_speech import open_hub_encoder
from affekt.layers.speech_encoder import SpeechConfig, SpeechEncoder, speech_size

Floats = NDArray[np.float32]
RATE = 16_000
PLAIN = ("log-mel", "mfcc", "prosody", "functionals")
"""Upstreams that learn nothing: views of the sound, one layer."""
_OWN = "ours; the licence of what it was trained on goes with it"


@dataclass(frozen=True, slots=True, eq=False)
class Upstream:
    """Speech to features of frames.

    view: what `read` takes of each clip, (time, feature); layers, width: of what it returns. `trunk` is the network
    itself, to be trained further, where there is one. `key` changes whenever the features would.
    """

    name: str
    licence: str
    view: str
    layers: int
    width: int
    read: Callable[[Sequence[Floats]], list[Floats]]
    key: str
    trunk: nn.Module | None = None
    rate: int = RATE

    def frames(self, samples: Floats) -> Floats:
        """Return float32 (layer, frame, width) of samples float32 (time,) at `rate`."""
        from affekt.signals.views import view_of

        taken = np.asarray(samples, np.float32)
        return self.read([taken[:, None] if self.view == "wave" else view_of(self.view)(taken, self.rate)])[0]


def open_upstream(name: str, *, seed: int = 0) -> Upstream:
    """Return the upstream called `name`.

    ``fresh:SIZE``: an encoder of our own, randomly drawn by `seed` (`affekt.layers.speech_encoder.SPEECH_SIZES`); a
    folder that `save_trunk` wrote: ours, pretrained; ``hf:NAME`` or a folder with a config of the Hugging Face hub:
    wav2vec 2.0, HuBERT, WavLM, Whisper …; ``resemblyzer``: the speaker encoder that package carries; ``log-mel``,
    ``mfcc``, ``prosody``, ``functionals``: what is computed without a network. Raises `InputError` for another name,
    `MissingDependencyError` where a package is missing.
    """
    if name in PLAIN:
        return _plain(name)
    if name == "resemblyzer":
        return _resemblyzer()
    if name.startswith("fresh:"):
        torch.manual_seed(seed)
        encoder = SpeechEncoder(speech_size(name.removeprefix("fresh:")))
        return of_trunk(encoder, f"{name}:{seed}", "ours, untrained")
    folder = Path(name.removeprefix("hf:"))
    if (folder / _CONFIG).is_file():
        trunk, licence = load_trunk(folder)
        return of_trunk(trunk, name, licence)
    if name.startswith("hf:") or (folder / "config.json").is_file():
        hub, licence = open_hub_encoder(name.removeprefix("hf:"))
        return of_trunk(hub, name, licence)
    raise InputError(
        f"Unknown upstream {name!r}. Use fresh:SIZE, hf:NAME, a folder of a pretrained encoder, resemblyzer, or "
        f"{', '.join(PLAIN)}."
    )


def of_trunk(trunk: nn.Module, name: str, licence: str) -> Upstream:
    """Return the upstream that a network is: the states of all its layers, without gradients or dropout."""
    made: Any = trunk

    def read(clips: Sequence[Floats]) -> list[Floats]:
        out: list[Floats] = []
        was = trunk.training
        trunk.eval()
        with torch.no_grad():
            for clip in clips:
                given = torch.from_numpy(np.ascontiguousarray(clip, np.float32))[None]
                states = made(given, torch.tensor([given.shape[1]]))
                out.append(states.stacked()[0].numpy().astype(np.float32))
        trunk.train(was)
        return out

    told = blake2b(digest_size=6)
    for part, value in trunk.state_dict().items():
        told.update(part.encode())
        told.update(value.detach().contiguous().numpy().tobytes())
    return Upstream(name, licence, made.view, made.depth + 1, made.width, read, told.hexdigest(), trunk)


def upstream_frames(upstream: Upstream, clips: Clips, *, cache: Path | None = None) -> list[Floats]:
    """Return float32 (layer, frame, width) of each clip, kept in `cache` in half precision and taken from there."""
    if cache is None or upstream.name in PLAIN:
        return upstream.read(clips.view(upstream.view))
    told = "\0".join([upstream.key, clips.corpus, *clips.ids])
    folder = (
        cache / "upstreams" / f"{clips.corpus}-{blake2b(told.encode(), digest_size=8).hexdigest()}".replace(":", "-")
    )
    if not (folder / "starts.npy").exists():
        found = upstream.read(clips.view(upstream.view))
        folder.mkdir(parents=True, exist_ok=True)
        # (frame, layer, width) end to end, so that a clip is one stretch of the file.
        _save(folder / "values.npy", np.concatenate([each.transpose(1, 0, 2) for each in found]).astype(np.float16))
        _save(folder / "starts.npy", np.cumsum([0, *(each.shape[1] for each in found)]))
    values, starts = np.load(folder / "values.npy", mmap_mode="r"), np.load(folder / "starts.npy")
    return [np.asarray(values[a:b], np.float32).transpose(1, 0, 2) for a, b in pairwise(starts)]


def _save(path: Path, values: NDArray[Any]) -> None:
    partial = path.with_suffix(".partial.npy")
    np.save(partial, values)
    partial.replace(path)


_CONFIG, _WEIGHTS = "speech_encoder.json", "speech_encoder.safetensors"


def save_trunk(trunk: SpeechEncoder, folder: Path, *, licence: str = _OWN, about: str = "") -> None:
    """Write an encoder of our own to a folder, for `open_upstream` and `load_trunk`."""
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    state = {name: value.detach().contiguous().clone() for name, value in trunk.state_dict().items()}
    partial = folder / (_WEIGHTS + ".partial")
    save_file(state, str(partial))
    partial.replace(folder / _WEIGHTS)
    told = {"config": asdict(trunk.config), "licence": licence, "about": about}
    (folder / _CONFIG).write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")


def load_trunk(folder: Path) -> tuple[SpeechEncoder, str]:
    """Return an encoder that `save_trunk` wrote, and its licence. Raises `InputError` where it is broken."""
    from safetensors.torch import load_file

    try:
        told = json.loads((folder / _CONFIG).read_text(encoding="utf-8"))
        given: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in told["config"].items()}
        trunk = SpeechEncoder(SpeechConfig(**given))
        trunk.load_state_dict(load_file(str(folder / _WEIGHTS)))
    except (OSError, KeyError, TypeError, ValueError, RuntimeError) as error:
        raise InputError(f"{folder} holds no encoder that can be read: {error}") from error
    return trunk, str(told["licence"])


def fresh_copy(upstream: Upstream) -> nn.Module:
    """Return a copy of the network of an upstream, to be trained. Raises `InputError` where there is none."""
    from copy import deepcopy

    if upstream.trunk is None:
        raise InputError(f"{upstream.name} has no network to train: use fresh:SIZE, hf:NAME or a folder.")
    return deepcopy(upstream.trunk)


def _plain(name: str) -> Upstream:
    from affekt.signals.views import view_of

    width = view_of(name)(np.zeros(RATE, np.float32), RATE).shape[1]
    # A pitch is not there in unvoiced frames.
    read = lambda clips: [np.nan_to_num(np.asarray(clip, np.float32))[None] for clip in clips]  # noqa: E731
    return Upstream(name, "Apache-2.0", name, 1, width, read, name)


def _resemblyzer() -> Upstream:
    """The speaker encoder that Resemblyzer carries: a vector of 256 numbers for each 1.6 s, every 0.4 s."""
    from affekt.inference.voices import LearnedVoices, learned_weights

    path = learned_weights()
    voices = LearnedVoices(path)
    window, hop = round(voices.window_s * RATE), round(0.4 * RATE)

    def read(clips: Sequence[Floats]) -> list[Floats]:
        out = []
        for clip in clips:
            samples = np.pad(clip[:, 0], (0, max(0, window - len(clip))))
            # The last window reaches the end.
            starts = sorted({*range(0, len(samples) - window + 1, hop), len(samples) - window})
            out.append(voices.embed(np.stack([samples[s : s + window] for s in starts]))[None])
        return out

    key = blake2b(path.read_bytes(), digest_size=6).hexdigest()
    return Upstream("resemblyzer", "Apache-2.0", "wave", 1, 256, read, key)

"""How a model of one's own is trained: the base, the method, and what is told of where training is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from affekt.errors import InputError
from affekt.models.index import AUTO, MODELS

if TYPE_CHECKING:
    from affekt.training.fine_tuning import Plan

Method = Literal["frozen", "fine-tune"]
METHODS: tuple[Method, ...] = ("frozen", "fine-tune")
MANY = 4000
"""From so many items to learn from on, an encoder that can be fine-tuned is, unless the method is told."""


SHAPES = ("speech", "speech-nano", "wav2small")
"""What a network of speech of one's own may look like, the largest first."""


@dataclass(frozen=True, slots=True)
class TrainOptions:
    """How to train: on which `base`, by which `method` (None: by the number of items), from at most `most` items.

    `licence` is that of the data, as the user tells it; it binds what is made of them. `votes` says whether raters'
    votes are learned where there are any. `plan` is for fine-tuning, with a checkpoint every `checkpoint_s` seconds.
    `settings` go to the fitting of a frozen head. `contrast` says whether TF-IDF is scored beside the model, or of
    sound functionals with a support vector machine. Of sound `base` is the shape of the network, and `heard` may say
    other fields of its plan (`affekt.training.speech.own_net.OwnPlan`).
    """

    base: str = "text"
    method: Method | None = None
    most: int | None = None
    seed: int = 0
    name: str = ""
    licence: str = ""
    votes: bool = True
    overwrite: bool = False
    restart: bool = False
    plan: Plan | None = None
    checkpoint_s: float = 60.0
    resamples: int = 1000
    contrast: bool = True
    settings: Mapping[str, Any] = field(default_factory=dict)
    heard: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """Where training is: what is being done and, where that is known, how far and for how many seconds more."""

    doing: str
    done: float = 0.0
    seconds_left: float | None = None


Tell = Callable[[Step], None]


def method_for(base: str, items: int) -> Method:
    """Return how so many items are best learned from: few by a head, many by the whole encoder where that is ours."""
    return "fine-tune" if items >= MANY and base in ("text", "minilm") else "frozen"


def check_base(base: str, method: Method) -> None:
    """Raise `InputError` for a base that is not known, or that the method cannot be used with."""
    if base == AUTO.name:
        raise InputError("'auto' is several models: train on one of them, text or text-multi.")
    if (
        base not in MODELS
        and base not in ("minilm", "fresh")
        and not base.startswith("hf:")
        and not Path(base).is_dir()
    ):
        raise InputError(f"Unknown base {base!r}. Use {', '.join(MODELS)}, minilm, a checkpoint's folder, or hf:NAME.")
    if method == "fine-tune" and base in MODELS and MODELS[base].runtime != "onnx":
        raise InputError(
            f"{base} has no encoder that can be fine-tuned. Take --base text, minilm or hf:NAME, or --method frozen."
        )
    if method == "frozen" and base == "fresh":
        raise InputError("A fresh encoder has learned nothing that a head could read. Take --method fine-tune.")

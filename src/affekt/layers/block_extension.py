"""Each layer of a transformer twice: the first as it was, the second to be trained, added through a layer of zeros.

Amiriparian, Packań, Gerczuk & Schuller 2024, "ExHuBERT: Enhancing HuBERT Through Block Extension and Fine-Tuning on 37
Emotion Datasets", Interspeech.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from torch import Tensor, nn

from affekt.errors import InputError


class ExtendedBlock(nn.Module):
    """A layer, its copy, and a linear layer of zeros: out = first(x) + zero(second(first(x))).

    Before training it says exactly what the layer said. The first is frozen. What else the layer returns (a bias of
    positions, weights of attention) is the first's.
    """

    def __init__(self, block: nn.Module, width: int) -> None:
        super().__init__()
        self.first = block.requires_grad_(False)
        self.second = deepcopy(block).requires_grad_(True)
        self.zero = nn.Linear(width, width)
        nn.init.zeros_(self.zero.weight)
        nn.init.zeros_(self.zero.bias)

    def forward(self, hidden_states: Tensor, *further: Any, **named: Any) -> Any:
        """As the layer is called."""
        said = self.first(hidden_states, *further, **named)
        state, rest = (said[0], said[1:]) if isinstance(said, tuple) else (said, None)
        again = self.second(state, *further, **named)
        added = state + self.zero(again[0] if isinstance(again, tuple) else again)
        return added if rest is None else (added, *rest)


def extend_blocks(trunk: nn.Module) -> set[str]:
    """Extend every layer of an encoder in place, freeze all else of it, and return the names of what is trained.

    trunk: whatever has `blocks`, its layers, and `width`. Raises `InputError` where it is extended already.
    """
    made: Any = trunk
    blocks: nn.ModuleList = made.blocks
    if any(isinstance(block, ExtendedBlock) for block in blocks):
        raise InputError("The layers of this encoder are extended already.")
    trunk.requires_grad_(False)
    for place in range(len(blocks)):
        blocks[place] = ExtendedBlock(blocks[place], made.width)
    return {name for name, parameter in trunk.named_parameters() if parameter.requires_grad}

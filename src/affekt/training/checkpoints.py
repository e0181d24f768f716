"""Checkpoints: a killed run goes on where it was, with the same command."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import torch


class Checkpoint:
    """Saves a run's state to one file, at most every `every_s` seconds, atomically.

    The state is whatever mapping of tensors, numbers and strings the run hands over; it is read
    back with ``weights_only=True``, so a checkpoint from a stranger cannot run code.
    """

    def __init__(self, path: Path, *, every_s: float = 300.0) -> None:
        self.path = path
        self.every_s = every_s
        self._saved_at = time.monotonic()

    def load(self) -> dict[str, Any] | None:
        """Return the last saved state, or None if there is none."""
        if not self.path.exists():
            return None
        state: dict[str, Any] = torch.load(self.path, weights_only=True, map_location="cpu")
        return state

    def due(self) -> bool:
        """Say whether the last save is longer ago than `every_s`."""
        return time.monotonic() - self._saved_at >= self.every_s

    def save(self, state: dict[str, Any]) -> None:
        """Write `state` beside the file, then replace the file."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        partial = self.path.with_suffix(".partial")
        torch.save(state, partial)
        partial.replace(self.path)
        self._saved_at = time.monotonic()

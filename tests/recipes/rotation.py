"""Which smoke runs are due: those the change touches, and a part of the others that moves on with every commit."""

from __future__ import annotations

import os
import subprocess
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PARTS = 6
"""A recipe that nothing touches runs once in so many commits; `make test-all` runs all of them."""


def is_due(recipe: str, place: int) -> bool:
    """Say whether the recipe in the folder `recipe`, the `place`-th of its list, runs this time."""
    turn = _commits()
    if "AFFEKT_TEST_ALL" in os.environ or turn is None:
        return True
    return place % PARTS == turn % PARTS or any(recipe in path.split("/") for path in _changed())


@lru_cache(maxsize=1)
def _commits() -> int | None:
    counted = _git("rev-list", "--count", "HEAD")
    return int(counted) if counted else None


@lru_cache(maxsize=1)
def _changed() -> tuple[str, ...]:
    """Paths that the last commit or the working tree changes."""
    lines = _git("diff", "--name-only", "HEAD~1") + "\n" + _git("ls-files", "--others", "--exclude-standard")
    return tuple(line for line in lines.splitlines() if line)


def _git(*command: str) -> str:
    try:
        done = subprocess.run(["git", *command], cwd=ROOT, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""

"""Smoke runs of the recipes: seconds each, on a slice, touching nothing that ships."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif("AFFEKT_DATA" not in os.environ, reason="AFFEKT_DATA names no data folder"),
]


@pytest.mark.parametrize(
    "command", ["text/run.py --smoke", "language/train.py --smoke", "text_multi/train.py --only sun"]
)
def test_recipe_smoke(command, tmp_path):
    script, *options = command.split()
    for name in ("src", "recipes"):
        (tmp_path / name).symlink_to(ROOT / name)
    shipped = {
        path: path.stat().st_mtime_ns for path in (ROOT / "src").rglob("*") if path.suffix in {".onnx", ".npz", ".json"}
    }
    subprocess.run([sys.executable, str(ROOT / "recipes" / script), *options], check=True, cwd=tmp_path)
    assert shipped == {path: path.stat().st_mtime_ns for path in shipped}

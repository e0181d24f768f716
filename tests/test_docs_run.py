"""The README and the guides do what they say."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_python_blocks_run(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "samples").symlink_to(ROOT / "samples")
    names: dict[str, object] = {}
    for block in BLOCK.findall(page.read_text(encoding="utf-8")):
        exec(compile(block, str(page), "exec"), names)


def test_readme_quotes_what_was_measured():
    subprocess.run([sys.executable, str(ROOT / "docs/figures.py"), "--check"], check=True)


def test_the_page_of_text_methods_is_what_was_measured():
    subprocess.run([sys.executable, str(ROOT / "docs/text_methods.py"), "--check"], check=True)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"


@pytest.mark.slow
@pytest.mark.skipif("AFFEKT_DATA" not in os.environ, reason="AFFEKT_DATA names no data folder")
def test_the_guide_trains_on_a_real_corpus(tmp_path):
    """Every command of the section runs, and training scores what the guide says."""
    guide = (ROOT / "docs/guides/train.md").read_text(encoding="utf-8")
    section = guide.split("## A real corpus")[1].split("\n## ")[0]
    said = [line.split("\t") for line in section.splitlines() if line.startswith(("macro_f1\t", "accuracy\t"))]
    outputs = []
    for command in re.findall(r"^\$ affekt (.+)$", section, re.MULTILINE):
        run = [sys.executable, "-m", "affekt", *shlex.split(command)]
        outputs.append(subprocess.run(run, cwd=tmp_path, check=True, capture_output=True, text=True).stdout)
    found = {cells[0]: cells for cells in (line.split("\t") for line in outputs[0].splitlines())}
    assert len(outputs) == 3 and said
    for name, dev, test, *_ in said:
        assert [float(x) for x in found[name][1:3]] == pytest.approx([float(dev), float(test)], abs=0.02)
    assert outputs[1].split("\t")[2] == "anger"
    assert "macro_f1" in outputs[2]

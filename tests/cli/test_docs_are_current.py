"""The generated pages of docs/ say what the program says."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from affekt.cli import affekt

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def generate():
    spec = importlib.util.spec_from_file_location("docs_generate", DOCS / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_no_page_is_stale(generate):
    assert generate.stale(DOCS) == [], "Write them anew with: python docs/generate.py"


def test_every_verb_and_option_is_on_the_page(generate):
    page = generate.cli_page()
    for name, command in affekt.commands.items():
        assert f"## affekt {name}\n" in page
        for parameter in command.params:
            if parameter.param_type_name == "option":
                assert all(name in page for name in parameter.opts)


def test_a_changed_page_is_found_and_named(generate, tmp_path):
    for name, write in generate.PAGES.items():
        (tmp_path / name).write_text(write(), encoding="utf-8")
    assert generate.stale(tmp_path) == []
    (tmp_path / "spaces.md").write_text("old", encoding="utf-8")
    (tmp_path / "cli.md").unlink()
    assert generate.stale(tmp_path) == ["cli.md", "spaces.md"]


def test_pages_do_not_name_the_machine(generate):
    for write in generate.PAGES.values():
        page = write()
        assert str(Path.home()) not in page
        assert str(DOCS.parent) not in page


def test_check_fails_with_the_names_of_stale_pages(generate, tmp_path):
    script = tmp_path / "generate.py"
    script.write_text((DOCS / "generate.py").read_text(encoding="utf-8"), encoding="utf-8")
    checked = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True, check=False)
    assert checked.returncode == 1
    assert "docs/models.md is stale" in checked.stderr
    assert not list(tmp_path.glob("*.md"))
    subprocess.run([sys.executable, script], check=True)
    assert subprocess.run([sys.executable, script, "--check"], check=False).returncode == 0

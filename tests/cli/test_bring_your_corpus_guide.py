"""The console lines of the guide do what it says, in its order, on the table that it makes."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from affekt.cli import affekt

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "bring-your-corpus.md"
BLOCK = re.compile(r"```(python|console)\n(.*?)```", re.DOTALL)


@pytest.mark.slow
def test_every_line_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AFFEKT_DATA", raising=False)
    blocks = BLOCK.findall(GUIDE.read_text(encoding="utf-8"))
    # The guide shows the verbs before it makes the table.
    making = next(text for kind, text in blocks if kind == "python")
    names: dict[str, object] = {}
    exec(making, names)
    ran = 0
    for kind, text in blocks:
        if kind == "python" and text is not making and "letters.py" in text:
            exec(text, names)
        for line in re.findall(r"^\$ affekt (.*)$", text, re.MULTILINE) if kind == "console" else ():
            arguments = shlex.split(line)
            if arguments[0] in ("evaluate", "compare"):
                arguments += ["--resamples", "20"]
            result = CliRunner().invoke(affekt, arguments)
            # Its check finds the row without text: that is the point.
            expected = 1 if arguments[:2] == ["corpora", "check"] else 0
            assert result.exit_code == expected, (line, result.output)
            ran += 1
    assert ran >= 14
    assert Path("mine.html").is_file() and Path("calibration.json").is_file()

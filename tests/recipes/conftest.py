"""What tests of recipes share: a recipe's modules imported and forgotten, a corpus of five rows."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

MELD = "Sr No.,Utterance,Speaker,Emotion,Sentiment,Dialogue_ID,Utterance_ID,Season,Episode,StartTime,EndTime"
CLOCK = '"00:01:02,250","00:01:03,000"'


@pytest.fixture
def recipe(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], ModuleType]]:
    """Import a module of the folder that the test file calls RECIPE, and forget it again: `run` is another's too."""
    folder: Path = request.module.RECIPE
    ours = {path.stem for path in folder.glob("*.py")}
    hidden = {name: sys.modules.pop(name) for name in ours & set(sys.modules)}
    monkeypatch.syspath_prepend(str(folder))
    yield __import__
    for name in ours & set(sys.modules):
        del sys.modules[name]
    sys.modules.update(hidden)


@pytest.fixture
def meld() -> Callable[[Path], None]:
    """Write five rows as MELD lays them out into a folder, two of them to test on."""

    def make(folder: Path) -> None:
        rows = {
            "train": ("1,Fine by me.,Ann,joy,positive,0,0,8,21", "2,Did he?,Ben,surprise,negative,0,2,8,21"),
            "dev": ("1,Great!,Ben,joy,positive,0,0,1,1",),
            "test": ('1,"Oh, it bites.",Cleo,fear,negative,0,0,2,3', "2,How lovely!,Ann,joy,positive,0,1,2,3"),
        }
        folder.mkdir(parents=True)
        for split, lines in rows.items():
            text = "\r\n".join([MELD, *(f"{line},{CLOCK}" for line in lines), ""])
            (folder / f"{split}_sent_emo.csv").write_text(text, encoding="utf-8", newline="")

    return make

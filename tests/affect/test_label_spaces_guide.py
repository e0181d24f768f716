"""The guide "Which label space?": its Python runs, and its tables say what the code does.

``AFFEKT_WRITE_DOCS=1 pytest tests/affect/test_label_spaces_guide.py`` rewrites the tables.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from affekt.affect.convert import conversion
from affekt.affect.maps.published import MAPS, PATHS
from affekt.affect.spaces import SPACES
from affekt.errors import ConversionError

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "label-spaces.md"
NO_EMOTIONS = ("appraisals", "instrument", "wellness", "traits", "tags")
EMOTIONS = [name for name, space in SPACES.items() if space.kind not in NO_EMOTIONS]
HUBS = ("ekman", "plutchik", "sentiment")
SHIPPED = ("goemotions", "ekman", "ekman-neutral", "sentiment", "goemotions-sentiment", "plutchik", "parrott")


def bits(source: str, target: str) -> str:
    try:
        found = conversion(source, target)
    except ConversionError:
        return "refused"
    return f"{found.bits_lost():.2f}"


def table_of_hubs() -> str:
    heads = ("Space", "Kind", "Labels", "Neutral", *(f"to `{hub}`" for hub in HUBS))
    rows = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    for name in EMOTIONS:
        space = SPACES[name]
        cells = (f"`{name}`", space.kind, str(len(space)), space.neutral or "–", *(bits(name, hub) for hub in HUBS))
        rows.append("| " + " | ".join(cells) + " |")
    return "\n".join(rows)


def table_of_conversions() -> str:
    rows = ["| From | To | By | Not placed | Never said | Merged |", "|---|---|---|---|---|---|"]
    for source in SHIPPED:
        for target in SHIPPED:
            if (source, target) not in MAPS and (source, target) not in PATHS:
                continue
            found = conversion(source, target)
            by = (
                found.kind if found.kind != "composed" else "via " + ", ".join(f"`{name}`" for name in found.path[1:-1])
            )
            lost = ", ".join(loss.label for loss in found.loses) or "–"
            merged = ", ".join(f"{label} {len(parts)}" for label, parts in found.merges.items()) or "–"
            rows.append(f"| `{source}` | `{target}` | {by} | {lost} | {', '.join(found.unreached) or '–'} | {merged} |")
    return "\n".join(rows)


@pytest.mark.parametrize(("name", "write"), [("hubs", table_of_hubs), ("conversions", table_of_conversions)])
def test_the_tables_say_what_the_code_does(name: str, write) -> None:
    text = GUIDE.read_text(encoding="utf-8")
    table = write()
    marked = re.compile(rf"(<!-- {name}: [^\n]*-->\n)(.*?)(\n?<!-- end -->)", re.DOTALL)
    if os.environ.get("AFFEKT_WRITE_DOCS"):
        GUIDE.write_text(marked.sub(lambda found: f"{found[1]}{table}\n<!-- end -->", text, count=1), encoding="utf-8")
        return
    found = marked.search(text)
    assert found is not None
    assert found[2] == table

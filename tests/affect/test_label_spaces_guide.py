"""The guide "Which label space?": its Python runs, and its tables say what the code does.

``AFFEKT_WRITE_DOCS=1 pytest tests/affect/test_label_spaces_guide.py`` rewrites the tables.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from affekt.affect.convert import conversion
from affekt.affect.maps import MAPS, PATHS
from affekt.affect.spaces import SPACES

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "label-spaces.md"


def table_of_spaces() -> str:
    rows = ["| Space | Kind | Labels |", "|---|---|---|"]
    rows += [f"| `{space.name}` | {space.kind} | {', '.join(space.labels)} |" for space in SPACES.values()]
    return "\n".join(rows)


def table_of_conversions() -> str:
    rows = ["| From | To | By | Not placed | Never said | Merged |", "|---|---|---|---|---|---|"]
    for source in SPACES:
        for target in SPACES:
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


@pytest.mark.parametrize(("name", "table"), [("spaces", table_of_spaces()), ("conversions", table_of_conversions())])
def test_the_tables_say_what_the_code_does(name: str, table: str) -> None:
    text = GUIDE.read_text(encoding="utf-8")
    marked = re.compile(rf"(<!-- {name}: [^\n]*-->\n)(.*?)(\n<!-- end -->)", re.DOTALL)
    if os.environ.get("AFFEKT_WRITE_DOCS"):
        GUIDE.write_text(marked.sub(lambda found: found[1] + table + found[3], text), encoding="utf-8")
        return
    found = marked.search(text)
    assert found is not None
    assert found[2] == table


def test_the_python_of_the_guide_runs() -> None:
    blocks = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 4
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, str(GUIDE), "exec"), names)

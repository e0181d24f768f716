"""What `import affekt` loads, and what reading never loads."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = (
    "torch",
    "onnxruntime",
    "tokenizers",
    "duckdb",
    "pandas",
    "polars",
    "pyarrow",
    "sklearn",
    "scipy",
    "rich",
    "click",
)


def loaded(code: str) -> set[str]:
    """Names of all modules loaded after `code` in a fresh interpreter."""
    script = f"import sys\n{code}\nprint('\\n'.join(sys.modules))"
    return set(subprocess.check_output([sys.executable, "-c", script], text=True).splitlines())


def test_import_affekt_loads_nothing_heavy():
    modules = loaded("import affekt")
    assert not modules & {*HEAVY, "numpy"}
    ours = {name for name in modules if name.startswith("affekt")}
    assert ours == {"affekt", "affekt.version"}


@pytest.mark.parametrize(
    ("model", "unused"),
    [
        ("text", {"torch", "duckdb", "pandas", "sklearn", "scipy", "rich"}),
        ("text-nano", {"torch", "onnxruntime", "duckdb", "pandas", "sklearn", "scipy", "rich"}),
    ],
)
def test_reading_loads_only_what_it_needs(model, unused):
    modules = loaded(f"import affekt; affekt.analyze('good morning', model={model!r})")
    assert not modules & unused


def test_every_public_name_is_there_and_documented():
    import affekt

    for name in affekt.__all__:
        value = getattr(affekt, name)
        assert name == "__version__" or value.__doc__, name
    assert set(affekt._HOMES) == set(affekt.__all__) - {"__version__"}
    with pytest.raises(AttributeError, match="no attribute 'analyse'"):
        _ = affekt.analyse

"""affekt reads, explains, measures and expresses emotion.

>>> import affekt
>>> affekt.analyze("I can't believe you did this for me, thank you!").labels[0]
'gratitude'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from affekt.version import __version__

if TYPE_CHECKING:
    from affekt.affect.convert import conversion
    from affekt.affect.spaces import find_space
    from affekt.analysis.analyze import analyze
    from affekt.analysis.annotate import annotate
    from affekt.corpora.read import read_corpus
    from affekt.errors import AffektError
    from affekt.models.index import find_model
    from affekt.ratings.reading import read_ratings
    from affekt.ratings.table import Ratings
    from affekt.training.estimator import TextClassifier
    from affekt.types import VAD, Evidence, LabelSpace, Opinion, Reading, Report, Signal, Span

# Public name -> the module it lives in. Loaded on first use, so that `import affekt` costs nothing.
_HOMES = {
    "AffektError": "affekt.errors",
    "Evidence": "affekt.types",
    "LabelSpace": "affekt.types",
    "Opinion": "affekt.types",
    "Ratings": "affekt.ratings.table",
    "Reading": "affekt.types",
    "Report": "affekt.types",
    "Signal": "affekt.types",
    "Span": "affekt.types",
    "TextClassifier": "affekt.training.estimator",
    "VAD": "affekt.types",
    "analyze": "affekt.analysis.analyze",
    "annotate": "affekt.analysis.annotate",
    "conversion": "affekt.affect.convert",
    "find_model": "affekt.models.index",
    "find_space": "affekt.affect.spaces",
    "read_corpus": "affekt.corpora.read",
    "read_ratings": "affekt.ratings.reading",
}

__all__ = [  # noqa: RUF022
    "AffektError",
    "Evidence",
    "LabelSpace",
    "Opinion",
    "Ratings",
    "Reading",
    "Report",
    "Signal",
    "Span",
    "TextClassifier",
    "VAD",
    "__version__",
    "analyze",
    "annotate",
    "conversion",
    "find_model",
    "find_space",
    "read_corpus",
    "read_ratings",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'affekt' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)

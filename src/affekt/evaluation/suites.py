"""Named sets of corpora that are scored together."""

from __future__ import annotations

from dataclasses import dataclass

from affekt.errors import unknown_name


@dataclass(frozen=True, slots=True)
class Part:
    """One scoring of a suite: ``CORPUS[:split]``, the space it is scored in (None: its own), one language of it."""

    corpus: str
    space: str | None = None
    language: str | None = None


# Fine spaces of situations are scored in a space that the shipped models can answer in whole.
_LABELLED = (
    Part("goemotions:test"),
    Part("brighter:test", language="en"),
    Part("xed:en"),
    Part("dailydialog:test"),
    Part("dair_emotion:test"),
    Part("crowd_envent:test"),
    Part("isear"),
    Part("enisear_appraisal"),
    Part("edos", "ekman-neutral"),
    Part("empathetic_dialogues:test", "ekman"),
    Part("x_envent", "ekman"),
    Part("stackoverflow_emotion"),
    Part("cheer_ekman"),
)
_DIALOGUES = (Part("meld:test"), Part("emorynlp:test"), Part("ecf:test"))
_DIMENSIONAL = (
    Part("emobank:dev"),
    Part("empathic_reactions"),
    Part("vader_icwsm:tweets"),
    Part("vader_icwsm:movies"),
    Part("vader_icwsm:amazon"),
    Part("vader_icwsm:editorials"),
    Part("glasgow_norms"),
)
_SIGNS = tuple(Part(part.corpus, "sentiment", part.language) for part in (*_LABELLED, *_DIALOGUES))

SUITES: dict[str, tuple[Part, ...]] = {
    "text": (*_LABELLED, *_DIALOGUES, *_DIMENSIONAL, *_SIGNS),
    "text-labels": (*_LABELLED, *_DIALOGUES),
    "text-sentiment": _SIGNS,
    "text-dimensions": _DIMENSIONAL,
}


def find_suite(name: str) -> tuple[Part, ...]:
    """Return the parts of a suite. Raises `UnknownNameError`, which offers the nearest name.

    >>> [part.corpus for part in find_suite("text-dimensions")][:2]
    ['emobank:dev', 'empathic_reactions']
    """
    if name not in SUITES:
        raise unknown_name("suite", name, SUITES, "affekt evaluate --help")
    return SUITES[name]

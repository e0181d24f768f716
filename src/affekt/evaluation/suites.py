"""Named sets of corpora that are scored together."""

from __future__ import annotations

from dataclasses import dataclass, replace

from affekt.errors import unknown_name


@dataclass(frozen=True, slots=True)
class Part:
    """One scoring of a suite: ``CORPUS[:split]``, the space it is scored in (None: its own), one language of it, only
    items `where` attributes have these values; `mean` names the parts that a mean is taken over."""

    corpus: str
    space: str | None = None
    language: str | None = None
    where: tuple[tuple[str, str], ...] = ()
    mean: str | None = None

    @property
    def name(self) -> str:
        """What the part is called in a table: the corpus, and what it is narrowed to."""
        only = [*(() if self.language is None else (self.language,)), *(value for _, value in self.where)]
        return f"{self.corpus} {' '.join(only)}".rstrip()


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
# Track A, whose English test labels were published with Track B only; Track C alone has the last four, without train.
_BRIGHTER = (
    *("afr", "amh", "arq", "ary", "chn", "deu", "esp", "hau", "hin", "ibo", "kin", "mar", "orm", "pcm", "ptbr", "ptmz"),
    *("ron", "rus", "som", "sun", "swa", "swe", "tat", "tir", "ukr", "vmw", "yor"),
)
_TRACKS = {**dict.fromkeys(_BRIGHTER, "a"), "eng": "b", **dict.fromkeys(("ind", "jav", "xho", "zul"), "c")}
_LANGUAGES = tuple(
    Part(
        "brighter:test",
        where=(("track", track), ("variety", variety)),
        mean="languages with training data" if track != "c" else "languages without training data",
    )
    for variety, track in sorted(_TRACKS.items(), key=lambda each: (each[1] == "c", each[0]))
)
_SIGNS = tuple(replace(part, space="sentiment") for part in (*_LABELLED, *_DIALOGUES))

SUITES: dict[str, tuple[Part, ...]] = {
    "text": (*_LABELLED, *_DIALOGUES, *_DIMENSIONAL, *_SIGNS),
    "text-labels": (*_LABELLED, *_DIALOGUES),
    "text-sentiment": _SIGNS,
    "text-dimensions": _DIMENSIONAL,
    "brighter": _LANGUAGES,
}


def find_suite(name: str) -> tuple[Part, ...]:
    """Return the parts of a suite. Raises `UnknownNameError`, which offers the nearest name.

    >>> [part.corpus for part in find_suite("text-dimensions")][:2]
    ['emobank:dev', 'empathic_reactions']
    """
    if name not in SUITES:
        from affekt.evaluation.plugins import plugin_evaluations

        card = plugin_evaluations().cards.get(name)
        if card is not None:
            return (Part(f"{card.corpus}:{card.split}"),)
        raise unknown_name("suite", name, SUITES, "affekt evaluate --help")
    return SUITES[name]

"""Tables of how people rate words: one interface to the Glasgow, Warriner and NRC VAD norms.

Only the Glasgow norms may be passed on and come with affekt; the others are read from where you keep
them. All places are moved linearly to [-1, 1]. A norm is how people rate the *word*; the deviation is
over raters, so it holds both their disagreement and the width of what the word means.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from types import MappingProxyType

from affekt.affect.norm_files import NormFile, NormRow, Raters, read_glasgow, read_nrc, read_warriner
from affekt.errors import CorpusError, UnknownNameError, unknown_name
from affekt.types import VAD

__all__ = ["GLASGOW", "NORMS", "NormRow", "NormSource", "Norms", "Raters", "load_norms", "read_norms", "vad_of_word"]

GLASGOW = (
    "Scott, Keitel, Becirspahic, Yao & Sereno (2019), The Glasgow Norms: Ratings of 5,500 words on nine scales, "
    "Behavior Research Methods 51, 1258-1270, CC BY 4.0"
)


@dataclass(frozen=True, slots=True)
class NormSource:
    """A published table: where it comes from, what its licence allows, what its files are called.

    `bundled` tables come with affekt. `rated` says how places were found; best-worst scaling gives no
    deviation over raters. `files` are tried in order, in `folders` of ``$AFFEKT_DATA``.
    """

    name: str
    title: str
    citation: str
    licence: str
    homepage: str
    languages: str
    rated: str
    bundled: bool
    read: Callable[[Path | None, str], NormFile]
    files: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()


_NRC_1, _NRC_2 = "NRC-VAD-Lexicon.txt", "NRC-VAD-Lexicon-v2.1.txt"
_ALL = (
    NormSource(
        name="glasgow",
        title="The Glasgow Norms, 5,553 English words, homographs by sense",
        citation=GLASGOW,
        licence="CC BY 4.0",
        homepage="https://doi.org/10.3758/s13428-018-1099-3",
        languages="English",
        rated="1 to 9, mean and standard deviation over raters",
        bundled=True,
        read=read_glasgow,
    ),
    NormSource(
        name="warriner",
        title="Norms for 13,915 English lemmas",
        citation=(
            "Warriner, Kuperman & Brysbaert (2013), Norms of valence, arousal, and dominance for 13,915 English "
            "lemmas, Behavior Research Methods 45, 1191-1207"
        ),
        licence="CC BY-NC-ND 3.0: no commercial use, no altered copies",
        homepage="https://doi.org/10.3758/s13428-012-0314-x",
        languages="English",
        rated="1 to 9, mean and standard deviation over raters",
        bundled=False,
        read=read_warriner,
        files=("Ratings_Warriner_et_al.csv", "BRM-emot-submit.csv"),
        folders=("warriner-vad", "warriner"),
    ),
    NormSource(
        name="nrc-vad",
        title="NRC VAD Lexicon, 20,000 (version 1) or 55,000 (version 2) English words and phrases",
        citation=(
            "Mohammad (2018), Obtaining Reliable Human Ratings of Valence, Arousal, and Dominance for 20,000 English "
            "Words, ACL 2018, 174-184; Mohammad (2025), NRC VAD Lexicon v2, arXiv:2503.23547"
        ),
        licence="free for non-commercial research and education, not to be passed on, commercial use by agreement",
        homepage="https://saifmohammad.com/WebPages/nrc-vad.html",
        languages="English; machine translations into over 100 languages in version 1",
        rated="best-worst scaling, no deviation over raters",
        bundled=False,
        read=read_nrc,
        files=(
            *(_NRC_2, f"NRC-VAD-Lexicon-v2.1/{_NRC_2}", "Unigrams/unigrams-NRC-VAD-Lexicon-v2.1.txt"),
            *("NRC-VAD-Lexicon-ForVariousLanguages.txt", _NRC_1, f"NRC-VAD-Lexicon/{_NRC_1}"),
        ),
        folders=("nrc-vad", "NRC-VAD-Lexicon-v2.1", "NRC-VAD-Lexicon"),
    ),
)
NORMS: dict[str, NormSource] = {source.name: source for source in _ALL}


@dataclass(frozen=True)
class Norms(Mapping[str, NormRow]):
    """One table, opened: headword to row, plus lookups that forgive capitals and inflection.

    `source` says whose table it is and under what licence, `language` what its words are in, and
    `languages` in what else the same file could be read.
    """

    source: NormSource
    language: str
    languages: tuple[str, ...]
    rows: Mapping[str, NormRow]

    def __getitem__(self, word: str) -> NormRow:
        return self.rows[word]

    def __iter__(self) -> Iterator[str]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __hash__(self) -> int:
        return id(self)

    @cached_property
    def _folded(self) -> dict[str, str]:
        return {word.casefold(): word for word in reversed(list(self.rows))}

    @cached_property
    def _senses(self) -> dict[str, tuple[str, ...]]:
        senses: dict[str, tuple[str, ...]] = {}
        for word in self.rows:
            if word.endswith(")") and " (" in word:
                bare = word.rsplit(" (", 1)[0]
                senses[bare] = (*senses.get(bare, ()), word)
        return senses

    def find(self, word: str, *, lemma: bool = True) -> NormRow:
        """Return the row of a word: as spelled, else in other capitals, else of its lemma.

        Lemmas are found by the regular English endings alone (see `lemmas`), and only with `lemma`.
        Raises `UnknownNameError`, which offers the nearest headword.

        >>> load_norms("glasgow").find("Hoping").headword
        'hope'
        """
        text = word.strip()
        for spelling in (word, text.lower(), text.capitalize()):
            if spelling in self.rows:
                return self.rows[spelling]
        if text.casefold() in self._folded:
            return self.rows[self._folded[text.casefold()]]
        if lemma and self.language == "en":
            for form in lemmas(text):
                if form in self._folded:
                    return self.rows[self._folded[form]]
        listing = f"affekt.affect.norms.load_norms({self.source.name!r})"
        raise unknown_name(f"headword of the {self.source.name} norms", word, self.rows, listing)

    def senses(self, word: str) -> tuple[str, ...]:
        """Return the headwords that are senses of a word, none where the table tells no senses apart.

        >>> load_norms("glasgow").senses("pride")
        ('pride (feeling)', 'pride (lions)')
        """
        return self._senses.get(word.strip(), ())


def load_norms(name: str, *, path: str | Path | None = None, language: str = "en") -> Norms:
    """Return a norm table by name: ``glasgow``, ``warriner`` or ``nrc-vad``.

    `path` is the published file, plain or gzipped, or a folder that holds it; without one it is looked
    for in ``$AFFEKT_DATA``. `language` chooses a column of the multilingual NRC file, by name or
    ISO 639-1 code. The tables' licences are on `NORMS`; only ``glasgow`` comes with affekt.

    Raises `UnknownNameError` (table or language), `CorpusError` (absent or not the published layout).

    >>> norms = load_norms("glasgow")
    >>> norms["joy"].raters, round(norms["joy"].vad.valence, 2), norms.source.licence
    (Raters(valence=33, arousal=34, dominance=34), 0.77, 'CC BY 4.0')
    """
    if name not in NORMS:
        raise unknown_name("norm table", name, NORMS, "affekt.affect.norms.NORMS")
    source = NORMS[name]
    if path is None and source.bundled:
        return _opened(name, None, language)
    return _opened(name, str(_find(source, None if path is None else Path(path))), language)


@lru_cache(maxsize=8)
def _opened(name: str, path: str | None, language: str) -> Norms:
    source = NORMS[name]
    table = source.read(None if path is None else Path(path), language)
    rows = {row.headword: row for row in table.rows}
    if len(rows) != len(table.rows) or not rows:
        raise CorpusError(
            f"{path} has {len(table.rows)} rows for {len(rows)} words. Get the file again: {source.homepage}."
        )
    return Norms(source, table.language, table.languages, MappingProxyType(rows))


def _find(source: NormSource, path: Path | None) -> Path:
    """Return the file: `path` itself, or one of the official names in it or in $AFFEKT_DATA."""
    if path is not None and path.is_file():
        return path
    data = os.environ.get("AFFEKT_DATA")
    roots = [Path(data) / "text", Path(data)] if data else []
    folders = [path] if path is not None else [root / folder for root in roots for folder in source.folders]
    for folder in folders:
        for name in source.files:
            for file in (folder / name, folder / f"{name}.gz"):
                if file.is_file():
                    return file
    looked = ", ".join(str(folder) for folder in folders) or "nowhere, as $AFFEKT_DATA is not set"
    raise CorpusError(
        f"The norms {source.name} are not here (looked in: {looked}). They are published at {source.homepage} "
        f"(licence: {source.licence}). Get {' or '.join(source.files) or 'them'} and give its path."
    )


def lemmas(word: str) -> Iterator[str]:
    """Yield what an English word may be an inflected form of, the likeliest first; irregular forms are not known.

    The endings are those of WordNet's Morphy, and doubled consonants are taken apart. After one vowel
    and one consonant a silent e is likelier (``hoping``: hope before hop), as hop would double its p.

    >>> list(lemmas("hopping"))[0], list(lemmas("hoping"))[0], list(lemmas("worries"))[0]
    ('hopp', 'hope', 'worrie')
    >>> next(form for form in lemmas("worried") if form in {"worry"})
    'worry'
    """
    text = word.strip().casefold()
    if text.endswith("s") and not text.endswith("ss"):
        yield text[:-1]
        if text.endswith("ies"):
            yield text[:-3] + "y"
        elif text.endswith(("ses", "xes", "zes", "ches", "shes", "oes")):
            yield text[:-2]
        elif text.endswith("ves"):
            yield text[:-3] + "f"
            yield text[:-3] + "fe"
    if text.endswith("men"):
        yield text[:-3] + "man"
    for ending in ("ing", "ed", "est", "er"):
        stem = text.removesuffix(ending)
        if stem != text and len(stem) >= 2:
            yield from _stems(stem)
    for ending, instead in (("ied", "ie"), ("ying", "ie")):
        if text.endswith(ending):
            yield text.removesuffix(ending) + instead


def _stems(stem: str) -> Iterator[str]:
    """Yield stem, stem with silent e, with y for i, and with a doubled consonant single, likeliest first."""
    vowels = "aeiou"
    single = len(stem) > 2 and stem[-1] not in f"{vowels}wxy" and stem[-2] in vowels and stem[-3] not in vowels
    yield from (f"{stem}e", stem) if single or stem[-1] in "vcu" else (stem, f"{stem}e")
    if stem.endswith("i"):
        yield f"{stem[:-1]}y"
    if len(stem) > 3 and stem[-1] == stem[-2] and stem[-1] not in vowels:
        yield stem[:-1]


@lru_cache(maxsize=1)
def read_norms() -> Mapping[str, VAD]:
    """Return the Glasgow norms: headword to `VAD` in [-1, 1], with the standard deviation over raters.

    Headwords are spelled as in the norms; a word with several senses may have the sense in
    brackets: ``"bank (money)"``.

    >>> len(read_norms())
    5553
    """
    return MappingProxyType({word: row.vad for word, row in load_norms("glasgow").items()})


def vad_of_word(word: str) -> VAD:
    """Return the norm of one English word, in [-1, 1], with the standard deviation over raters.

    Capitals make no difference unless the norms have the word in both ways; inflected forms are not
    looked up by their lemma (`Norms.find` does). Raises `UnknownNameError`, which offers the nearest headword.

    >>> round(vad_of_word("joy").valence, 2)
    0.77
    """
    try:
        return load_norms("glasgow").find(word, lemma=False).vad
    except UnknownNameError:
        raise unknown_name(
            "headword of the Glasgow norms", word, read_norms(), "affekt.affect.vad.read_norms()"
        ) from None

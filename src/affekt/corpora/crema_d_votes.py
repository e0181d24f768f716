"""CREMA-D: what crowd raters saw and heard in 7,442 acted clips, by voice, by face and by both.

Cao, Cooper, Keutmann, Gur, Nenkova & Verma 2014, CREMA-D: Crowd-Sourced Emotional Multimodal Actors
Dataset, IEEE Transactions on Affective Computing 5(4).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard
from affekt.corpora.files import Row, has_file, official_files, read_table
from affekt.corpora.parquet import read_parquet
from affekt.types import Modality, Rating, Record, Signal

SPACE = find_space("crema-d")
_TABULATED = ("processedResults/tabulatedVotes.csv", "tabulatedVotes.csv")
_ACTORS = "VideoDemographics.csv"
_RESPONSES = "finishedResponses.csv"
_FIRST_CLICKS = "finishedEmoResponses.csv"
_COPY = "votes.parquet"
# Columns of the tables, and first letters of the intended emotions in the file names.
_LETTERS = dict(zip("ADFHNS", SPACE.labels, strict=True))
_INTENDED = {
    **{"ANG": "anger", "DIS": "disgust", "FEA": "fear"},
    **{"HAP": "happy", "NEU": "neutral", "SAD": "sad"},
}
_LEVELS = {"LO": "low", "MD": "medium", "HI": "high", "XX": "unspecified", "X": "unspecified"}
_SENTENCES = {
    "DFA": "Don't forget a jacket",
    "IEO": "It's eleven o'clock",
    "IOM": "I'm on my way to the meeting",
    "ITH": "I think I have a doctor's appointment",
    "ITS": "I think I've seen this before",
    "IWL": "I would like a new alarm clock",
    "IWW": "I wonder what this is about",
    "MTI": "Maybe tomorrow it will be cold",
    "TAI": "The airplane is almost full",
    "TIE": "That is exactly what happened",
    "TSI": "The surface is slick",
    "WSI": "We'll stop in a couple of minutes",
}
_NAME = re.compile(rf"(\d{{4}})_({'|'.join(_SENTENCES)})_({'|'.join(_INTENDED)})_(LO|MD|HI|XX?)")
# The publisher's query types, which begin the row ids of the table of votes.
_SHOWN: dict[str, tuple[str, Modality]] = {
    "1": ("voice", "speech"),
    "2": ("face", "face"),
    "3": ("audiovisual", "video"),
}
_SOUND = {"AudioWAV": ".wav", "AudioMP3": ".mp3"}
_FILM = {"VideoFlash": ".flv"}
# First clicks after more than this many milliseconds were left out of the publisher's table of votes.
_DISTRACTED_MS = 10_000
_RAW = "https://raw.githubusercontent.com/CheyneyComputerScience/CREMA-D/1658cd342dff90010aa843eaeebd53610a08b1dc"

CARD = CorpusCard(
    name="crema_d_votes",
    summary="212,000 crowd votes on 7,442 acted English clips, each shown as voice, as face and as both",
    modality="speech",
    space=SPACE,
    licence="ODbL 1.0, contents DbCL 1.0",
    permissive=False,
    homepage="https://github.com/CheyneyComputerScience/CREMA-D",
    citation=SPACE.source,
    files=official_files("crema_d_votes", _RAW),
    rows={"all": 22326},
    languages=("en",),
    notes=(
        "One record per clip and way it was shown: `conditions` shown is voice, face or audiovisual, and so is the "
        "`perspective` of its ratings. `labels` are what most voted for, all of them where votes tie; `intensities` "
        "the mean levels 0-100 that those who chose an emotion gave it, divided by 100; `values` the share of "
        "agreement and the mean level of all (`level`; `level_norm`, normalised per rater). The emotion asked for is "
        "in `conditions` (intended, level, with sex, age, race, ethnicity of the actor). Votes are anonymous; where "
        "finishedResponses.csv lies beside finishedEmoResponses.csv each has its rater and level instead, without "
        "answers begun after ten seconds, as in the publisher's table. That path was written from the publisher's "
        "documentation and script and tested on made-up rows only. No split is published: make folds by actor. The "
        "publisher's Git holds audio and video as LFS pointers; a signal has a path where AudioWAV, AudioMP3 or "
        "VideoFlash hold the clip."
    ),
    layout_source=(
        "CheyneyComputerScience/CREMA-D: README.md, commit 411a9fcc912d503d6713e4d27913f46b4fcb92b3; "
        "processFinishedResponses.R and processedResults/tabulatedVotes.csv, commit "
        "63f0471e4a7db8cec2b1aae42e732fe2792e978c; VideoDemographics.csv, commit "
        "98df52c29f4fc2a3cc6d2536b96112d013ba5290"
    ),
    raters="2,443 crowd raters, 4 to 12 per clip and way it was shown",
    speakers="91 actors (48 men, 43 women), no published split: make folds by actor",
    papers=("gst-speaker-emotion", "c-met"),
)


def read(folder: Path) -> Iterator[Record]:
    """Yield every clip as voice, then every clip as face, then as both, with all votes.

    Layout: ``processedResults/tabulatedVotes.csv`` and ``VideoDemographics.csv``, optionally
    ``finishedResponses.csv`` and ``finishedEmoResponses.csv`` (the publisher's); or ``votes.parquet``.
    Raises `CorpusError`.
    """
    if (folder / _COPY).is_file():
        yield from _copied(folder / _COPY)
        return
    actors = {
        row["actorid"]: {name: row[name].lower() for name in ("sex", "age", "race", "ethnicity")}
        for row in read_table(folder, _ACTORS, columns=("actorid", "age", "sex", "race", "ethnicity"))
    }
    named = _named_ratings(folder) if has_file(folder, _RESPONSES) else None
    ways = _ways(folder)
    columns = ("", *(letter.lower() for letter in _LETTERS), "filename", "numresponses", "agreement", "emovote")
    for row in read_table(folder, *_TABULATED, columns=(*columns, *_mean_columns())):
        shown = ways.get(row[""][:1])
        if shown is None or len(row[""]) != len("100001"):
            raise row.error(f"the row id is {row['']!r}, allowed are 100001 to 307442")
        clip = _clip(row, row["filename"])
        if clip.actor not in actors:
            raise row.error(f"{_ACTORS} says nothing of actor {clip.actor}")
        ratings = None if named is None else tuple(named[clip.name, row[""][:1]])
        yield _record(row, clip, shown, actors[clip.actor], ratings)


class _Clip(NamedTuple):
    name: str
    actor: str
    sentence: str
    intended: str
    level: str


class _Shown(NamedTuple):
    """A way of showing clips, and the folders with the suffix of their files that are here."""

    way: str
    modality: Modality
    media: tuple[tuple[Path, str], ...]


def _ways(folder: Path) -> dict[str, _Shown]:
    ways = {}
    for kind, (way, modality) in _SHOWN.items():
        places = _SOUND if modality == "speech" else _FILM
        media = ((folder / place, suffix) for place, suffix in places.items())
        ways[kind] = _Shown(way, modality, tuple(one for one in media if one[0].is_dir()))
    return ways


def _mean_columns() -> tuple[str, ...]:
    return ("meanemoresp", "meanemorespnorm", *(f"mean{column}resp" for column in _mean_names()))


def _mean_names() -> tuple[str, ...]:
    return ("anger", "disgust", "fear", "happy", "neutral", "sad")


def _copied(path: Path) -> Iterator[Record]:
    means = ("meanEmoResp", "meanEmoRespNorm", *(f"mean{name.title()}Resp" for name in _mean_names()))
    person = ("sex", "age", "race", "ethnicity")
    columns = ("fileName", "query_type", *person, *_LETTERS, "numResponses", "agreement", "emoVote", *means)
    ways = {shown.way: shown for shown in _ways(path.parent).values()}
    for row in read_parquet(path, columns=columns):
        if row["query_type"] not in ways:
            raise row.error(f"query_type is {row['query_type']!r}, allowed are {', '.join(ways)}")
        actor = {name: row[name].lower() for name in person}
        yield _record(row, _clip(row, row["filename"]), ways[row["query_type"]], actor, None)


def _clip(row: Row, name: str) -> _Clip:
    match = _NAME.fullmatch(name)
    if match is None:
        raise row.error(f"fileName is {name!r}, allowed are names like 1001_IEO_ANG_HI")
    return _Clip(name, *match.groups())


def _record(
    row: Row, clip: _Clip, shown: _Shown, actor: Mapping[str, str], ratings: tuple[Rating, ...] | None
) -> Record:
    counts = {label: int(row.number(letter.lower(), 0, 1000)) for letter, label in _LETTERS.items()}
    if sum(counts.values()) != row.number("numresponses", 1, 1000):
        raise row.error(f"{sum(counts.values())} votes where numResponses is {row['numresponses']}")
    if not set(row["emovote"].split(":")) <= _LETTERS.keys():
        raise row.error(f"emoVote is {row['emovote']!r}, allowed are {', '.join(_LETTERS)}, several joined by :")
    if ratings is None:
        ratings = tuple(_ANONYMOUS[shown.way, label] for label, count in counts.items() for _ in range(count))
    levels = {label: row.number(f"mean{label}resp", -1, 100) for label in _mean_names()}
    return Record(
        id=f"{clip.name}.{shown.way}",
        signal=Signal(
            _SENTENCES[clip.sentence],
            source=row.file,
            language="en",
            modality=shown.modality,
            path=_media(shown, clip.name),
        ),
        split="all",
        labels=tuple(_LETTERS[letter] for letter in row["emovote"].split(":")),
        # -1 stands where nobody chose the emotion.
        intensities={label: level / 100 for label, level in levels.items() if level >= 0},
        ratings=ratings,
        speaker=clip.actor,
        group=clip.actor,
        values={
            "agreement": row.number("agreement", 0, 1),
            "level": row.share("meanemoresp", 0, 100),
            # Not there where a rater's answers could not be normalised.
            **({} if row["meanemorespnorm"] in ("", "NA") else {"level_norm": row.share("meanemorespnorm", 0, 100)}),
        },
        conditions={"shown": shown.way, "intended": _INTENDED[clip.intended], "level": _LEVELS[clip.level], **actor},
    )


def _media(shown: _Shown, name: str) -> Path | None:
    """The clip's own file, as it was shown; None where the folder of media holds none."""
    files = (folder / f"{name}{suffix}" for folder, suffix in shown.media)
    return next((file for file in files if file.is_file()), None)


# Votes without a rater are alike: 18 values stand for all 212,000.
_ANONYMOUS = {
    (way, label): Rating(None, (label,), perspective=way) for way, _ in _SHOWN.values() for label in SPACE.labels
}


def _named_ratings(folder: Path) -> Mapping[tuple[str, str], list[Rating]]:
    """The final answer of every rater by clip and query type, without those the publisher left out."""
    late = {
        _question(row)
        for row in read_table(folder, _FIRST_CLICKS, columns=("sessionnums", "querytype", "questnum", "ttr"))
        if row.number("ttr", 0, 1e9) > _DISTRACTED_MS
    }
    raters: dict[str, str] = {}
    ratings: dict[tuple[str, str], list[Rating]] = defaultdict(list)
    columns = ("localid", "ans", "querytype", "questnum", "clipname", "sessionnums")
    for row in read_table(folder, _RESPONSES, columns=columns):
        name = row["clipname"].partition(".")[0]
        if _question(row) in late or name.endswith("_practice"):
            continue
        letter, _, level = row["ans"].partition("_")
        if letter not in _LETTERS or row["querytype"] not in _SHOWN:
            raise row.error(
                f"ans is {row['ans']!r} and queryType {row['querytype']!r}, allowed are A_50 and so on, 1-3"
            )
        try:
            degree = float(level) / 100
        except ValueError as error:
            raise row.error(f"ans is {row['ans']!r}, allowed are a letter and a level, as A_50") from error
        # Whatever the ids are made of, they leave as numbers in order of appearance.
        rater = raters.setdefault(row["localid"], f"rater-{len(raters) + 1:04d}")
        ratings[_clip(row, name).name, row["querytype"]].append(
            Rating(rater, (_LETTERS[letter],), {"level": degree}, _SHOWN[row["querytype"]][0])
        )
    return ratings


def _question(row: Row) -> int:
    """The publisher's own number of a question within a session."""
    session, kind, number = (int(row.number(name, 0, 1e9)) for name in ("sessionnums", "querytype", "questnum"))
    return session * 1000 + kind * 100 + number

"""BRIGHTER and EthioEmo, the data of SemEval-2025 Task 11: six emotions in 31 languages, with intensities in 11.

Muhammad et al. 2025, BRIGHTER, ACL; Muhammad et al. 2025, SemEval-2025 Task 11; Belay et al. 2025,
EthioEmo, COLING.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from hashlib import blake2b
from pathlib import Path

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard
from affekt.corpora.files import Row, has_file, official_files, read_table
from affekt.errors import CorpusError
from affekt.types import Record, Signal

SPACE = find_space("ekman")
SPLITS = ("train", "dev", "test")

# The publisher's codes → ISO 639-1, or 639-3 where 639-1 has none.
LANGUAGES = {
    **{"afr": "af", "amh": "am", "arq": "arq", "ary": "ary", "chn": "zh", "deu": "de", "eng": "en", "esp": "es"},
    **{"hau": "ha", "hin": "hi", "ibo": "ig", "ind": "id", "jav": "jv", "kin": "rw", "mar": "mr", "orm": "om"},
    **{"pcm": "pcm", "ptbr": "pt", "ptmz": "pt", "ron": "ro", "rus": "ru", "som": "so", "sun": "su", "swa": "sw"},
    **{"swe": "sv", "tat": "tt", "tir": "ti", "ukr": "uk", "vmw": "vmw", "xho": "xh", "yor": "yo", "zul": "zu"},
}
# What a language was not asked about, in every track.
UNASKED = {"eng": ("disgust",), "afr": ("surprise",)}
# Track C repeats Track A, save for the languages that only it has.
_ONLY_IN_C = ("ind", "jav", "xho", "zul")

_RAW = (
    "https://raw.githubusercontent.com/emotion-analysis-project/SemEval2025-Task11/"
    "513a7e8bef7ef6370ac416ced97efba338c47c97/task-dataset/semeval-2025-task11-dataset"
)

CARD = CorpusCard(
    name="brighter",
    summary="Texts in 31 languages with six emotions (Track A) and, in 11 languages, their intensities (Track B)",
    modality="text",
    space=SPACE,
    licence="CC BY 4.0 (Amharic, Oromo, Somali, Tigrinya: MIT)",
    permissive=True,
    homepage="https://github.com/emotion-analysis-project/SemEval2025-Task11",
    citation="Muhammad et al. 2025, BRIGHTER, ACL; Belay et al. 2025, EthioEmo, COLING",
    files=official_files("brighter", _RAW),
    rows={"train": 65094 + 23511, "dev": 8505 + 2662 + 1864, "test": 41553 + 19691 + 5329},
    languages=tuple(sorted(set(LANGUAGES.values()))),
    notes=(
        "The id names language, split and track: eng_train_track_b_00001. Track B intensities 0-3 are divided by 3; "
        "a label holds from intensity 1. Tracks A and B share most texts: `group` is the same for the same text in "
        "the same language. `unrated` names what a language was not annotated for (English has no disgust, Afrikaans "
        "no surprise) and all six labels where no gold was published (Track A English test; Track B has it). Track C "
        "is read for Indonesian, Javanese, Xhosa and Zulu, which only it has. Portuguese is there as Brazilian and as "
        "Mozambican: the condition `variety` is the publisher's code of the language, `track` is a, b or c. The single "
        "annotators' votes are the corpus `brighter_votes`. The task's rules forbade passing "
        "the data on while it ran; the later release is CC BY 4.0."
    ),
    papers=("brighter", "semeval2025-task11"),
    layout_source="emotion-analysis-project/SemEval2025-Task11, 513a7e8bef7ef6370ac416ced97efba338c47c97",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the texts track by track; intensities 0-3 are divided by 3, so they lie in [0, 1].

    Layout: ``track_a/train/eng.csv`` and so on (the publisher's folder), or ``track_a_train.csv`` with
    all languages in one table and a column ``lang``, ``track_c_extra.csv`` for Track C. Raises `CorpusError`.
    """
    for _, record in read_tracks(folder):
        yield record


def read_tracks(
    folder: Path, *, tracks: str = "abc", languages: Container[str] = LANGUAGES
) -> Iterator[tuple[str, Record]]:
    """Yield the publisher's code of the language (``deu``, ``ptbr`` …) and the record of every text there.

    Raises `CorpusError`.
    """
    for track in tracks:
        for split in SPLITS:
            for language, row in _rows(folder, track, split):
                if language in languages:
                    yield language, _record(row, language, split, track)


def _rows(folder: Path, track: str, split: str) -> Iterator[tuple[str, Row]]:
    columns = ("id", "text")
    if (folder / f"track_{track}").is_dir():
        for language in LANGUAGES:
            name = f"track_{track}/{split}/{language}.csv"
            if has_file(folder, name) and (track != "c" or language in _ONLY_IN_C):
                asked = (label for label in SPACE if label not in UNASKED.get(language, ()))
                for row in read_table(folder, name, columns=(*columns, *asked)):
                    yield language, row
        return
    if track == "c" and split == "train":
        return
    name = "track_c_extra.csv" if track == "c" else f"track_{track}_{split}.csv"
    for row in read_table(folder, name, columns=("lang", "split", *columns, *SPACE.labels)):
        if row["lang"] not in LANGUAGES:
            raise row.error(f"the language {row['lang']!r} is none of {', '.join(LANGUAGES)}")
        if row["split"] == split and (track != "c" or row["lang"] in _ONLY_IN_C):
            yield row["lang"], row


def _record(row: Row, language: str, split: str, track: str) -> Record:
    top = 3 if track == "b" else 1
    degrees = {label: row.share(label, 0, top) for label in SPACE if row.cells.get(label)}
    unrated = tuple(label for label in SPACE if label not in degrees)
    if degrees and not set(unrated) <= set(UNASKED.get(language, ())):
        raise row.error(f"no value for {', '.join(unrated)}; where one emotion has a value, all that were asked have")
    text = row["text"]
    digest = blake2b(text.encode(), digest_size=8).hexdigest()
    if not row["id"]:
        raise CorpusError(f"{row.file}, line {row.line}: the row has no id.")
    return Record(
        id=row["id"],
        signal=Signal(text, source=row.file, language=LANGUAGES[language]),
        split=split,
        labels=tuple(label for label, degree in degrees.items() if degree > 0),
        intensities=degrees if track == "b" else {},
        group=f"{language}-{digest}",
        unrated=unrated,
        conditions={"track": track, "variety": language},
    )

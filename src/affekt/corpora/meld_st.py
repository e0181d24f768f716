"""MELD-ST: utterances of MELD with their German or Japanese translation, in text and sound, and MELD's emotion.

Chen et al. 2024, MELD-ST: An Emotion-aware Speech Translation Dataset, Findings of ACL.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.files import Row, has_file, read_table
from affekt.corpora.meld import SENTIMENTS, SPACE
from affekt.errors import CorpusError
from affekt.types import Record, Signal

# Folder of a pair → its other language: code of folders, column of texts, ISO 639-1.
PAIRS = {"ENG_DEU": ("DEU", "german", "de"), "ENG_JPN": ("JPN", "japanese", "ja")}
# Split → its folder of recordings.
_FOLDERS = {"train": "train", "valid": "dev", "test": "test"}
_GERMAN = {"train": 9314, "valid": 1164, "test": 1164}
_JAPANESE = {"train": 8069, "valid": 1008, "test": 1008}

CARD = CorpusCard(
    name="meld_st",
    summary="MELD-ST: about 10,000 MELD utterances per language pair with Japanese and German subtitles and audio",
    modality="speech",
    space=SPACE,
    licence="not verified (audio and subtitles of a television series)",
    permissive=False,
    homepage="https://arxiv.org/abs/2405.13233",
    citation="Chen et al. 2024, MELD-ST: An Emotion-aware Speech Translation Dataset, Findings of ACL",
    files=(SourceFile("ENG_DEU", None), SourceFile("ENG_JPN", None)),
    rows={split: _GERMAN[split] + _JAPANESE[split] for split in _FOLDERS},
    copies={"English and German": _GERMAN, "English and Japanese": _JAPANESE},
    languages=("de", "en", "ja"),
    notes=(
        "No home could be verified: the address is the paper's. An item is an utterance and its translation: its "
        "signal the English one, its further signal the other, each with the recording where it is there. `conditions` "
        "hold target (de, ja), sentiment, season and episode; the group is the dialogue, the turn its number in it. "
        "Labels are MELD's, aligned by time stamp; subtitles were read from discs. Splits are its own, not MELD's: "
        "items are in MELD too, whatever the split."
    ),
    access="request",
    layout_source=(
        "felixbur/nkululeko, data/meld-st/README.md and preprocess_meld_st.py (files, columns, names of recordings, "
        "numbers), commits fbdc8df5bc7beb9553d5f84995801bc2a1ee0dd9 and e10c16a2e34dfe95fa83e83ea5f7cfee7b90d590"
    ),
    raters="those of MELD: three annotators each utterance, majority",
    speakers="the cast of Friends, in every split",
    papers=("meld-st",),
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the utterances with their translations, German first, split by split in the order of the tables.

    Layout: ``ENG_DEU/deu_train.csv`` (valid, test) with id, dia_id, utt_id, speaker, emotion, sentiment, season,
    episode, English and German; recordings in ``ENG_DEU/ENG/train/train_<id>.wav`` and ``ENG_DEU/DEU/…`` (``dev`` for
    valid), if they are there; so for ``ENG_JPN``; in `folder` or in ``MELD-ST/``. Raises `CorpusError`.
    """
    root = folder / "MELD-ST" if (folder / "MELD-ST").is_dir() else folder
    found = False
    for pair, (code, column, language) in PAIRS.items():
        for split, place in _FOLDERS.items():
            name = f"{code.lower()}_{split}.csv"
            # One pair may be all that somebody asked for; of a pair that is there, no split may miss.
            if not any(has_file(root / pair, f"{code.lower()}_{each}.csv") for each in _FOLDERS):
                continue
            found = True
            columns = ("id", "dia_id", "utt_id", "speaker", "emotion", "sentiment", "season", "episode", "english")
            for row in read_table(root / pair, name, columns=(*columns, column)):
                yield _record(row, root / pair, (split, place), (code, column, language))
    if not found:
        raise CorpusError(f"{folder} has no ENG_DEU/deu_train.csv and no ENG_JPN/jpn_train.csv. Is it MELD-ST?")


def _record(row: Row, folder: Path, where: tuple[str, str], target: tuple[str, str, str]) -> Record:
    split, place = where
    code, column, language = target
    if row["emotion"] not in SPACE:
        raise row.error(f"emotion is {row['emotion']!r}, allowed are {', '.join(SPACE)}")
    if row["sentiment"] not in SENTIMENTS:
        raise row.error(f"sentiment is {row['sentiment']!r}, allowed are {', '.join(SENTIMENTS)}")
    number, dialogue, turn = (int(row.number(name, 0, 100_000)) for name in ("id", "dia_id", "utt_id"))
    sides = []
    for side, text, spoken in (("ENG", "english", "en"), (code, column, language)):
        path = folder / side / place / f"{place}_{number}.wav"
        if not row[text].strip():
            raise row.error(f"{text} is empty")
        there = path if path.is_file() else None
        sides.append(Signal(row[text].strip(), row.file, language=spoken, modality="speech", path=there))
    return Record(
        id=f"{language}-{split}-{number}",
        signal=sides[0],
        split=split,
        labels=(row["emotion"],),
        speaker=row["speaker"],
        # Dialogues are numbered anew in each split of MELD, which the splits here mix.
        group=f"{row['season']}-{row['episode']}-{dialogue}",
        further=(sides[1],),
        turn=turn,
        conditions={"target": language, **{name: row[name] for name in ("sentiment", "season", "episode")}},
    )

"""THAI-SER: Thai speech of 200 actors, scripted and improvised, with the votes of a crowd.

Wongpithayadisai et al. 2025, THAI Speech Emotion Recognition (THAI-SER) corpus.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.files import find_file, open_text
from affekt.errors import CorpusError
from affekt.types import Rating, Record, Signal

SPACE = find_space("thai-ser")
VOTES = replace(SPACE, name="thai-ser-votes", kind="multi-label")
"""The space of single votes: a rater may name several emotions, or one outside the list."""
_LABELS = ("emotion_label.json", "emotion_label_v1.json", "labels.json")
_ACTORS = "actor_demography.json"
_ACTOR_ID = "Actor's ID"
_ELSEWHERE = ("other", "none")
_NAME = re.compile(r"([sz])(\d{3})_([a-z]+)_actor(\d+)_(script|impro)([^.]*)(?:\.(?:wav|flac))?")
_ENDINGS = (".flac", ".wav")
_RAW = "https://github.com/vistec-AI/dataset-releases/releases/tag/v1"

CARD = CorpusCard(
    name="thai_ser",
    summary="27,854 Thai utterances of 200 professional actors, scripted and improvised, labelled by crowd workers",
    modality="speech",
    space=SPACE,
    licence="CC BY-SA 4.0",
    permissive=True,
    homepage=_RAW,
    citation="Wongpithayadisai et al. 2025, THAI Speech Emotion Recognition (THAI-SER) corpus, arXiv:2507.09618",
    files=(SourceFile(_LABELS[0], None), SourceFile("studio001", None)),
    rows={"all": 27854},
    languages=("th",),
    notes=(
        "`ratings` keep every vote: a rater may name several emotions; another emotion, or none, is a vote without "
        "label. `labels` is what the makers' majority says, nothing where there is none; `values` agreement is "
        "theirs. The emotion that the actor was asked for is in `conditions` (intended), with session (script or "
        "impro), room (a: studio without noise, b: plain studio, zoom), microphone, recording, fold (of ten "
        "recordings, the makers' for cross-validation), and sex and age where actor_demography.json is there. Count "
        "votes in the space `affekt.corpora.thai_ser.VOTES`, and filter them by `affekt.ratings.filtering`: the "
        "makers keep 0.71 and more. Raters have no ids. A recording holds two actors. Texts do not come with the "
        "labels. The number of rows is the paper's number of utterances; whether the file of labels has a row for "
        "each was not verified."
    ),
    layout_source=(
        "vistec-AI/vistec-ser, vistec_ser/data/datasets/thaiser.py, commit 59e6dbfb4d304f816fd66863e1bd26a38ae17334 "
        "(the makers' own loader: the file of labels, annotated, folders, microphones, folds, the rule of 0.71); the "
        "keys assigned_emo, majority_emo and agreement, the parts of a file's name and actor_demography.json are from "
        "users' loaders. Never run on the corpus itself"
    ),
    raters="3 to 8 crowd workers each utterance, without ids",
    speakers="200 actors, two in each of 100 recordings; folds hold ten recordings each, so they share no actor",
    papers=("thai-ser",),
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the utterances in the order of the file of labels.

    Layout: ``emotion_label.json`` (or with ``_v1``, or ``labels.json``), by file name a list of one object with
    annotated (a list of emotions by each rater), assigned_emo, majority_emo, agreement; recordings in
    ``studio001/con/*.flac`` and ``zoom001/mic/*.flac``, or below ``studio1-10/`` and so on; ``actor_demography.json``
    where it is there. Raises `CorpusError`.
    """
    with open_text(folder, *_LABELS) as stream:
        try:
            told = json.load(stream)
        except (json.JSONDecodeError, UnicodeDecodeError) as error:
            raise CorpusError(f"{stream.name} is no JSON ({error}). Fetch the file again from {_RAW}.") from error
    file = find_file(folder, *_LABELS).name
    actors = _actors(folder)
    if not isinstance(told, dict):
        raise CorpusError(f"{file} must hold an object, by file name. Fetch the file again from {_RAW}.")
    for name, entry in told.items():
        yield _record(folder, file, str(name), entry, actors)


def _record(folder: Path, file: str, name: str, entry: Any, actors: Mapping[str, Mapping[str, str]]) -> Record:
    match = _NAME.fullmatch(Path(name).name)
    if match is None:
        raise CorpusError(f"{file}: {name!r} is no name of a recording, as in s001_con_actor001_impro1_1.flac.")
    kind, number, microphone, actor, session, _ = match.groups()
    said = entry[0] if isinstance(entry, list) and len(entry) == 1 and isinstance(entry[0], dict) else None
    if said is None or not isinstance(said.get("annotated"), list) or not said["annotated"]:
        raise CorpusError(f"{file}: {name} has no list `annotated` of what each rater said.")
    votes = [_vote(file, name, one) for one in said["annotated"]]
    intended = _label(file, name, said.get("assigned_emo"))
    majority = _label(file, name, said.get("majority_emo"))
    if majority is not None and majority not in {label for labels in votes for label in labels}:
        raise CorpusError(f"{file}: {name} has the majority {majority!r}, which no rater said.")
    if intended is None:
        raise CorpusError(f"{file}: {name} was assigned {said.get('assigned_emo')!r}, allowed are {', '.join(SPACE)}.")
    recording = f"{'studio' if kind == 's' else 'zoom'}{number}"
    first = (int(number) - 1) // 10 * 10 + 1
    room = "zoom" if kind == "z" else "a" if int(number) <= 18 else "b"
    speaker = f"actor{int(actor):03}"
    agreement = _share(file, name, said.get("agreement"))
    stem = Path(name).stem if Path(name).suffix in _ENDINGS else Path(name).name
    return Record(
        id=stem,
        signal=Signal(
            source=file, language="th", modality="speech", path=_path(folder, recording, first, microphone, stem)
        ),
        split="all",
        labels=() if majority is None else (majority,),
        ratings=tuple(Rating(None, labels) for labels in votes),
        speaker=speaker,
        group=recording,
        values={} if agreement is None else {"agreement": agreement},
        conditions={
            "intended": intended,
            "session": session,
            "room": room,
            "microphone": microphone,
            "recording": recording,
            "fold": f"{'studio' if kind == 's' else 'zoom'}{first}-{first + 9}",
            **actors.get(f"{int(actor):03}", {}),
        },
    )


def _share(file: str, name: str, value: Any) -> float | None:
    """The makers' agreement, None where the file does not tell it."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise CorpusError(f"{file}: {name} has the agreement {value!r}, allowed are 0 to 1.")
    return float(value)


def _vote(file: str, name: str, one: Any) -> tuple[str, ...]:
    if not isinstance(one, list):
        raise CorpusError(f"{file}: {name} holds {one!r} where a list of one rater's emotions is expected.")
    labels = (_label(file, name, each) for each in one)
    return tuple(dict.fromkeys(label for label in labels if label is not None))


def _label(file: str, name: str, word: Any) -> str | None:
    """The label a word is, None for one outside the list, as the makers let raters say."""
    label = str(word).strip().lower() if isinstance(word, str) else ""
    if label in _ELSEWHERE:
        return None
    if label not in SPACE:
        raise CorpusError(f"{file}: {name} holds the emotion {word!r}, allowed are {', '.join(SPACE)}, other and none.")
    return label


def _path(folder: Path, recording: str, first: int, microphone: str, stem: str) -> Path | None:
    group = f"{recording.rstrip('0123456789')}{first}-{first + 9}"
    for place in (folder / recording, folder / group / recording):
        for ending in _ENDINGS:
            path = place / microphone / f"{stem}{ending}"
            if path.is_file():
                return path
    return None


def _actors(folder: Path) -> dict[str, dict[str, str]]:
    path = folder / _ACTORS
    if not path.is_file():
        return {}
    try:
        rows = json.loads(path.read_text(encoding="utf-8-sig"))["data"]
        return {
            f"{int(row[_ACTOR_ID]):03}": {"sex": str(row["Sex"]).strip().lower(), "age": str(row["Age"])}
            for row in rows
        }
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CorpusError(f"{path} lacks data with Actor's ID, Sex and Age ({error}). Fetch it again.") from error

"""IEMOCAP: ten actors in dyads, every rater's categories and valence, activation, dominance per utterance.

Busso, Bulut, Lee, Kazemzadeh, Mower, Kim, Chang, Lee & Narayanan 2008, IEMOCAP: Interactive emotional dyadic motion
capture database, Language Resources and Evaluation 42:335-359.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.files import read_lines
from affekt.corpora.finding import files_in
from affekt.errors import CorpusError
from affekt.types import VAD, Rating, Record, Signal, Span

# The codes of the aggregate; what raters wrote begins with the same three letters (Anger, Neutral state).
_LABELS = {
    **{"ang": "angry", "hap": "happy", "sad": "sad", "neu": "neutral", "fru": "frustrated"},
    **{"exc": "excited", "fea": "fearful", "sur": "surprised", "dis": "disgusted", "oth": "other"},
}
_NO_MAJORITY = "xxx"
_SCALES = {"val": "valence", "act": "arousal", "dom": "dominance"}
_NUMBER = r"(\d+\.\d+)"
_UTTERANCE = re.compile(
    rf"\[{_NUMBER} - {_NUMBER}\]\s+(Ses0([1-5])[FM]_(impro|script)\w+_([FM])\w\d+)\s+([a-z]{{3}})\s+"
    rf"\[{_NUMBER},\s*{_NUMBER},\s*{_NUMBER}\]"
)
_VOTE = re.compile(r"([CA])-([EFM]\d+):\s*([^(]*)(?:\(.*)?")
_SAID = re.compile(r"(\S+)\s+\[[\d.]+-[\d.]+\]:\s*(.*)")

SPACE = find_space("iemocap")

CARD = CorpusCard(
    name="iemocap",
    summary="ten actors in dyads, scripted and improvised, about 12 hours, every vote on categories and dimensions",
    modality="speech",
    space=SPACE,
    licence="USC release form, for research",
    permissive=False,
    homepage="https://sail.usc.edu/iemocap/",
    citation="Busso et al. 2008, IEMOCAP: Interactive emotional dyadic motion capture database, Language Resources and "
    "Evaluation 42:335-359",
    files=(SourceFile("IEMOCAP_full_release.tar.gz", None),),
    rows={"all": 10039},
    languages=("en",),
    notes=(
        "An item is an utterance, the group its dialogue, the turn its place there by starting time; `conditions` hold "
        "session, sex, and whether it was improvised. An utterance without a majority (xxx) has no label and keeps its "
        "votes. Valence, activation (here arousal) and dominance are moved from 1 to 5 to -1 to 1; means that lie "
        "outside are cut to that. A vote by F or M is an actor's own (writer), by E a listener's (reader). Papers "
        "score four labels (excited joined with happy, 5,531 utterances) or six: see iemocap-4 and iemocap-6. Motion "
        "capture and video are not read."
    ),
    access="request",
    layout_source=(
        "speechbrain/speechbrain, recipes/ZaionEmotionDataset/emotion_diarization/datasets/prepare_IEMOCAP.py, commit "
        "10b528680f0da8600e3aa47282c6af34c58836e5 (folders, lines of utterances); CXianRen/AMST, "
        "Doc/dataset/IEMOCAP.md, commit 16f96be80dc074a3e1bb095fa6ae9f9d8e5eee94 (tree, lines of votes, numbers per "
        "label); the release's README (names, labels); a second loader reads the same lines: Strong-AI-Lab/emotion, "
        "datasets/IEMOCAP/process.py, commit 30815b104356146498a067627425be845c03591a; the names of 5,531 utterances "
        "in emo-box/EmoBox, data/iemocap/iemocap.jsonl, commit 08280f279d47fb55d2c614061c70523d0a338d6b, fit"
    ),
    raters="at least 3 annotators for categories, at least 2 for dimensions, and some actors their own",
    speakers="two actors per session, five sessions, no published split: leave one session out",
)


class _Head(NamedTuple):
    """The line of an utterance."""

    name: str
    session: str
    kind: str
    sex: str
    span: Span
    label: str
    vad: VAD


@dataclass(slots=True)
class _Votes:
    """What one rater said of one utterance."""

    labels: tuple[str, ...] = ()
    values: dict[str, float] = field(default_factory=dict)


def read(folder: Path) -> Iterator[Record]:
    """Yield the utterances by session and dialogue, in the order in which they begin.

    Layout: ``Session1/dialog/EmoEvaluation/Ses01F_impro01.txt`` to ``Session5``, in `folder` or in its
    ``IEMOCAP_full_release/``; beside it ``dialog/transcriptions/`` and ``sentences/wav/`` (or ``dialog/wav/``), if
    they are there. Raises `CorpusError`, naming file and line, where a session is missing or a line is not
    what the release has.
    """
    root = folder / "IEMOCAP_full_release" if (folder / "IEMOCAP_full_release").is_dir() else folder
    for number in range(1, 6):
        session = root / f"Session{number}"
        files = files_in(session / "dialog" / "EmoEvaluation", "Ses0*.txt")
        if not files:
            raise CorpusError(
                f"{session / 'dialog' / 'EmoEvaluation'} has no Ses0{number}….txt. Put the release's five folders "
                "Session1 to Session5 there, as they were unpacked."
            )
        for file in files:
            yield from _dialogue(session, file)


def _dialogue(session: Path, file: Path) -> Iterator[Record]:
    said = _transcript(session / "dialog" / "transcriptions", file.name)
    found = sorted(_utterances(file), key=lambda pair: pair[0].span.start)
    for turn, (head, votes) in enumerate(found):
        yield Record(
            id=head.name,
            signal=_signal(session, file, head, said.get(head.name, "")),
            split="all",
            labels=() if head.label == _NO_MAJORITY else (_LABELS[head.label],),
            vad=head.vad,
            ratings=tuple(
                Rating(rater, vote.labels, vote.values, "reader" if rater[0] == "E" else "writer")
                for rater, vote in votes.items()
            ),
            speaker=f"Ses0{head.session}{head.sex}",
            group=file.stem,
            turn=turn,
            conditions={
                "session": head.session,
                "sex": "female" if head.sex == "F" else "male",
                "elicitation": "improvised" if head.kind == "impro" else "scripted",
            },
        )


def _utterances(file: Path) -> Iterator[tuple[_Head, dict[str, _Votes]]]:
    """Yield each utterance of one file with its votes by rater."""
    head: _Head | None = None
    votes: dict[str, _Votes] = {}
    for name, number, line in read_lines(file.parent, file.name):
        if line.startswith("["):
            if head is not None:
                yield head, votes
            head, votes = _head(name, number, line), {}
        elif line[:2] in ("C-", "A-"):
            match = _VOTE.fullmatch(line)
            if match is None or head is None:
                raise _wrong(name, number, line, "a vote under its utterance, as C-E1: Anger; ()")
            kind, rater, said = match.groups()
            vote = votes.setdefault(rater, _Votes())
            if kind == "C":
                vote.labels = _said(name, number, said)
            else:
                vote.values |= _rated(name, number, said)
    if head is not None:
        yield head, votes


def _head(file: str, number: int, line: str) -> _Head:
    match = _UTTERANCE.fullmatch(line.strip())
    if match is None:
        raise _wrong(file, number, line, "[START - END] NAME LABEL [V, A, D]")
    start, end, name, session, kind, sex, label, *means = match.groups()
    if label not in _LABELS and label != _NO_MAJORITY:
        raise _wrong(file, number, label, f"one of {', '.join(_LABELS)}, {_NO_MAJORITY}")
    return _Head(
        name, session, kind, sex, Span(float(start), float(end), "second"), label, VAD(*(_moved(m) for m in means))
    )


def _said(file: str, number: int, said: str) -> tuple[str, ...]:
    words = [word.strip() for word in said.split(";") if word.strip()]
    labels = tuple(dict.fromkeys(_LABELS.get(word[:3].lower(), "") for word in words))
    if "" in labels:
        raise _wrong(file, number, said, f"categories that begin with {', '.join(_LABELS)}")
    return labels


def _rated(file: str, number: int, said: str) -> dict[str, float]:
    """One rater's values; a scale they left empty is absent."""
    values = {}
    for part in said.split(";"):
        scale, _, value = part.strip().partition(" ")
        if not scale or not value.strip():
            continue
        if scale not in _SCALES or value.strip() not in ("1", "2", "3", "4", "5"):
            raise _wrong(file, number, said, "val, act and dom with 1 to 5")
        values[_SCALES[scale]] = _moved(value)
    return values


def _moved(value: str) -> float:
    return max(-1.0, min(1.0, (float(value) - 3) / 2))


def _transcript(folder: Path, name: str) -> dict[str, str]:
    """The words of each utterance; nothing where the transcriptions are not there."""
    if not (folder / name).is_file():
        return {}
    matches = (_SAID.fullmatch(line.strip()) for _, _, line in read_lines(folder, name))
    return {match[1]: match[2] for match in matches if match}


def _signal(session: Path, file: Path, head: _Head, text: str) -> Signal:
    """The utterance's own recording; the stretch of its dialogue's where only that is there; or neither."""
    own = session / "sentences" / "wav" / file.stem / f"{head.name}.wav"
    whole = session / "dialog" / "wav" / f"{file.stem}.wav"
    path = own if own.is_file() else whole if whole.is_file() else None
    part = head.span if path == whole else None
    return Signal(text, source=file.name, language="en", modality="speech", path=path, part=part)


def _wrong(file: str, number: int, found: str, expected: str) -> CorpusError:
    return CorpusError(f"{file}, line {number}: expected {expected}, got {found!r:.90}. Is it the official file?")

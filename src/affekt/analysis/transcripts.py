"""Transcripts in files: plain text, SubRip, WebVTT, JSON of Whisper and its kin, TextGrid, EAF, CTM.

=====================  =========================================  ==============================================
File                   Times of                                   Tells how sure words are
=====================  =========================================  ==============================================
``.txt``, ``.md``      nothing                                    no
``.srt``, ``.vtt``     cues                                       no
``.json``              words, or segments                         yes: ``probability``, ``score``, ``avg_logprob``
``.TextGrid``          intervals (of a tier words, where it is)   no
``.eaf``               annotations                                no
``.ctm``               words                                      yes, where the sixth column is there
=====================  =========================================  ==============================================

Times are seconds from the start of the sound.
"""

from __future__ import annotations

import html
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from affekt.errors import InputError

ENDINGS = (".txt", ".md", ".srt", ".vtt", ".json", ".textgrid", ".eaf", ".ctm")
_ARROW = re.compile(r"(?P<start>[\d:.,]+)\s+-->\s+(?P<end>[\d:.,]+)")
_CLOCK = re.compile(r"(?:(\d+):)?([0-5]?\d):([0-5]?\d)[.,](\d{1,3})")
_TAG = re.compile(r"<[^>]*>|\{\\[^}]*\}")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]*)>")
_WORDS_TIER = ("words", "word", "ort-mau")


@dataclass(frozen=True, slots=True)
class Said:
    """What was said from `start` to `end` seconds, a word or several; `confidence` in [0, 1], None where not told."""

    start: float
    end: float
    text: str
    confidence: float | None = None
    speaker: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end < math.inf:
            raise InputError(
                f"{self.text[:30]!r} is said from {self.start:g} to {self.end:g} s. Times start at 0 and do not run "
                "back."
            )
        if self.confidence is not None and not 0 <= self.confidence <= 1:
            raise InputError(f"{self.text[:30]!r} has the confidence {self.confidence:g}, which lies outside 0 to 1.")


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was said in a recording, in the order of time; where nothing is timed, `text` is all there is."""

    said: tuple[Said, ...] = ()
    text: str = ""

    @property
    def timed(self) -> bool:
        """Whether it says when words were said."""
        return bool(self.said)

    def words(self) -> list[Said]:
        """Return single words; a cue of several shares out its time by their letters."""
        return [word for piece in self.said for word in _split(piece)]


def read_transcript(path: Path, *, recording: str = "") -> Transcript:
    """Return the transcript in a file, by the ending of its name; one without words has none.

    Of a CTM that tells of several recordings those lines are taken whose first column is `recording`, the name of the
    sound without its ending. Raises `InputError` where it cannot be read, has another ending, or says nonsense.
    """
    kind = path.suffix.lower()
    if kind not in ENDINGS:
        raise InputError(f"A transcript is a {', '.join(ENDINGS)} file, not {path.name!r}.")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"Cannot read {path}: {error.strerror or error}.") from error
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8: {error}. Save it as UTF-8.") from error
    try:
        if kind in (".txt", ".md"):
            return Transcript(text=" ".join(text.split()))
        found = _ordered(_pieces(kind, text, path, recording))
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    untimed = _untimed(text) if kind == ".json" and not found else ""
    return Transcript(found, untimed or " ".join(piece.text for piece in found))


def _pieces(kind: str, text: str, path: Path, recording: str) -> Iterable[Said]:
    if kind in (".srt", ".vtt"):
        return parse_cues(text)
    if kind == ".json":
        return parse_json(text)
    if kind == ".ctm":
        return parse_ctm(text, recording)
    if kind == ".eaf":
        from affekt.analysis.eaf import parse_eaf

        labels = parse_eaf(text, path.stem).labels
    else:
        from affekt.analysis.textgrid import parse_textgrid

        labels = parse_textgrid(text, path.stem).labels
        # Aligners write tiers of words and of phones; of other grids a tier is a speaker.
        tiers = {label.speaker for label in labels}
        words = next((tier for tier in tiers if tier.lower() in _WORDS_TIER), None)
        if words is not None:
            labels = tuple(label for label in labels if label.speaker == words)
            return (Said(label.start, label.end, label.label.strip()) for label in labels)
    return (Said(label.start, label.end, label.label.strip(), None, label.speaker) for label in labels)


def parse_cues(text: str) -> Iterator[Said]:
    r"""Yield the cues of SubRip or WebVTT; tags are left out, a voice tag names the speaker.

    Raises `InputError` for a time that is none.

    >>> list(parse_cues("1\n00:00:01,500 --> 00:00:02,000\n<v Ann>Oh <i>no</i>\n"))
    [Said(start=1.5, end=2.0, text='Oh no', confidence=None, speaker='Ann')]
    """
    lines = text.splitlines()
    at = 0
    while at < len(lines):
        arrow = _ARROW.search(lines[at])
        at += 1
        if arrow is None:
            continue
        body = []
        while at < len(lines) and lines[at].strip() and not _ARROW.search(lines[at]):
            body.append(lines[at].strip())
            at += 1
        if at < len(lines) and _ARROW.search(lines[at]) and body and body[-1].isdecimal():
            body.pop()  # the next cue's number, where the blank line before it is missing
        whole = " ".join(body)
        voice = _VOICE.search(whole)
        said = " ".join(html.unescape(_TAG.sub("", whole)).split())
        speaker = "" if voice is None else voice[1].strip()
        yield Said(_seconds(arrow["start"]), _seconds(arrow["end"]), said, None, speaker)


def parse_json(text: str) -> Iterator[Said]:
    """Yield the words, or where there are none the segments, of what Whisper and its kin write as JSON.

    Known: ``segments`` with ``start``, ``end``, ``text``, ``avg_logprob`` and ``words`` (``word``, ``start``, ``end``,
    ``probability`` or ``score``), ``words`` by themselves, and ``transcription`` with ``offsets`` in milliseconds.
    Raises `InputError` for anything else.
    """
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"It is no JSON ({error}).") from error
    if isinstance(whole, list):
        whole = {"segments": whole}
    if not isinstance(whole, dict) or not {"segments", "words", "transcription", "text"}.intersection(whole):
        raise InputError("It has no segments, words, transcription or text, as the JSON of a recogniser has.")
    try:
        yield from _told(whole)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"A segment or word lacks what it needs ({type(error).__name__}: {error}).") from error


def _told(whole: Mapping[str, Any]) -> Iterator[Said]:
    for each in whole.get("transcription") or ():
        start, end = (float(each["offsets"][name]) / 1000 for name in ("from", "to"))
        yield Said(start, end, str(each["text"]).strip())
    segments = whole.get("segments") or ()
    loose = whole.get("words") or ()
    if loose and not any(segment.get("words") for segment in segments):
        segments = [{"words": loose}]
    for segment in segments:
        sure = segment.get("avg_logprob")
        sure = None if sure is None else min(1.0, math.exp(float(sure)))
        speaker = str(segment.get("speaker") or "")
        words = segment.get("words") or ()
        if not words:
            yield Said(float(segment["start"]), float(segment["end"]), str(segment["text"]).strip(), sure, speaker)
        last = float(segment.get("start") or 0.0)
        for word in words:
            told = word.get("probability", word.get("score", word.get("confidence")))
            # Aligners leave out the times of what they could not place, such as numbers.
            start = float(word.get("start", last))
            last = float(word.get("end", start))
            said = str(word["word"] if "word" in word else word["text"]).strip()
            yield Said(start, last, said, sure if told is None else float(told), str(word.get("speaker") or speaker))


def parse_ctm(text: str, recording: str = "") -> Iterator[Said]:
    r"""Yield the words of a CTM: recording, channel, start, length, word and perhaps confidence, between blanks.

    Where it tells of several recordings, those lines of `recording`. Raises `InputError`, with the line.

    >>> list(parse_ctm("call 1 0.5 0.25 hello 0.9\n;; a comment"))
    [Said(start=0.5, end=0.75, text='hello', confidence=0.9, speaker='')]
    """
    rows = [(number, line.split()) for number, line in enumerate(text.splitlines(), 1)]
    rows = [(number, cells) for number, cells in rows if cells and not cells[0].startswith(";;")]
    if len({cells[0] for _, cells in rows}) > 1:
        rows = [(number, cells) for number, cells in rows if cells[0] == recording]
        if not rows:
            raise InputError(f"It tells of several recordings, and none of them is called {recording!r}.")
    for number, cells in rows:
        try:
            start, length = float(cells[2]), float(cells[3])
            sure = float(cells[5]) if len(cells) > 5 and cells[5] != "NA" else None
            yield Said(start, start + length, cells[4], sure)
        except (IndexError, ValueError) as error:
            raise InputError(f"Line {number} is no word of a CTM: {' '.join(cells)[:60]!r} ({error}).") from error


def _untimed(text: str) -> str:
    whole = json.loads(text)
    said = whole.get("text") if isinstance(whole, dict) else None
    return " ".join(said.split()) if isinstance(said, str) else ""


def _ordered(pieces: Iterable[Said]) -> tuple[Said, ...]:
    """Return what has words in the order of time; a cue that is shown twice is there once."""
    found = sorted((piece for piece in pieces if piece.text), key=lambda piece: (piece.start, piece.end))
    return tuple(dict.fromkeys(found))


def _split(piece: Said) -> list[Said]:
    words = piece.text.split()
    if len(words) < 2:
        return [piece]
    letters = sum(map(len, words))
    found, at = [], piece.start
    for word in words:
        end = min(piece.end, at + (piece.end - piece.start) * len(word) / letters)
        found.append(Said(at, end, word, piece.confidence, piece.speaker))
        at = end
    return found


def _seconds(clock: str) -> float:
    found = _CLOCK.fullmatch(clock)
    if found is None:
        raise InputError(f"{clock!r} is no time. A cue's is like 00:01:02,500.")
    hours, minutes, seconds, part = found.groups()
    return 3600.0 * int(hours or 0) + 60 * int(minutes) + float(f"{seconds}.{part}")

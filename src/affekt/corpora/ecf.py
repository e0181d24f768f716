"""ECF 1.0: conversations of the television series Friends with emotions and the utterances that caused them.

Wang et al. 2023, Multimodal Emotion-Cause Pair Extraction in Conversations, IEEE Transactions on Affective Computing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard
from affekt.corpora.files import Line, official_files, read_lines
from affekt.errors import CorpusError
from affekt.types import Mark, Record, Signal

# The seven of MELD, on whose utterances ECF was annotated.
SPACE = find_space("meld")
SPLITS = ("train", "dev", "test")
_COMMIT = "359c97c74416aecd6b9e62738db10a37b4aa0104"
_PAIR = re.compile(r"\((\d+),(\d+)\)")
_CLIP = re.compile(r"Friends_S(\d+)E(\d+): (\d\d):(\d\d):(\d\d\.\d+) - (\d\d):(\d\d):(\d\d\.\d+)")

CARD = CorpusCard(
    name="ecf",
    summary="ECF 1.0: 13.6k utterances of Friends with seven emotions, and which utterance caused each",
    modality="text",
    space=SPACE,
    licence='GPL-3.0, "exclusively for research purposes"',
    permissive=False,
    homepage="https://github.com/NUSTM/MECPE",
    citation="Wang et al. 2023, Multimodal Emotion-Cause Pair Extraction in Conversations, IEEE TAC 14(3) 1832-1844",
    files=official_files("ecf", f"https://raw.githubusercontent.com/NUSTM/MECPE/{_COMMIT}"),
    rows={"train": 9966, "dev": 1087, "test": 2566},
    languages=("en",),
    notes=(
        "An item is an utterance, the group its conversation. An emotion-cause pair is a mark `cause` on the utterance "
        "with the emotion, its `about` the id of the utterance with the cause (it may be the same one, or follow). "
        "`conditions` hold season and episode; `values` start and end, in seconds of the episode. All of it is the "
        "training part of ecf_semeval2024, with the same ids; utterances are of MELD's dialogues, split otherwise."
    ),
    layout_source=f"NUSTM/MECPE, data/{{train,dev,test}}.txt and data/README.md, {_COMMIT}",
    raters="several people; not published one by one",
    speakers="the six leads are in every split",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the utterances; the id is ``<conversation>-<utterance>``.

    Layout: ``train.txt``, ``dev.txt``, ``test.txt`` in ``data/`` (the publisher's repository), or
    ``ecf1_train.txt`` … in `folder`. Raises `CorpusError`.
    """
    for split in SPLITS:
        lines = read_lines(folder, f"data/{split}.txt", f"ecf1_{split}.txt")
        for head in lines:
            yield from _conversation(head, lines, split)


def _conversation(head: Line, lines: Iterator[Line], split: str) -> Iterator[Record]:
    """A conversation: a line with its number and length, one with the pairs, then the utterances."""
    numbers = head.text.split()
    if len(numbers) != 2 or not all(number.isdecimal() for number in numbers):
        raise _error(head, "expected the number of a conversation and how many utterances it has")
    conversation, length = numbers[0], int(numbers[1])
    pairs = next(lines, head)
    # Where nothing has a cause the line of pairs is empty, and was passed over.
    first, listed = (pairs, "") if pairs.text.startswith("1 | ") else (None, pairs.text.replace(" ", ""))
    found = [(int(emotion), int(cause)) for emotion, cause in _PAIR.findall(listed)]
    if ",".join(f"({emotion},{cause})" for emotion, cause in found) != listed:
        raise _error(pairs, "expected emotion-cause pairs such as (3,1),(4,4)")
    if any(not 1 <= place <= length for pair in found for place in pair):
        raise _error(pairs, f"a pair names an utterance that the conversation of {length} does not have")
    for turn in range(1, length + 1):
        causes = [cause for emotion, cause in found if emotion == turn]
        line = first if turn == 1 and first else next(lines, head)
        yield _record(line, conversation, turn, split, causes)


def _record(line: Line, conversation: str, turn: int, split: str, causes: list[int]) -> Record:
    cells = line.text.split(" | ")
    clip = _CLIP.fullmatch(cells[-1].strip())
    if len(cells) != 5 or cells[0] != str(turn) or clip is None:
        raise _error(line, f"expected utterance {turn} as number | speaker | emotion | text | Friends_S1E1: from - to")
    if cells[2] not in SPACE:
        raise _error(line, f"emotion is {cells[2]!r}, allowed are {', '.join(SPACE)}")
    season, episode, *clock = clip.groups()
    start, end = (int(clock[n]) * 3600 + int(clock[n + 1]) * 60 + float(clock[n + 2]) for n in (0, 3))
    return Record(
        id=f"{conversation}-{turn}",
        signal=Signal(cells[3], source=line.file, language="en"),
        split=split,
        labels=(cells[2],),
        speaker=cells[1],
        group=conversation,
        values={"start": start, "end": end},
        turn=turn,
        conditions={"season": season, "episode": episode},
        marks=tuple(Mark("cause", about=f"{conversation}-{cause}") for cause in causes),
    )


def _error(line: Line, problem: str) -> CorpusError:
    return CorpusError(f"{line.file}, line {line.number}: {problem}. Fetch the file again from the corpus's home.")

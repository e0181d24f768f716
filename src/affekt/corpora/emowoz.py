"""EmoWOZ: people who book a table or a train, with a machine's or a person's help, and what they feel about it.

Feng, Lubis, Geishauser, Lin, Heck, van Niekerk & Gasic 2022, EmoWOZ: A Large-Scale Corpus and Labelling Scheme for
Emotion Recognition in Task-Oriented Dialogue Systems, LREC.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.documents import Node, read_json
from affekt.corpora.files import has_file
from affekt.errors import CorpusError
from affekt.types import Rating, Record, Signal

SPLITS = ("train", "dev", "test")
# The two sources: whose dialogues they are, and how the split file calls them.
_SOURCES = {"multiwoz": "emowoz-multiwoz.json", "dialmage": "emowoz-dialmage.json"}
_PARTITION = "data-split_partition.json"
_SENTIMENT = ("neutral", "negative", "positive")
_ZENODO = "https://zenodo.org/records/6506504/files"

# In the order of the files' numbers.
SPACE = find_space("emowoz")
_POLARITY = {"neutral": "neutral", "excited": "positive", "satisfied": "positive"}

CARD = CorpusCard(
    name="emowoz",
    summary="83,617 user turns of 11,434 task-oriented dialogues with seven emotions that tell what they are about",
    modality="text",
    space=SPACE,
    licence="CC BY-NC 4.0; for research only",
    permissive=False,
    homepage="https://zenodo.org/records/6506504",
    citation=SPACE.source,
    files=tuple(SourceFile(name, f"{_ZENODO}/{name}?download=1") for name in (*_SOURCES.values(), "data-split.json")),
    rows={},
    languages=("en",),
    notes=(
        "The dialogues of MultiWOZ (10,438, between people) and of DialMAGE (996, with a machine's policy); "
        "`conditions` hold which (`source`) and the sentiment that follows from the emotion. An item is a turn, the "
        "group its dialogue; the system's turns have no label and all seven are `unrated`. The names are short for: "
        "fearful, sad, disappointed; dissatisfied, disliking; excited, happy, anticipating; satisfied, liking. They "
        "tell what elicits them: the operator (dissatisfied, abusive, satisfied), the user (apologetic), events "
        "(fearful, excited). `ratings` are the three annotators', by their anonymous ids; their `emotion` items' own "
        "names were not seen, so a vote is the one number 0-6 in an item and the id its one text. The split is "
        "MultiWOZ's, made for other ends: 9,233, 1,100 and 1,100 dialogues as the publisher's card counts. Where "
        "data-split_partition.json of moeenm/Reevaluating_EmoWOZ is there, `conditions` hold its part (`partition`; "
        "MultiWOZ only); `affekt.corpora.folds.stratified_folds` makes one anew. The number of turns "
        "per split is not published: the reader holds the dialogues to the split file instead."
    ),
    layout_source=(
        "ConvLab/ConvLab-3, data/unified_datasets/emowoz/README.md and preprocess.py, commit "
        "183a9f6a438adc5a1d579c15b45fdbcb6c361b01 (log, text, emotion, annotators, split file); the publisher's "
        "README and loading script at huggingface.co/datasets/hhu-dsml/emowoz (names, numbers, -1 for the system); "
        "moeenm/Reevaluating_EmoWOZ, data-split_partition.json, commit dbedf279ddf3cee38e190a5b75672a25e59a70b7"
    ),
    raters="three annotators each user turn, with anonymous ids; then the majority, or a fourth decision",
    speakers="crowd workers without ids: a dialogue has a user and a system",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the turns of all dialogues in the order of the split file; the id is ``<dialogue>-<turn>``, from 0.

    Layout: ``emowoz-multiwoz.json``, ``emowoz-dialmage.json`` and ``data-split.json`` in `folder` or in ``data/``.
    Raises `CorpusError` where a dialogue of the split file is not there or the other way round.
    """
    split_file = read_json(folder, "data-split.json", "data/data-split.json")
    partition = _partition(folder)
    for source, name in _SOURCES.items():
        dialogues = dict(read_json(folder, name, f"data/{name}").members())
        for split in SPLITS:
            for place in split_file[split][source]:
                number = place.text()
                dialogue = dialogues.pop(number, None)
                if dialogue is None:
                    raise place.error(f"{number} of {split} is not in {name}, or stands in the split file twice")
                told = {"source": source}
                if number in partition:
                    told["partition"] = partition[number]
                yield from _turns(dialogue["log"], number.removesuffix(".json"), split, told)
        if dialogues:
            raise CorpusError(
                f"{split_file.file} puts {len(dialogues)} dialogues of {name} nowhere, as {next(iter(dialogues))}. "
                f"Fetch both again from {CARD.homepage}."
            )


def _partition(folder: Path) -> dict[str, str]:
    """The part of each dialogue in the published stratified split; its file names a dialogue once per user turn."""
    if not has_file(folder, _PARTITION, f"data/{_PARTITION}"):
        return {}
    file = read_json(folder, _PARTITION, f"data/{_PARTITION}")
    return {number.text(): split for split in SPLITS for number in file[split]["multiwoz"]}


def _turns(log: Node, dialogue: str, split: str, told: dict[str, str]) -> Iterator[Record]:
    for turn, said in enumerate(log):
        signal = Signal(said["text"].text().strip(), source=said.file, language="en")
        answers = list(said["emotion"]) if "emotion" in said else []
        user = turn % 2 == 0
        if user != bool(answers):
            raise said.error(
                "expected an emotion in every turn of the user, the first and every second, and in no other"
            )
        label = SPACE.labels[answers[-1]["emotion"].whole(0, 6)] if user else None
        sentiment = {}
        if label is not None:
            sentiment["sentiment"] = _POLARITY.get(label, "negative")
            _agree(answers[-1], sentiment["sentiment"])
        yield Record(
            id=f"{dialogue}-{turn}",
            signal=signal,
            split=split,
            labels=() if label is None else (label,),
            ratings=tuple(_rating(answer) for answer in answers[:-1]),
            speaker="user" if user else "system",
            group=dialogue,
            unrated=SPACE.labels if label is None else (),
            turn=turn,
            conditions=told | sentiment,
        )


def _agree(answer: Node, sentiment: str) -> None:
    if "sentiment" in answer and _SENTIMENT[answer["sentiment"].whole(0, 2)] != sentiment:
        raise answer["sentiment"].error(f"the emotion's sentiment is {sentiment}")


def _rating(answer: Node) -> Rating:
    cells = dict(answer.members())
    votes = (
        [cells["emotion"]] if "emotion" in cells else [cell for cell in cells.values() if isinstance(cell.value, int)]
    )
    raters = [cell.value for cell in cells.values() if isinstance(cell.value, str)]
    if len(votes) != 1 or len(raters) > 1:
        raise answer.error("expected an annotator and one emotion from 0 to 6")
    return Rating(raters[0] if raters else None, (SPACE.labels[votes[0].whole(0, 6)],), {}, "reader")

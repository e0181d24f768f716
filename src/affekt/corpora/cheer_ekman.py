"""CHEER-Ekman: sentences in which a body part shows an emotion, one of Ekman's six.

Duong et al. 2025, CHEER-Ekman: Fine-grained Embodied Emotion Classification, ACL.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard
from affekt.corpora.documents import Node, read_json
from affekt.corpora.files import has_file, official_files
from affekt.types import Mark, Record, Signal, Span

SPACE = find_space("ekman")
SPLITS = ("train", "dev", "test")
_COMMIT = "e4250f406fcf4d81b0d84e1447d8c0e7978cdf7c"

CARD = CorpusCard(
    name="cheer_ekman",
    summary="1,350 English sentences in which a body part shows one of Ekman's six emotions",
    modality="text",
    space=SPACE,
    licence="Apache-2.0 (Hugging Face card menamerai/cheer-ekman; the GitHub repository states none)",
    permissive=True,
    homepage="https://github.com/menamerai/cheer-ekman",
    citation="Duong et al. 2025, CHEER-Ekman: Fine-grained Embodied Emotion Classification, ACL",
    files=official_files("cheer_ekman", f"https://raw.githubusercontent.com/menamerai/cheer-ekman/{_COMMIT}"),
    rows={"train": 578, "dev": 264, "test": 508},
    languages=("en",),
    notes=(
        "An item is a body part in a sentence: a mark `body part` with its characters; the group is the sentence. "
        "Words are joined by blanks, as the publisher's script does. Up to three sentences before it are in "
        "`conditions` (`context`, a line each). One emotion holds. The files that are there are read. The number of "
        "test items is what is left of the paper's 1,350. Sentences are of CHEER (Zhuang et al. 2024)."
    ),
    copies={"train and dev of the publisher": {"train": 578, "dev": 264}},
    layout_source=f"menamerai/cheer-ekman, data/{{train,dev}}.json, count_labels.py and README.md, {_COMMIT}",
    raters="people; how many per item is not said in the repository",
    speakers="sentences of no known writer",
    papers=("cheer-ekman",),
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the items; the id is ``<sentence>-<place of the body part's word, from 0>``.

    Layout: ``train.json``, ``dev.json``, ``test.json`` in `folder` or in ``data/`` (the publisher's
    repository); those that are there are read. Raises `CorpusError`.
    """
    here = [split for split in SPLITS if has_file(folder, f"data/{split}.json", f"{split}.json")]
    for split in here or SPLITS:
        for item in read_json(folder, f"data/{split}.json", f"{split}.json"):
            yield _record(item, split)


def _record(item: Node, split: str) -> Record:
    words = [word.text() for word in item["tokens"]]
    place = item["body_part_token_idx"].whole(0, len(words) - 1)
    start = sum(len(word) + 1 for word in words[:place])
    context = [" ".join(word.text() for word in sentence) for sentence in item["preceding_context_tokens"]]
    sentence = item["sentence_id"].text()
    return Record(
        id=f"{sentence}-{place}",
        signal=Signal(" ".join(words), source=item.file, language="en"),
        split=split,
        labels=(item["label"].one_of(tuple(label.capitalize() for label in SPACE)).lower(),),
        group=sentence,
        conditions={"context": "\n".join(context)} if context else {},
        marks=(Mark("body part", Span(start, start + len(words[place]))),),
    )

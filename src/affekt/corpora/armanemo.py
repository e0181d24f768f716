"""ArmanEmo: Persian sentences of social media and shop reviews with one of six emotions, or another.

Mirzaee et al. 2022, ArmanEmo: A Persian Dataset for Text-based Emotion Detection, arXiv:2207.11808.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard
from affekt.corpora.files import official_files, read_lines
from affekt.errors import CorpusError
from affekt.types import Record, Signal

SPLITS = ("train", "test")
# As the files spell them, in lower case; the paper says happiness, sadness, anger, fear, wonder, hatred, other.
SPACE = find_space("armanemo")
_COMMIT = "e38ddd91f1e8f438ff99ba8b01d92253de85104a"

CARD = CorpusCard(
    name="armanemo",
    summary="7.3k Persian sentences of tweets, Instagram and shop reviews with one of six emotions, or another",
    modality="text",
    space=SPACE,
    licence="CC BY-NC-SA 4.0 (as the README's entry of the paper says; there is no licence file)",
    permissive=False,
    homepage="https://github.com/Arman-Rayan-Sharif/arman-text-emotion",
    citation=SPACE.source,
    files=official_files(
        "armanemo", f"https://raw.githubusercontent.com/Arman-Rayan-Sharif/arman-text-emotion/{_COMMIT}"
    ),
    rows={"train": 6157, "test": 1151},
    languages=("fa",),
    notes=(
        "`other` is any emotion but the six, or none. The labels of the two parts are spread unlike: other is 27 % of "
        "train and 17 % of test. 44 training texts are there again in train, and 4 test texts in train. Some texts "
        "have the quotes of a spreadsheet, often unbalanced: they are kept as published."
    ),
    layout_source=f"Arman-Rayan-Sharif/arman-text-emotion, dataset/{{train,test}}.tsv, {_COMMIT}",
    raters="people; how many per sentence is not said in the repository",
    speakers="writers are not published",
    papers=("armanemo",),
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the sentences; the id is ``<split>-<line>``.

    Layout: ``train.tsv`` and ``test.tsv`` in `folder` or in ``dataset/`` (the publisher's repository),
    without a header: a text, a tab, a label. Quotes mean nothing. Raises `CorpusError`.
    """
    for split in SPLITS:
        for file, number, line in read_lines(folder, f"dataset/{split}.tsv", f"{split}.tsv"):
            text, _, label = line.rpartition("\t")
            if not text.strip() or label.strip().lower() not in SPACE:
                raise CorpusError(
                    f"{file}, line {number}: expected a text, a tab and a label ({', '.join(SPACE)}), found "
                    f"{line[-40:]!r}. Fetch the file again from the corpus's home."
                )
            signal = Signal(text, source=file, language="fa")
            yield Record(f"{split}-{number}", signal, split, (label.strip().lower(),))

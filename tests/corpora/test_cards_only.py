"""Corpora with a card and no reader: each says what is known, and reading one says why it cannot be read."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from affekt.cards import Access, CorpusCard, Layout
from affekt.corpora.cards_only import CARDS
from affekt.corpora.download import download
from affekt.corpora.index import CORPORA, READERS, find_reader
from affekt.corpora.read import read_corpus
from affekt.errors import CorpusError, UnknownNameError
from affekt.evaluation.papers import all_papers

# The papers among the 200 that bring a corpus.
PAPERS = Path(__file__).with_name("corpus_papers.txt").read_text(encoding="utf-8").split()
# Corpora that methods among them train on.
TRAINED_ON = {
    *("iemocap", "msp_podcast", "cmu_mosei", "savee", "tess", "esd", "affectnet", "raf_db", "aff_wild2", "deap"),
    *("seed", "dreamer", "wesad", "deam", "emopia", "vgmidi", "daic_woz", "isear", "semeval_2007", "semeval_2018"),
    *("emowoz", "emocontext"),
}
PERMISSIVE = ("Apache-2.0", "MIT", "CC0", "CC BY 4.0", "CC BY-SA 4.0")


def test_every_paper_that_brings_a_corpus_is_served_by_a_card() -> None:
    assert len(PAPERS) == len(set(PAPERS)) == 67
    served = {paper for card in CORPORA.values() for paper in card.papers}
    assert not set(PAPERS) - served
    assert CORPORA.keys() >= TRAINED_ON


def test_names_are_unique_and_no_card_without_reader_has_one() -> None:
    names = [card.name for card in CARDS]
    assert len(names) == len(set(names))
    assert not READERS.keys() & set(names)
    assert READERS.keys() | set(names) == CORPORA.keys()


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
def test_a_card_without_reader_is_complete(card: CorpusCard) -> None:
    for text in (card.summary, card.licence, card.citation, card.notes):
        assert text.strip() == text != ""
    assert card.name == card.name.lower() and card.name.isidentifier()
    assert len(card.summary) <= 120
    if not card.homepage:
        assert card.notes.startswith("No home: ")
    else:
        assert card.homepage.startswith(("https://", "http://"))
    if card.homepage.startswith("https://arxiv.org"):
        assert "the address is the paper's" in card.notes
    assert card.languages == tuple(sorted(set(card.languages)))
    assert all(len(language) == 2 for language in card.languages)
    assert all(rows > 0 for rows in card.rows.values())
    assert card.permissive == card.licence.startswith(PERMISSIVE)
    assert not (card.permissive and card.access == "not public")
    assert not card.files and not card.copies
    assert card.papers == tuple(dict.fromkeys(card.papers))


@pytest.mark.parametrize("card", CORPORA.values(), ids=CORPORA)
def test_access_and_layout_keep_their_words(card: CorpusCard) -> None:
    assert card.access in get_args(Access)
    assert card.layout in get_args(Layout)
    if card.name in READERS:
        assert card.layout == "verified" or "assume" in card.layout_source
    else:
        assert card.layout != "verified"
    assert card.access != "not public" or card.layout == "none public"
    assert not set(card.papers) - {paper.id for paper in all_papers()}


def test_reading_a_corpus_without_reader_says_why_and_where_to_ask(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("id,label\n1,joy\n", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"no reader for cusemo: its files are not public\. Ask at https://arxiv"):
        read_corpus("cusemo", folder=tmp_path)
    with pytest.raises(CorpusError, match=r"ren_20k: no public description of its file layout .* authors of: REDAff"):
        read_corpus("ren-20k", folder=tmp_path)
    with pytest.raises(CorpusError, match=r"sewa_db: its file layout could not be checked .*access: agreement"):
        read_corpus("sewa-db", folder=tmp_path)
    with pytest.raises(UnknownNameError, match="Did you mean 'cusemo'"):
        find_reader("cusemoo")


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
def test_no_card_without_reader_can_be_read_or_downloaded(card: CorpusCard, tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="affekt has a card and no reader"):
        find_reader(card)
    with pytest.raises(CorpusError, match=r"cannot be downloaded from here\. Its access is: .*Ask for it at "):
        download(card, accept_licence=True, folder=tmp_path)
    assert not list(tmp_path.iterdir())


def test_cards_are_light() -> None:
    heavy = ["numpy", "pandas", "pyarrow", "torch", "duckdb", "onnxruntime", "soundfile", "rich", "urllib.request"]
    code = f"import sys, affekt.corpora.cards_only; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

"""Every card is complete, and looking at cards is cheap."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from affekt.cards import CorpusCard
from affekt.corpora.files import checksums
from affekt.corpora.index import CORPORA, READERS, find_corpus
from affekt.errors import UnknownNameError

# Licences that let weights trained on the corpus be shipped.
PERMISSIVE = ("Apache-2.0", "MIT", "CC0-1.0", "CC BY 4.0", "CC BY-SA 4.0")


@pytest.mark.parametrize("card", [CORPORA[name] for name in READERS], ids=READERS)
def test_a_card_is_complete(card: CorpusCard) -> None:
    for text in (card.summary, card.licence, card.citation, card.notes):
        assert text.strip()
    assert card.homepage.startswith(("https://", "http://"))
    assert card.languages == tuple(sorted(set(card.languages)))
    assert card.rows or "per split is not published" in card.notes
    assert all(rows > 0 for rows in card.rows.values())
    assert card.files
    assert len({file.name for file in card.files}) == len(card.files)
    assert card.permissive == card.licence.startswith(PERMISSIVE)
    for copy, rows in card.copies.items():
        assert copy and rows != card.rows
    for file in card.files:
        assert not file.name.startswith(("/", "..")) and "\\" not in file.name
        assert file.url is None or file.url.startswith("https://")
        if file.sha256 is not None:
            assert len(file.sha256) == 64 and set(file.sha256) <= set("0123456789abcdef")


def test_what_may_be_shipped_is_known_by_name() -> None:
    # A new corpus is put here by hand, after its licence was read.
    assert {name for name in READERS if CORPORA[name].permissive} == {
        *(
            "berst",
            "brighter",
            "brighter_votes",
            "cheer_ekman",
            "cped",
            "edos",
            "eibench",
            "emobank",
            "emobench",
            "emodb",
        ),
        *("emogator", "emorynlp", "empathic_reactions", "eq_bench", "french_emotion_modes", "glasgow_norms"),
        *("goemotions", "goemotions_raters", "longemotion", "mahaemotions", "mpi_personality", "pmemo"),
        *("stress_predict", "thai_ser", "vader_icwsm", "xed"),
    }


def test_every_checksum_has_a_file() -> None:
    assert READERS.keys() <= CORPORA.keys()
    for name, card in CORPORA.items():
        assert set(checksums(name)) <= {file.name for file in card.files}
    assert len(checksums("brighter")) == 124
    assert len(checksums("brighter_votes")) == 11
    assert len(checksums("enisear_appraisal")) == 101


def test_names_are_found_with_hyphens_and_the_nearest_is_offered() -> None:
    assert find_corpus("dair-emotion") is CORPORA["dair_emotion"]
    assert find_corpus(CORPORA["xed"]) is CORPORA["xed"]
    with pytest.raises(
        UnknownNameError, match=r"Unknown corpus 'emobnak'. Did you mean 'emobank'\? List them with `affekt corpora`"
    ):
        find_corpus("emobnak")


def test_looking_at_cards_loads_nothing_heavy() -> None:
    heavy = ["pandas", "sklearn", "torch", "duckdb", "onnxruntime", "tokenizers", "rich", "pyarrow", "urllib.request"]
    code = f"import sys, affekt.corpora.index; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# Cards that speak of such things and hold none of them, and why.
HARMLESS = {
    "emotionbench": "situations collected from papers of psychology, nobody's own",
    "measles_videos": "titles and descriptions that were published for all to see",
}
SPEAKS_OF = re.compile(
    r"depress|suicid|anxiet|\bhealth|clinic|patient|disorder|autis|covid|pandemic|therap|counsel|\bstress|distress|"
    r"messenger|customer service calls|measles"
)


@pytest.mark.parametrize("card", CORPORA.values(), ids=CORPORA)
def test_a_corpus_of_people_who_could_be_hurt_is_sensitive(card: CorpusCard) -> None:
    about = f"{card.name} {card.summary} {card.notes} {card.citation}".casefold().replace("_", " ")
    speaks = SPEAKS_OF.search(about)
    if card.name in HARMLESS:
        assert not card.sensitive and speaks
    elif card.modality == "physiology" or speaks:
        assert card.sensitive, (card.name, speaks)
    assert card.sensitive == "" or (card.sensitive[0].islower() and 10 < len(card.sensitive) < 80)

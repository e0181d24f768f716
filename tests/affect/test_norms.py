"""Norm tables: the bundled one, the others in their published layouts, and looking words up."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from affekt.affect.norms import NORMS, Raters, lemmas, load_norms, read_norms, vad_of_word
from affekt.affect.vad import read_norms as read_norms_of_vad
from affekt.errors import CorpusError, UnknownNameError

# Made-up numbers in the published layouts.
WARRINER = (
    '"",Word,V.Mean.Sum,V.SD.Sum,V.Rat.Sum,A.Mean.Sum,A.SD.Sum,A.Rat.Sum,D.Mean.Sum,D.SD.Sum,D.Rat.Sum,V.Mean.M\n'
    "1,calm,7.0,1.6,20,1.0,0.8,21,5.0,2.0,22,7\n"
    "2,Paris,9.0,0.8,19,5.0,1.6,20,6.0,1.2,21,9\n"
    "3,FALSE,3.0,2.0,18,4.0,2.4,25,5.0,1.6,19,3\n"
)
NRC_1 = "Word\tValence\tArousal\tDominance\njoy\t1.000\t0.750\t0.500\nrage\t0.000\t1.000\t0.625\n"
NRC_2 = "term\tvalence\tarousal\tdominance\njoy\t0.9\t0.5\t0.0\nin love\t1.0\t0.25\t-0.5\n"
NRC_LANGUAGES = (
    "English Word\tValence\tArousal\tDominance\tGerman-de\tSpanish\n"
    "joy\t1.0\t0.75\t0.5\tFreude\talegría\n"
    "pleasure\t0.5\t0.25\t0.5\tFreude\tplacer\n"
    "zig\t0.5\t0.5\t0.5\tNO TRANSLATION\t\n"
)


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_the_bundled_norms() -> None:
    norms = load_norms("glasgow")
    assert len(norms) == 5553
    assert norms["joy"].raters == Raters(33, 34, 34)
    assert norms.languages == ("en",)
    assert norms.source.bundled
    assert "CC BY 4.0" in norms.source.licence
    assert all(row.raters is not None and min(row.raters) >= 13 for row in norms.values())
    assert load_norms("glasgow") is norms
    assert read_norms_of_vad is read_norms
    assert read_norms()["joy"] == norms["joy"].vad


def test_only_what_may_be_passed_on_is_bundled() -> None:
    assert [name for name, source in NORMS.items() if source.bundled] == ["glasgow"]
    assert all(source.licence and source.citation and source.homepage for source in NORMS.values())
    assert "ND" in NORMS["warriner"].licence
    assert "non-commercial" in NORMS["nrc-vad"].licence


@pytest.mark.parametrize("packed", [False, True])
def test_warriner(tmp_path: Path, packed: bool) -> None:
    path = written(tmp_path, "Ratings_Warriner_et_al.csv", WARRINER)
    if packed:
        (tmp_path / "Ratings_Warriner_et_al.csv.gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()
    norms = load_norms("warriner", path=tmp_path)
    calm = norms["calm"]
    assert (calm.vad.valence, calm.vad.arousal, calm.vad.dominance) == (0.5, -1.0, 0.0)
    assert (calm.vad.valence_sd, calm.vad.arousal_sd, calm.vad.dominance_sd) == (0.4, 0.2, 0.5)
    assert calm.raters == Raters(20, 21, 22)
    assert norms.find("paris").headword == "Paris"
    # A spreadsheet turned some words into truth values.
    assert norms.find("false").headword == "FALSE"


def test_nrc_versions(tmp_path: Path) -> None:
    first = load_norms("nrc-vad", path=written(tmp_path, "NRC-VAD-Lexicon.txt", NRC_1))
    assert (first["joy"].vad.valence, first["joy"].vad.arousal, first["joy"].vad.dominance) == (1.0, 0.5, 0.0)
    assert first["rage"].vad.valence == -1.0
    assert first["joy"].vad.valence_sd is None
    assert first["joy"].raters is None
    second = load_norms("nrc-vad", path=written(tmp_path, "two/NRC-VAD-Lexicon-v2.1.txt", NRC_2))
    assert (second["joy"].vad.valence, second["in love"].vad.dominance) == pytest.approx((0.9, -0.5))
    bare = load_norms("nrc-vad", path=written(tmp_path, "bare.txt", NRC_1.split("\n", 1)[1]))
    assert bare["joy"].vad == first["joy"].vad


def test_nrc_in_other_languages(tmp_path: Path) -> None:
    path = written(tmp_path, "NRC-VAD-Lexicon-ForVariousLanguages.txt", NRC_LANGUAGES)
    for language in ("de", "German-de", "german"):
        norms = load_norms("nrc-vad", path=path, language=language)
        assert norms.language == "German-de"
        assert list(norms) == ["Freude"]
        # Two English words with one translation: their mean.
        assert norms["Freude"].vad.valence == pytest.approx(0.5)
        assert norms["Freude"].vad.arousal == pytest.approx(0.0)
    assert load_norms("nrc-vad", path=path).languages == ("en", "German-de", "Spanish")
    assert load_norms("nrc-vad", path=path, language="spanish")["placer"].vad.arousal == -0.5
    with pytest.raises(UnknownNameError, match=r"no words in 'xx'. It has: en, German-de, Spanish"):
        load_norms("nrc-vad", path=path, language="xx")


def test_a_folder_of_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, "text/warriner-vad/Ratings_Warriner_et_al.csv", WARRINER)
    written(tmp_path, "nrc-vad/NRC-VAD-Lexicon.txt", NRC_1)
    monkeypatch.setenv("AFFEKT_DATA", str(tmp_path))
    assert len(load_norms("warriner")) == 3
    assert len(load_norms("nrc-vad")) == 2
    monkeypatch.delenv("AFFEKT_DATA")
    with pytest.raises(CorpusError, match=r"AFFEKT_DATA.*licence: CC BY-NC-ND 3.0"):
        load_norms("warriner")


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("warriner", "Word,V.Mean.Sum\ncalm,7\n", "no column 'V.SD.Sum'"),
        ("warriner", WARRINER.replace("7.0,1.6", "17.0,1.6"), "'17.0' is no number from 1 to 9"),
        ("warriner", WARRINER.replace("7.0,1.6", "NA,1.6"), "'NA' is no number"),
        ("warriner", WARRINER + "4,short,1\n", "3 columns, expected 12"),
        ("warriner", WARRINER + WARRINER.split("\n")[1] + "\n", "4 rows for 3 words"),
        ("nrc-vad", "", "empty"),
        ("nrc-vad", NRC_1.replace("0.750", "1.750"), "'1.750' is no number from -1 to 1"),
        ("nrc-vad", NRC_1.replace("\t0.500", ""), "3 columns, expected 4"),
    ],
)
def test_files_that_are_not_the_published_ones(tmp_path: Path, name: str, text: str, complaint: str) -> None:
    with pytest.raises(CorpusError, match=complaint):
        load_norms(name, path=written(tmp_path, "table.txt", text))


def test_a_broken_archive(tmp_path: Path) -> None:
    (tmp_path / "table.csv.gz").write_bytes(b"no archive")
    with pytest.raises(CorpusError, match="Cannot read"):
        load_norms("warriner", path=tmp_path / "table.csv.gz")


def test_names_that_are_none() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'warriner'"):
        load_norms("warinner")
    with pytest.raises(UnknownNameError, match="English only"):
        load_norms("glasgow", language="de")
    with pytest.raises(UnknownNameError, match="Did you mean 'gratitude'"):
        load_norms("glasgow").find("gratitudee")
    with pytest.raises(UnknownNameError):
        vad_of_word("hoping")


@pytest.mark.parametrize(
    ("word", "headword"),
    [
        ("Hopes", "hope"),
        ("hoping", "hope"),
        ("hopped", "hop"),
        ("singing", "sing"),
        ("worries", "worry"),
        ("cities", "city"),
        ("churches", "church"),
        ("knives", "knife"),
        ("happier", "happy"),
        ("laziest", "lazy"),
        ("firemen", "fireman"),
        ("walked", "walk"),
        ("dances", "dance"),
        ("joy", "joy"),
    ],
)
def test_lookup_by_lemma(word: str, headword: str) -> None:
    norms = load_norms("glasgow")
    if headword not in norms:
        assert headword in list(lemmas(word))
        return
    assert norms.find(word).headword == headword


def test_a_headword_is_never_taken_apart() -> None:
    norms = load_norms("glasgow")
    for word in list(norms)[::37]:
        assert norms.find(word).headword == word
    with pytest.raises(UnknownNameError):
        norms.find("hoping", lemma=False)


def test_senses() -> None:
    norms = load_norms("glasgow")
    assert norms.senses("bank") == ("bank (money)", "bank (rely)", "bank (river)")
    assert norms.senses("joy") == ()


def test_the_real_tables_agree() -> None:
    if "AFFEKT_DATA" not in os.environ:
        pytest.skip("AFFEKT_DATA names no data folder, so the published norms cannot be read")
    try:
        warriner = load_norms("warriner")
    except CorpusError as error:
        pytest.skip(str(error))
    assert len(warriner) == 13915
    glasgow = load_norms("glasgow")
    shared = [word for word in warriner if word in glasgow]
    assert len(shared) > 3500
    import numpy as np

    for dimension, least in (("valence", 0.9), ("arousal", 0.55), ("dominance", 0.6)):
        pairs = [[getattr(table[word].vad, dimension) for table in (glasgow, warriner)] for word in shared]
        assert np.corrcoef(np.array(pairs).T)[0, 1] > least

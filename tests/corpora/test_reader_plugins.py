"""Readers of other packages: found by entry points, told apart from ours, and never in each other's way."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

from affekt import plugins
from affekt.corpora.index import find_corpus, find_reader
from affekt.corpora.opening import open_corpus
from affekt.corpora.plugins import check_reader, plugin_corpora, reader_in
from affekt.corpora.read import read_corpus
from affekt.errors import CorpusError, InputError, UnknownNameError

READER = """
from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard
from affekt.corpora.files import read_table
from affekt.types import Record, Signal

CARD = CorpusCard(
    name="{name}", summary="Letters to a lighthouse.", modality="text", space=find_space("ekman"),
    licence="CC0-1.0", permissive=True, homepage="", citation="Nobody 2026.", files=(), rows={{"test": 2}},
    languages=("en",), layout_source="its own README",
)


def read(folder):
    for row in read_table(folder, "letters.csv", columns=("id", "text", "label")):
        yield Record(row["id"], Signal(row["text"], source=row.file, language="en"), "test", (row["label"],))
"""


@pytest.fixture
def site(tmp_path, monkeypatch):
    """Return what installs a package of one module with its entry point; nothing stays installed."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))

    def install(package, source, *, group="affekt.corpora", entry=None):
        (folder / f"{package}.py").write_text(textwrap.dedent(source), encoding="utf-8")
        info = folder / f"{package}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n", encoding="utf-8")
        (info / "entry_points.txt").write_text(f"[{group}]\n{entry or package} = {package}\n", encoding="utf-8")
        forget()

    def forget():
        plugins.load_plugins.cache_clear()
        plugin_corpora.cache_clear()

    yield install
    for name in [name for name, module in sys.modules.items() if str(folder) in str(getattr(module, "__file__", ""))]:
        del sys.modules[name]
    forget()


def tree(tmp_path, name="letters"):
    folder = tmp_path / name
    folder.mkdir()
    (folder / "letters.csv").write_text("id,text,label\n1,How lovely!,joy\n2,Go away!,anger\n", encoding="utf-8")
    return folder


def test_a_packages_reader_is_a_corpus_like_ours(site, tmp_path, monkeypatch):
    site("lighthouse", READER.format(name="letters"))
    monkeypatch.setenv("AFFEKT_DATA", str(tmp_path))
    tree(tmp_path)
    assert find_corpus("letters").summary == "Letters to a lighthouse."
    assert find_reader("letters").__module__ == "lighthouse"
    assert [record.labels for record in read_corpus("letters")] == [("joy",), ("anger",)]
    assert len(open_corpus("letters").records) == 2
    with pytest.raises(UnknownNameError, match="Did you mean 'letters'"):
        find_corpus("leters")


def test_a_broken_one_is_told_and_the_others_work(site):
    site("lighthouse", READER.format(name="letters"))
    site("wreck", "raise RuntimeError('no compass')")
    site("empty", "CARD = None")
    site("aaa_thief", READER.format(name="isear"))
    site("zzz_twin", READER.format(name="letters"))
    found = plugin_corpora()
    assert list(found.corpora) == ["letters"] and found.corpora["letters"].package == "lighthouse"
    told = "\n".join(found.problems)
    assert "wreck of wreck (affekt.corpora) cannot be loaded: RuntimeError: no compass" in told
    assert "empty of empty (affekt.corpora) is left out: it has no CARD, a CorpusCard" in told
    assert "isear of aaa_thief (affekt.corpora) is left out: affekt has that name" in told
    assert "letters of zzz_twin (affekt.corpora) is left out: package lighthouse has that name" in told
    assert find_corpus("isear").summary != "Letters to a lighthouse."
    with pytest.raises(UnknownNameError, match="no compass"):
        find_corpus("wreck")


def test_the_list_names_the_package_and_warns(site, monkeypatch, tmp_path):
    from click.testing import CliRunner

    from affekt.cli import affekt

    site("lighthouse", READER.format(name="letters"))
    site("wreck", "raise RuntimeError('no compass')")
    monkeypatch.setenv("AFFEKT_DATA", str(tmp_path))
    result = CliRunner().invoke(affekt, ["corpora"])
    assert result.exit_code == 0
    (row,) = [line for line in result.stdout.splitlines() if line.startswith("letters\t")]
    assert "by lighthouse" in row
    assert "Warning: wreck of wreck" in result.stderr


def test_nothing_is_imported_before_it_is_asked_for(tmp_path):
    (tmp_path / "loud.py").write_text("print('imported')\n", encoding="utf-8")
    info = tmp_path / "loud-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: loud\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[affekt.corpora]\nloud = loud\n", encoding="utf-8")
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import affekt"
    code += "; from affekt.corpora.index import find_corpus"
    quiet = subprocess.run([sys.executable, "-c", f"{code}; find_corpus('isear')"], capture_output=True, check=True)
    assert quiet.stdout == b""
    asked = subprocess.run(
        [sys.executable, "-c", f"{code}; from affekt.corpora.plugins import plugin_corpora as p; p()"],
        capture_output=True,
        check=True,
        text=True,
    )
    assert asked.stdout == "imported\n"


def test_a_reader_in_one_file(tmp_path):
    path = tmp_path / "letters.py"
    path.write_text(READER.format(name="letters"), encoding="utf-8")
    folder = tree(tmp_path)
    assert len(open_corpus(path).records) == 2  # beside it lies a folder of its name
    assert len(open_corpus(str(path), folder=folder).records) == 2
    path.write_text("1 / 0", encoding="utf-8")
    with pytest.raises(InputError, match="ZeroDivisionError"):
        reader_in(path)
    path.write_text("CARD = 1", encoding="utf-8")
    with pytest.raises(InputError, match="it has no CARD, a CorpusCard"):
        reader_in(path)
    with pytest.raises(InputError, match="There is no file"):
        reader_in(tmp_path / "none.py")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('(row["label"],)', '("glee",)'), "label outside the space"),
        (('Record(row["id"]', 'Record("1"'), "id twice"),
        (('Record(row["id"]', 'Record(""'), "has no id"),
        (('"test", (row', '"", (row'), "has no split"),
        (('citation="Nobody 2026."', 'citation=""'), "says no citation"),
        (('layout_source="its own README"', 'layout_source=""'), "layout_source"),
        (
            ("read_table(folder,", "read_table(Path(folder) if (folder / 'letters.csv').exists() else 1 / 0,"),
            "ZeroDivisionError",
        ),
        (('"letters.csv", columns=("id", "text", "label")', '"letters.csv", columns=("id", "text", "label")'), None),
    ],
)
def test_the_contract_of_a_reader(tmp_path, change, message):
    source = READER.format(name="letters")
    assert change[0] in source
    path = tmp_path / "reader.py"
    path.write_text("from pathlib import Path\n" + source.replace(*change), encoding="utf-8")
    found = reader_in(path)
    folder = tree(tmp_path)
    if message is None:
        assert len(check_reader(found.card, found.read, folder)) == 2
    else:
        with pytest.raises(CorpusError, match=message):
            check_reader(found.card, found.read, folder)


def test_ours_keep_the_contract(tmp_path):
    folder = tmp_path / "dair_emotion"
    folder.mkdir()
    for split in ("train", "val", "test"):
        (folder / f"{split}.txt").write_text(f"i feel glad {split};joy\n", encoding="utf-8")
    from affekt.corpora import dair_emotion

    assert len(check_reader(dair_emotion.CARD, dair_emotion.read, folder)) == 3

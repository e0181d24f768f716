from __future__ import annotations

from pathlib import Path

import numpy as np
import official_trees as trees
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard
from affekt.corpora.check import check_corpus, record_findings, split_drifts
from affekt.corpora.drift import label_drift
from affekt.corpora.index import CORPORA, READERS
from affekt.corpora.leakage import shared_media, shared_values, text_overlaps
from affekt.errors import CorpusError, InputError
from affekt.types import VAD, Record, Signal

CARD = CorpusCard("toy", "", "text", find_space("ekman"), "MIT", True, "", "", (), {"train": 2}, ("en",))


def record(item: str, split: str = "train", text: str = "It rained all day in Lyon.", **more: object) -> Record:
    return Record(item, Signal(text, language="en"), split, **more)  # type: ignore[arg-type]


def kinds(findings: list) -> dict[str, tuple[str, int]]:  # type: ignore[type-arg]
    return {finding.what: (finding.level, finding.count) for finding in findings}


def test_sound_records_have_no_findings() -> None:
    assert record_findings(CARD, [record("a", labels=("joy",)), record("b", vad=VAD(1, -1, float("nan")))]) == []


def test_each_fault_of_a_record_is_named() -> None:
    records = [
        record("a", labels=("glee",)),
        record("b", vad=VAD(3.2, 0, 0)),
        record("c", intensities={"joy": 1.2}),
        record("d", labels=("joy",), unrated=("joy",)),
        record("e", text="caf\ufffd"),
        record("e", text=" "),
        Record("f", Signal("Salut", language="fr"), "train"),
        Record("g", Signal(modality="speech", path=Path("nowhere.wav")), "train"),
    ]
    assert kinds(record_findings(CARD, records)) == {
        "label outside the space": ("error", 1),
        "value out of range": ("error", 2),
        "label that nobody judged": ("error", 1),
        "id twice": ("error", 1),
        "media missing": ("error", 1),
        "empty text": ("warning", 1),
        "decoded wrongly": ("warning", 1),
        "language not on the card": ("warning", 1),
    }


def test_texts_in_two_splits_are_counted_from_both_sides() -> None:
    records = [
        record("a", text="It rained all day in Lyon.", labels=("sadness",)),
        record("b", text="It RAINED all day -- in Lyon!", labels=("joy",)),
        record("c", text="Yes."),
        record("d", "test", "it rained all day in lyon", labels=("joy",)),
        record("e", "test", "It rained all day in Lyons", labels=("joy",)),
        record("f", "test", "yes", labels=("joy",)),
        record("g", "test", "Nothing of the kind."),
    ]
    train, test = text_overlaps(records)
    assert (train.split, train.other, train.of, train.exact, train.near) == ("train", "test", 3, 3, 0)
    assert (train.other_labels, train.short, train.items) == (2, 1, ("a", "b"))
    assert (test.split, test.of, test.exact, test.near, test.other_labels, test.short) == ("test", 4, 2, 1, 1, 1)
    assert test.items == ("d", "e") and test.share == 0.75
    exact_alone = text_overlaps(records, near=False)[1]
    assert (exact_alone.exact, exact_alone.near) == (2, 0)


def test_speakers_and_groups_in_two_splits() -> None:
    records = [record("a", speaker="s1", group="g1"), record("b", speaker="s2"), record("c", "test", speaker="s1")]
    (shared,) = shared_values(records, "speaker")
    assert (shared.first, shared.second, shared.count, shared.of) == ("train", "test", 1, 1)
    assert shared_values(records, "group") == ()


def test_media_that_are_the_same_byte_for_byte(tmp_path: Path) -> None:
    for name, content in {"a": b"RIFF1", "b": b"RIFF1", "c": b"RIFF2"}.items():
        (tmp_path / f"{name}.wav").write_bytes(content)

    def clip(name: str, split: str) -> Record:
        return Record(name, Signal(modality="speech", path=tmp_path / f"{name}.wav"), split)

    assert shared_media([clip("a", "train"), clip("c", "test")]) == ()
    (shared,) = shared_media([clip("a", "train"), clip("c", "train"), clip("b", "test")])
    assert (shared.what, shared.count, shared.of) == ("media file", 1, 1)


labels = st.lists(st.sampled_from(["joy", "fear", "anger"]), min_size=1, max_size=30)


@given(labels, labels)
def test_drift_is_the_formula_and_its_p_a_probability(one: list[str], other: list[str]) -> None:
    found = label_drift(
        [record(str(i), labels=(label,)) for i, label in enumerate(one)],
        [record(str(i), "test", labels=(label,)) for i, label in enumerate(other)],
        permutations=99,
    )
    p, q = (np.array([side.count(name) for name in ("joy", "fear", "anger")]) / len(side) for side in (one, other))
    m = (p + q) / 2
    kl = [float(sum(a * np.log2(a / b) for a, b in zip(side, m, strict=True) if a)) for side in (p, q)]
    assert found.divergence == pytest.approx(sum(kl) / 2, abs=1e-9)
    assert 0.01 <= found.p <= 1
    assert abs(found.change) == pytest.approx(np.abs(q - p).max(), abs=1e-12)


def test_splits_drawn_at_random_seldom_drift_and_dialogues_count_as_one() -> None:
    random = np.random.default_rng(1)
    p = []
    for _ in range(60):
        names = random.choice(["joy", "fear"], 40)
        sides = [record(str(i), "train" if i < 25 else "test", labels=(str(n),)) for i, n in enumerate(names)]
        p.append(label_drift(sides[:25], sides[25:], permutations=199).p)
    assert np.mean(np.array(p) <= 0.1) < 0.25
    # Two dialogues of fifty turns: two items, of which chance can say nothing.
    train = [record(f"a{i}", labels=("joy",), group="g1") for i in range(50)]
    test = [record(f"b{i}", "test", labels=("fear",), group="g2") for i in range(50)]
    assert label_drift(train, test).p == 1.0
    assert label_drift([record(f"a{i}", labels=("joy",)) for i in range(50)], test).p < 0.05


def test_drift_without_labels_is_refused_and_skipped() -> None:
    records = [record("a", labels=("joy",)), record("b", "test")]
    with pytest.raises(InputError, match="labels in both splits"):
        label_drift(records[:1], records[1:])
    assert split_drifts(records) == ()


def test_a_folder_with_another_number_of_rows_and_other_files(tmp_path: Path) -> None:
    trees.goemotions(tmp_path)
    found = check_corpus("goemotions", folder=tmp_path)
    assert found.release == "unknown" and found.rows == {"train": 2, "dev": 1, "test": 2}
    assert {finding.what for finding in found.errors} >= {"file corrupt", "other number of records"}


def test_a_missing_file_and_a_broken_row_are_errors(tmp_path: Path) -> None:
    trees.goemotions(tmp_path)
    (tmp_path / "data/dev.tsv").unlink()
    found = check_corpus("goemotions", folder=tmp_path)
    assert {finding.what for finding in found.errors} >= {"file missing", "unreadable"}
    assert any("dev.tsv" in finding.items for finding in found.errors)
    (tmp_path / "data/dev.tsv").write_text("The bus left.\t99\tx1\n")
    assert "unreadable" in {finding.what for finding in check_corpus("goemotions", folder=tmp_path).errors}


def test_a_corpus_without_a_reader_says_so() -> None:
    name = next((name for name in CORPORA if name not in READERS), None)
    if name is None:
        pytest.skip("every card has a reader")
    with pytest.raises(CorpusError, match="no reader"):
        check_corpus(name)


def test_a_corpus_that_is_not_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AFFEKT_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(CorpusError, match="is not here"):
        check_corpus("emobank")

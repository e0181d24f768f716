"""The real dialogue and text corpora, where AFFEKT_DATA says they lie: numbers, labels, splits, causes."""

from __future__ import annotations

import os
from collections import Counter
from functools import lru_cache

import pytest

from affekt.corpora import emorynlp
from affekt.corpora.index import CORPORA
from affekt.corpora.read import check_rows, find_folder, read_corpus
from affekt.corpora.splits import check_disjoint
from affekt.errors import CorpusError
from affekt.types import Record

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif("AFFEKT_DATA" not in os.environ, reason="AFFEKT_DATA names no folder of real corpora"),
]

# What lies under AFFEKT_DATA: the official release, or the copy that the card names.
RELEASES = {
    "meld": "official",
    "emorynlp": "declare-lab subset with time stamps",
    "cped": "valid and test of the publisher",
    "ecf": "official",
    "ecf_semeval2024": "official",
    "reccon": "official",
    # ESConv.json, whose rows could not be counted, is not there: failed, which was counted, is official.
    "esconv": "MultiESC's valid and test, with failed",
    "cheer_ekman": "train and dev of the publisher",
    "mahaemotions": "train and validation without near duplicates of test",
    "armanemo": "official",
    "covid19_worry": "official",
    "emobench": "official",
    "eq_bench": "official",
    "emotionbench": "official",
    "mpi_personality": "official",
    "longemotion": "official",
    "eibench": "official",
    "warriner_vad": "official",
    "depechemood": "official",
}


@lru_cache(maxsize=2)
def real(name: str) -> list[Record]:
    try:
        find_folder(name)
    except CorpusError as error:
        pytest.skip(str(error))
    return read_corpus(name)


def by_split(records: list[Record]) -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = {}
    for record in records:
        found.setdefault(record.split, []).append(record)
    return found


@pytest.mark.parametrize(("name", "release"), RELEASES.items())
def test_real_records_keep_the_cards_word(name: str, release: str) -> None:
    card, records = CORPORA[name], real(name)
    assert check_rows(card, records) == release
    assert len({record.id for record in records}) == len(records)
    space = set(card.space.labels) if card.space else set()
    assert {label for record in records for label in record.labels} <= space
    for record in records:
        assert record.signal.text.strip()
        assert record.signal.language in card.languages
    ids = {record.id for record in records}
    texts = {record.id: record.signal.text for record in records}
    for record in records:
        for mark in record.marks:
            assert mark.about is None or mark.about in ids
            assert mark.span is None or 0 <= mark.span.start < mark.span.end <= len(texts[mark.about or record.id])


@pytest.mark.parametrize("name", [name for name in RELEASES if CORPORA[name].space and name != "depechemood"])
def test_every_label_of_the_space_is_used(name: str) -> None:
    space = CORPORA[name].space
    assert space is not None
    assert {label for record in real(name) for label in record.labels} == set(space.labels)


@pytest.mark.parametrize("name", ["meld", "emorynlp", "cped", "ecf", "ecf_semeval2024", "reccon", "esconv"])
def test_no_dialogue_is_in_two_splits(name: str) -> None:
    check_disjoint(*by_split(real(name)).values())
    turns: dict[str | None, int] = {}
    for record in real(name):
        assert record.turn is not None and record.turn > turns.get(record.group, -1)
        turns[record.group] = record.turn


def test_meld_has_the_papers_counts_and_the_overlap_its_card_names() -> None:
    splits = by_split(real("meld"))
    assert Counter(label for record in splits["test"] for label in record.labels) == {
        **{"neutral": 1256, "joy": 402, "anger": 345, "surprise": 281, "sadness": 208, "disgust": 68, "fear": 50},
    }
    assert {split: len({record.group for record in rows}) for split, rows in splits.items()} == {
        **{"train": 1038, "dev": 114, "test": 280},
    }
    places = {
        split: {(*(r.conditions[key] for key in ("season", "episode")), r.values["start"]) for r in rows}
        for split, rows in splits.items()
    }
    shared = [len(places["train"] & places["test"]), len(places["train"] & places["dev"])]
    assert shared == [10, 2] and "10 in train and test, 2 in train and dev" in CORPORA["meld"].notes
    leads = {"Chandler", "Joey", "Monica", "Phoebe", "Rachel", "Ross"}
    assert all(leads <= {record.speaker for record in rows} for rows in splits.values())


def test_emorynlps_subset_is_part_of_the_official_files() -> None:
    folder = find_folder("emorynlp")
    splits = by_split(real("emorynlp"))
    for split in ("dev", "test"):
        official = {record.id: record for record in emorynlp.read_official(folder, split)}
        assert len(official) == CORPORA["emorynlp"].rows[split]
        for record in splits[split]:
            same = official[record.id]
            assert (same.signal.text, same.labels, same.speaker, same.group) == (
                *(record.signal.text, record.labels, record.speaker),
                record.group,
            )


def test_cpeds_series_and_speakers_are_of_one_split() -> None:
    splits = by_split(real("cped"))
    check_disjoint(*splits.values(), by="speaker")
    series = [{record.conditions["tv"] for record in rows} for rows in splits.values()]
    assert not set.intersection(*series)
    assert len({record.conditions["da"] for record in splits["test"]}) == 19


def causes(records: list[Record], label: str) -> set[tuple[str, str | None]]:
    return {(record.id, mark.about) for record in records for mark in record.marks if mark.label == label}


def test_ecf_has_the_papers_pairs_and_conversations() -> None:
    splits = by_split(real("ecf"))
    assert {split: len(causes(rows, "cause")) for split, rows in splits.items()} == {
        **{"train": 7055, "dev": 866, "test": 1873},
    }
    assert {split: len({record.group for record in rows}) for split, rows in splits.items()} == {
        **{"train": 1001, "dev": 112, "test": 261},
    }
    emotional = sum(record.labels != ("neutral",) for record in real("ecf"))
    assert emotional == 7690
    assert all(record.labels != ("neutral",) for record in real("ecf") if record.marks)


def test_ecf2_has_the_papers_pairs_and_ecf1_is_its_training_part() -> None:
    splits = by_split(real("ecf_semeval2024"))
    spans = {
        split: sum(mark.label == "cause" for record in rows for mark in record.marks) for split, rows in splits.items()
    }
    assert spans == {"train": 9364, "test": 2256}
    assert len(causes(splits["test"], "cause utterance")) == 2462
    assert causes(splits["test"], "cause") < causes(splits["test"], "cause utterance")
    first = {record.id: record for record in real("ecf")}
    second = {record.id: record for record in splits["train"]}
    assert first.keys() == second.keys()
    assert sum(first[name].signal.text == record.signal.text for name, record in second.items()) == 13460
    assert all(first[name].labels == record.labels for name, record in second.items())
    assert causes(splits["train"], "cause") < causes(real("ecf"), "cause")


def test_reccon_types_causes_and_the_overlap_with_dailydialog() -> None:
    splits = by_split(real("reccon"))
    told = {split: sum(bool(record.marks) for record in rows) for split, rows in splits.items()}
    assert told == {"train": 4562, "valid": 200, "test": 1099}
    marks = [mark for record in real("reccon") for mark in record.marks]
    assert Counter(mark.label for mark in marks) == {"cause": 9512, "background cause": 403}
    assert Counter(record.conditions.get("emotion") for record in real("reccon"))["excited"] == 3
    trained = {
        split: sum(group.startswith("tr_") for group in {str(r.group) for r in rows}) for split, rows in splits.items()
    }
    assert trained == {"train": 834, "valid": 9, "test": 121}
    assert "121 of 225" in CORPORA["reccon"].notes and "9 of 47" in CORPORA["reccon"].notes


def test_esconv_has_its_copies_rows_and_both_speakers() -> None:
    records = real("esconv")
    assert Counter(record.split for record in records) in CORPORA["esconv"].copies.values()
    assert {split: len({record.group for record in rows}) for split, rows in by_split(records).items()} == {
        **{"valid": 195, "test": 195, "failed": 196},
    }
    for record in records:
        assert ("strategy" in record.conditions) == (record.speaker == "supporter")
        assert record.values.keys() <= {"initial_intensity", "final_intensity", "empathy", "relevance", "feedback"}
    # In MultiESC's parts the emotion was weaker in the end, save in one conversation.
    same = {record.group for record in records if record.split != "failed" and change_of(record) == 0}
    assert len(same) == 1
    assert all(change_of(record) <= 0 for record in records if record.split != "failed")


def change_of(record: Record) -> float:
    return record.values["final_intensity"] - record.values["initial_intensity"]


def test_cheer_ekman_has_no_sentence_in_two_splits() -> None:
    check_disjoint(*by_split(real("cheer_ekman")).values())
    for record in real("cheer_ekman"):
        (mark,) = record.marks
        assert mark.span is not None
        assert " " not in record.signal.text[int(mark.span.start) : int(mark.span.end)]


def test_mahaemotions_repeats_what_its_card_says() -> None:
    texts = {split: [record.signal.text for record in rows] for split, rows in by_split(real("mahaemotions")).items()}
    assert len(texts["train"]) - len(set(texts["train"])) == 171
    assert len(set(texts["train"]) & set(texts["validation"])) == 28
    assert "171 in train" in CORPORA["mahaemotions"].notes and "28 texts" in CORPORA["mahaemotions"].notes


def test_armanemo_has_the_files_counts() -> None:
    splits = by_split(real("armanemo"))
    labels = {split: Counter(label for record in rows for label in record.labels) for split, rows in splits.items()}
    assert labels["train"]["other"] == 1686 and labels["test"]["happy"] == 275
    texts = {split: [record.signal.text for record in rows] for split, rows in splits.items()}
    assert len(texts["train"]) - len(set(texts["train"])) == 44
    assert len(set(texts["train"]) & set(texts["test"])) == 4
    assert "44 training texts" in CORPORA["armanemo"].notes and "4 test texts in train" in CORPORA["armanemo"].notes


def test_covid19_worry_finds_everyone_again() -> None:
    splits = by_split(real("covid19_worry"))
    people = {split: {record.group for record in rows} for split, rows in splits.items()}
    assert {split: len(found) for split, found in people.items()} == {"phase1": 2491, "phase2": 1698}
    assert people["phase2"] < people["phase1"]
    chosen = Counter(record.labels for record in splits["phase1"] if record.conditions["form"] == "long")
    assert chosen[("anxiety",)] == 1381 and chosen[("disgust",)] == 17


def test_emobench_has_both_languages_of_every_question() -> None:
    groups: dict[str | None, list[str | None]] = {}
    for record in real("emobench"):
        groups.setdefault(record.group, []).append(record.signal.language)
    assert len(groups) == 400
    assert all(sorted(map(str, languages)) == ["en", "zh"] for languages in groups.values())


def test_eq_bench_shares_what_its_card_says() -> None:
    splits = by_split(real("eq_bench"))
    groups = {split: {record.group for record in rows} for split, rows in splits.items()}
    assert groups["v2"] == groups["v2-de"]
    assert len(groups["v1"] & groups["v2"]) == 55 and "55 of the 60" in CORPORA["eq_bench"].notes
    assert Counter(sum(record.values.values()) for record in real("eq_bench")) == {10: 400, 9: 2}
    assert all(len(record.intensities) == 4 for record in real("eq_bench"))


def test_emotionbench_has_the_papers_factors() -> None:
    records = real("emotionbench")
    assert len({record.group for record in records}) == 36
    assert len({record.signal.text for record in records}) == 425
    assert Counter(record.labels[0] for record in records)["guilt"] == 102


def test_mpi_has_as_many_items_of_every_trait() -> None:
    splits = by_split(real("mpi_personality"))
    assert set(Counter(record.labels for record in splits["120"]).values()) == {24}
    groups = {split: {record.group for record in rows} for split, rows in splits.items()}
    assert (len(groups["1k"]), len(groups["1k"] & groups["120"])) == (665, 113)
    assert Counter(record.values["key"] for record in splits["1k"])[0] == 1


def test_longemotions_texts_to_find_are_covid19_worrys() -> None:
    splits = by_split(real("longemotion"))
    assert len({record.group for record in splits["conversations"]}) == 100
    odd = Counter(record.marks[int(record.conditions["odd"])].label for record in splits["detection"])
    assert odd == {"relaxation": 113, "anxiety": 23}
    written = {record.signal.text.strip() for record in real("covid19_worry")}
    parts = [part for record in splits["detection"] for part in spans_of(record)]
    assert sum(part in written for part in parts) / len(parts) > 0.9


def spans_of(record: Record) -> list[str]:
    return [record.signal.text[int(m.span.start) : int(m.span.end)] for m in record.marks if m.span]


def test_eibench_asks_of_four_emotions() -> None:
    splits = by_split(real("eibench"))
    assert Counter(record.conditions["emotion"] for record in splits["basic"]) == {
        **{"excitement": 720, "sadness": 462, "angry": 342, "happy": 91},
    }
    assert all(record.conditions["triggers"].startswith("1. ") for record in real("eibench"))


def test_warriner_is_the_table_of_norms() -> None:
    from affekt.affect.norms import load_norms

    norms = load_norms("warriner", path=find_folder("warriner_vad") / "Ratings_Warriner_et_al.csv.gz")
    for record in real("warriner_vad")[:500]:
        here, there = record.vad, norms[record.id]
        assert here is not None
        assert (here.valence, here.arousal, here.dominance) == pytest.approx(
            (there.vad.valence, there.vad.arousal, there.vad.dominance), abs=1e-6
        )


def test_depechemoods_weightings_hold_the_same_lemmas() -> None:
    splits = by_split(real("depechemood"))
    groups = {split: {record.group for record in rows} for split, rows in splits.items()}
    assert groups["normfreq"] == groups["tfidf"]
    assert Counter(record.conditions["pos"] for record in splits["tfidf"]) == {
        "n": 21548,
        "a": 9065,
        "v": 5347,
        "r": 1811,
    }

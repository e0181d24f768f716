"""Timelines through files and back, and as the tools they are for read them."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from affekt.analysis.eaf import parse_eaf
from affekt.analysis.segment_table import database_header, table_text
from affekt.analysis.textgrid import parse_textgrid, textgrid_text
from affekt.analysis.timelines import TimedLabel, Timeline, read_timelines, write_timelines
from affekt.errors import InputError, OutputError

NASTY = ' a%20b "quoted" <NA> & ünï\n; !x 3 ]'
CALL = Timeline(
    "my call%20<1>.wav",
    (
        TimedLabel(0.0, 1.25, "anger", "ann & co", 0.75),
        TimedLabel(1.25, 3.000001, NASTY, "ann & co", 0.5),
        TimedLabel(2.5, 90061.5, "joy", 'ben "the voice" <x>', None),
        TimedLabel(2.5, 2.75, "calm", "", 1.0),
    ),
    90061.5,
)


@pytest.mark.parametrize(("ending", "exact", "sure"), [("rttm", 1e-6, True), ("csv", 1e-6, True)])
def test_lines_keep_everything(tmp_path: Path, ending: str, exact: float, sure: bool) -> None:
    other = Timeline("other.wav", (TimedLabel(1, 2, "", "<NA>", 0.1),))
    path = tmp_path / f"both.{ending}"
    write_timelines([CALL, other], path)
    found = read_timelines(path)
    assert [timeline.source for timeline in found] == [CALL.source, other.source]
    assert found[1].labels == other.labels
    assert found[0].labels == CALL.labels


@pytest.mark.parametrize(("ending", "exact"), [("TextGrid", 1e-6), ("eaf", 0.0005)])
def test_tiers_keep_times_labels_and_speakers(tmp_path: Path, ending: str, exact: float) -> None:
    path = tmp_path / f"call.{ending}"
    write_timelines([CALL], path)
    (found,) = read_timelines(path)
    expected = [stretch for tier in CALL.tiers().values() for stretch in tier]
    assert len(found.labels) == len(expected)
    for one, other in zip(found.labels, expected, strict=True):
        assert (one.label, one.speaker, one.probability) == (other.label, other.speaker, None)
        assert one.start == pytest.approx(other.start, abs=exact)
        assert one.end == pytest.approx(other.end, abs=exact)
    if ending == "eaf":
        assert found.source == CALL.source


NAMES = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=6)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.integers(1, 5000), st.integers(1, 5000), NAMES, NAMES), min_size=1, max_size=5),
    st.sampled_from(["rttm", "csv", "TextGrid", "eaf"]),
)
def test_any_names_come_back(tmp_path: Path, drawn: list[tuple[int, int, str, str]], ending: str) -> None:
    at, labels = 0, []
    for gap, length, label, speaker in drawn:
        name = "" if speaker == "label" else speaker
        labels.append(TimedLabel((at + gap) / 1000, (at + gap + length) / 1000, label or "x", name))
        at += gap + length
    timeline = Timeline("f.wav", tuple(labels))
    path = tmp_path / f"any.{ending}"
    write_timelines([timeline], path)
    (found,) = read_timelines(path)
    key = {"key": lambda each: each.start}
    assert sorted(found.labels, **key) == sorted(labels, **key)


def test_textgrid_tiles_its_tiers_and_reads_what_praat_writes(tmp_path: Path) -> None:
    text = textgrid_text(CALL)
    assert text.startswith('File type = "ooTextFile"\nObject class = "TextGrid"\n\nxmin = 0\nxmax = 90061.5\n')
    assert 'name = "ben ""the voice"" <x>"' in text
    assert '            xmin = 0\n            xmax = 2.5\n            text = ""\n' in text
    short = """File type = "ooTextFile"
Object class = "TextGrid"

0
2.5
<exists>
2
"IntervalTier"
"Mary"
0
2.5
2
0
1.2
""
1.2
2.5
"joy"
"TextTier"
"beeps"
0
2.5
1
0.4
"beep"
"""
    grid = tmp_path / "short.TextGrid"
    grid.write_bytes(short.encode("utf-16"))
    assert read_timelines(grid) == [Timeline("short", (TimedLabel(1.2, 2.5, "joy", "Mary"),), 2.5)]
    with pytest.raises(InputError, match="cut off"):
        parse_textgrid(short[:150], "short")
    assert read_timelines(_written(tmp_path, Timeline("silent", (), 3.0)))[0].labels == ()


def _written(folder: Path, timeline: Timeline) -> Path:
    path = folder / "written.TextGrid"
    write_timelines([timeline], path)
    return path


def test_eaf_has_what_elan_asks_for(tmp_path: Path) -> None:
    path = tmp_path / "call.eaf"
    write_timelines([CALL], path)
    root = ElementTree.parse(path).getroot()
    kinds = {kind.get("LINGUISTIC_TYPE_ID") for kind in root.iterfind("LINGUISTIC_TYPE")}
    slots = {slot.get("TIME_SLOT_ID"): int(slot.get("TIME_VALUE", "")) for slot in root.iterfind("*/TIME_SLOT")}
    assert list(slots.values()) == sorted(slots.values())
    ids = [each.get("ANNOTATION_ID") for each in root.iter("ALIGNABLE_ANNOTATION")]
    assert len(set(ids)) == len(ids) == 4
    for tier in root.iterfind("TIER"):
        assert tier.get("LINGUISTIC_TYPE_REF") in kinds
    for each in root.iter("ALIGNABLE_ANNOTATION"):
        assert slots[each.get("TIME_SLOT_REF1")] < slots[each.get("TIME_SLOT_REF2")]
    assert root.find("HEADER").get("TIME_UNITS") == "milliseconds"  # type: ignore[union-attr]
    with pytest.raises(InputError, match="entities"):
        parse_eaf('<!DOCTYPE x [<!ENTITY a "b">]><x/>', "x")
    with pytest.raises(InputError, match="root is 'x'"):
        parse_eaf("<x/>", "x")


@pytest.mark.filterwarnings("ignore")  # audformat's own, of the pandas it calls
def test_table_loads_as_an_audformat_database(tmp_path: Path) -> None:
    audformat = pytest.importorskip("audformat")
    (tmp_path / "db.yaml").write_text(database_header([CALL], name="calls"), encoding="utf-8")
    (tmp_path / "db.emotion.csv").write_text(table_text([CALL]), encoding="utf-8", newline="")
    frame = audformat.Database.load(str(tmp_path), verbose=False)["emotion"].get()
    assert frame["emotion"].tolist() == [each.label for each in CALL.labels]
    starts = [moment.total_seconds() for moment in frame.index.get_level_values("start")]
    assert starts == pytest.approx([each.start for each in CALL.labels])
    assert frame["speaker"].fillna("").tolist() == [each.speaker for each in CALL.labels]


def test_wrong_files_are_said(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"not 'call\.txt'"):
        write_timelines([CALL], tmp_path / "call.txt")
    with pytest.raises(OutputError, match="one recording, and there are 2"):
        write_timelines([CALL, CALL], tmp_path / "call.eaf")
    overlapping = Timeline("x", (TimedLabel(0, 2, "a", "ann"), TimedLabel(1, 3, "b", "ann")))
    with pytest.raises(InputError, match="one at a time"):
        write_timelines([overlapping], tmp_path / "x.TextGrid")
    with pytest.raises(OutputError, match="Cannot write"):
        write_timelines([CALL], tmp_path / "none" / "call.csv")
    with pytest.raises(InputError, match="Cannot read"):
        read_timelines(tmp_path / "none.rttm")
    for name, content, said in (
        ("a.rttm", "SPEAKER f 1 x 2 <NA> <NA> s <NA> <NA>\n", "Line 1"),
        ("a.csv", "file,begin\n", "lacks the column start, end"),
        ("b.csv", "file,start,end\nf,now,1\n", "no segment"),
        ("a.eaf", "<a", "no XML"),
        ("c.csv", b"\xff\xfa", "not UTF-8"),
        ("a.TextGrid", "", "cut off"),
    ):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        with pytest.raises(InputError, match=said):
            read_timelines(path)
    (tmp_path / "d.rttm").write_text(";; a comment\nSPKR-INFO f 1 <NA>\nSPEAKER f 1 0.5 1.0 <NA> <NA> s <NA>\n")
    assert read_timelines(tmp_path / "d.rttm") == [Timeline("f", (TimedLabel(0.5, 1.5, "", "s"),))]

"""EmotionML 1.0: what is written comes back, and the rules of the recommendation are held to."""

from __future__ import annotations

import math
import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affekt.affect.emotionml import (
    EMOTIONML,
    VOCABULARIES,
    EmotionTrace,
    find_vocabulary,
    read_emotionml,
    validate,
    write_emotionml,
)
from affekt.affect.emotionml.writing import text_of_token, token_of_text
from affekt.affect.spaces import SPACES
from affekt.errors import InputError, UnknownNameError
from affekt.types import VAD, Evidence, LabelSpace, Opinion, Provenance, Reading, Report, Span

VOC = "http://www.w3.org/TR/emotion-voc/xml"
TEXTS = st.text(max_size=20)


def span_from(draw: random.Random) -> Span:
    if draw.random() < 0.5:
        start = draw.randrange(1000)
        return Span(start, start + draw.randrange(100))
    start = draw.uniform(0, 1e5)
    return Span(start, start + draw.choice([0.0, 0.1, draw.uniform(0, 100)]), "second")


def reading_from(draw: random.Random, space: LabelSpace, *, text: str = "") -> Reading:
    """Return a reading with every field it may have, each present or not by chance."""

    def shares() -> tuple[float, ...]:
        return tuple(draw.choice([0.0, 1.0, draw.random()]) for _ in space.labels)

    def maybe(value):
        return value if draw.random() < 0.6 else None

    # Eighths survive (x + 1) / 2 and back without rounding.
    point = [draw.randint(-8, 8) / 8 for _ in range(3)]
    evidence = Evidence(Span(1, 3), f"{text}<&>\r\n\x00\ud800", draw.choice(space.labels), draw.uniform(-1, 1))
    return Reading(
        space,
        shares(),
        span_from(draw),
        thresholds={space.name: shares(), "sentiment": (0.1, 0.2, 0.3)} if draw.random() < 0.5 else {},
        vad=maybe(VAD(*point, *(maybe(draw.random()) for _ in range(3)))),
        intensity=maybe(draw.random()),
        evidence=(evidence,) * draw.randrange(3),
        about=draw.choice(["writer", "speaker 2", "reader & co"]),
        opinion=maybe(Opinion(space, shares(), draw.random())),
    )


def document(body: str, *, root: str = "") -> str:
    return f'<emotionml version="1.0" xmlns="{EMOTIONML}" {root}>{body}</emotionml>'


def emotion(body: str, attributes: str = f'category-set="{VOC}#big6"', *, root: str = "") -> str:
    return document(f"<emotion {attributes}>{body}</emotion>", root=root)


@pytest.mark.parametrize("space", SPACES.values(), ids=lambda space: space.name)
def test_readings_of_every_space_come_back(space):
    for seed in range(4):
        draw = random.Random(seed)
        given_ = tuple(reading_from(draw, space) for _ in range(2))
        xml = write_emotionml(given_, uri="some file.txt")
        assert validate(xml) == ()
        back = read_emotionml(xml)
        assert back.readings == given_
        assert [reading.space is space for reading in back.readings] == [True, True]
        assert back.report is None
        # As bytes, with the encoding that the declaration names.
        assert read_emotionml(xml.encode()) == back


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), TEXTS, st.none() | TEXTS)
def test_reports_come_back_whole(seed, text, source):
    draw, space = random.Random(seed), SPACES["ekman"]
    unread = Reading(space, (), Span(1, 4), status="unsupported_language", about="speaker")
    before, after = ([reading_from(draw, space, text=text) for _ in range(draw.randrange(3))] for _ in range(2))
    overall = draw.choice([unread, reading_from(draw, space)])
    report = Report(source, text, (*before, unread, *after), overall, Provenance("m", "1.0", "CC BY", 128, "0.1"))
    xml = write_emotionml(report)
    assert validate(xml) == ()
    assert read_emotionml(xml).report == report


def test_what_stands_where():
    space = SPACES["ekman"]
    reading = Reading(space, (0.1, 0.0, 0.2, 0.75, 0.0, 0.0), Span(3, 9), vad=VAD(0.5, -1.0, 0.0), intensity=0.25)
    xml = write_emotionml([reading], uri="a b.txt")
    assert f'xmlns="{EMOTIONML}"' in xml
    assert re.search(
        r'<emotion id="r0" category-set="#ekman" expressed-through="text" dimension-set="[^"]+#pad-dimensions">', xml
    )
    assert '<category name="joy" confidence="0.75"' in xml
    assert '<dimension name="pleasure" value="0.75"' in xml
    assert '<dimension name="arousal" value="0.0"' in xml
    assert '<dimension name="dominance" value="0.5"' in xml
    assert '<dimension name="intensity" value="0.25"' in xml
    assert '<reference uri="a%20b.txt#char=3,9" role="expressedBy"' in xml
    timed = write_emotionml([Reading(space, (0.1,) * 6, Span(1.5, 2.25, "second"))], uri="clip.wav")
    assert 'time-ref-uri="clip.wav" offset-to-start="1500" duration="750"' in timed
    assert '<reference uri="clip.wav#t=1.5,2.25"' in timed


def test_kinds_have_their_element_and_standard_vocabularies_their_address():
    enisear = SPACES["enisear"] if "enisear" in SPACES else next(s for s in SPACES.values() if s.kind == "appraisals")
    assert "<appraisal " in write_emotionml([Reading(enisear, (0.5,) * len(enisear), Span(0, 1))])
    traits = next(space for space in SPACES.values() if space.kind == "traits")
    assert "<dimension " in write_emotionml([Reading(traits, (0.5,) * len(traits), Span(0, 1))])
    for vocabulary in VOCABULARIES.values():
        if vocabulary.type == "action-tendency":
            continue
        space = vocabulary.space
        xml = write_emotionml([Reading(space, (0.5,) * len(space), Span(0, 1))])
        assert f'{vocabulary.type}-set="{vocabulary.uri}"' in xml
        assert "<vocabulary" not in xml
        assert validate(xml) == ()


def test_the_standard_vocabularies_are_those_of_the_note():
    assert {name: (v.type, len(v.items)) for name, v in VOCABULARIES.items()} == {
        "big6": ("category", 6),
        "everyday-categories": ("category", 17),
        "occ-categories": ("category", 22),
        "fsre-categories": ("category", 24),
        "frijda-categories": ("category", 12),
        "pad-dimensions": ("dimension", 3),
        "fsre-dimensions": ("dimension", 4),
        "intensity-dimension": ("dimension", 1),
        "occ-appraisals": ("appraisal", 11),
        "scherer-appraisals": ("appraisal", 20),
        "ema-appraisals": ("appraisal", 12),
        "frijda-action-tendencies": ("action-tendency", 10),
    }
    assert find_vocabulary("big6").uri == f"{VOC}#big6"
    with pytest.raises(UnknownNameError, match="Did you mean 'big6'"):
        find_vocabulary("big5")


def test_traces_come_back():
    traces = (EmotionTrace("arousal", 12.5, (-1.0, 0.0, 0.5), 2.0), EmotionTrace("intensity", 4.0, (0.25,)))
    xml = write_emotionml([], traces=traces)
    assert 'freq="12.5 Hz" samples="0.0 0.5 0.75"' in xml
    assert validate(xml) == ()
    assert read_emotionml(xml).traces == traces
    assert read_emotionml(xml).readings == ()


@settings(max_examples=100, deadline=None)
@given(st.text(min_size=1, max_size=12))
def test_any_label_has_its_own_name_token(text):
    for first in (False, True):
        token = token_of_text(text, first=first)
        assert re.fullmatch(r"[\w.-]+", token, re.ASCII)
        assert text_of_token(token) == text
    assert re.match("[A-Za-z_]", token_of_text(text, first=True))


def test_documents_of_others_are_read():
    shares = read_emotionml(
        emotion('<category name="anger" confidence="0.8"/><category name="fear" value="0.3"/>')
    ).readings[0]
    assert shares.space == VOCABULARIES["big6"].space
    assert (shares["anger"], shares["fear"], shares["sadness"]) == (0.8, 0.3, 0.0)
    assert read_emotionml(emotion('<category name="anger"/>')).readings[0]["anger"] == 1.0
    pad = f'dimension-set="{VOC}#pad-dimensions"'
    both = f'category-set="{VOC}#big6" {pad} expressed-through="voice" start="1268647331000" end="1268647331500"'
    found = read_emotionml(
        emotion(
            '<category name="anger"/><dimension name="arousal" value="0.75"/><dimension name="pleasure" value="0"/>',
            both,
        )
    ).readings
    assert len(found) == 1
    assert found[0].vad is not None
    assert (found[0].vad.valence, found[0].vad.arousal) == (-1.0, 0.5)
    assert math.isnan(found[0].vad.dominance)
    assert found[0].modality == "voice"
    assert found[0].span == Span(1268647331.0, 1268647331.5, "second")
    alone = read_emotionml(emotion('<dimension name="arousal" value="0.75"/>', pad)).readings[0]
    assert alone.space.name == "pad-dimensions"
    elsewhere = 'category-set="http://www.example.com/custom/category/stances.xml#v"'
    two = document(
        f'<emotion {elsewhere}><category name="distant"/></emotion>'
        f'<emotion {elsewhere}><category name="warm"/></emotion>'
    )
    first, second = read_emotionml(two).readings
    assert first.space == second.space
    assert first.space.labels == ("distant", "warm")
    assert first.probabilities == (1.0, 0.0)
    mixed = f'category-set="{VOC}#big6" {OCC} {ACT}'
    body = (
        '<appraisal name="effort" value="0.5"/><category name="anger"/><action-tendency name="approach" value="0.2"/>'
    )
    assert [reading.space.name for reading in read_emotionml(emotion(body, mixed)).readings] == [
        "big6",
        "occ-appraisals",
        "frijda-action-tendencies",
    ]


@pytest.mark.parametrize(
    ("fragment", "span"),
    [
        ("t=10,20", Span(10, 20, "second")),
        ("t=npt:1.5,2.5", Span(1.5, 2.5, "second")),
        ("t=0:02:00,0:02:01.5", Span(120, 121.5, "second")),
        ("t=,20", Span(0, 20, "second")),
        ("t=10", Span(10, 10, "second")),
        ("char=5,9", Span(5, 9)),
        ("char=5,9;length=10", Span(5, 9)),
        ("page=3", Span(0, 0)),
    ],
)
def test_fragments_are_spans(fragment, span):
    xml = emotion(f'<category name="anger"/><reference uri="file.avi#{fragment}"/>')
    assert read_emotionml(xml).readings[0].span == span


ANGER = '<category name="anger"/>'
TRACE = '<trace freq="10.5 Hz" samples="0.1 0.1 0.2"/>'
PAD = f'dimension-set="{VOC}#pad-dimensions"'
OCC = f'appraisal-set="{VOC}#occ-appraisals"'
ACT = f'action-tendency-set="{VOC}#frijda-action-tendencies"'


@pytest.mark.parametrize(
    ("rule", "xml"),
    [
        # Assertions of the W3C implementation report, by their numbers.
        ("101", f'<info xmlns="{EMOTIONML}"/>'),
        ("101", '<emotionml version="1.0"/>'),
        ("114", document("", root=f'category-set="{VOC}#fsre-dimensions"')),
        ("117", document("", root=f'dimension-set="{VOC}#big6"')),
        ("120", document("", root=f'appraisal-set="{VOC}#fsre-dimensions"')),
        ("123", document("", root=f'action-tendency-set="{VOC}#fsre-dimensions"')),
        ("161", emotion(ANGER, f'category-set="{VOC}#fsre-dimensions"')),
        ("161", emotion(ANGER, 'category-set="#nowhere"')),
        ("164", emotion('<dimension name="anger" value="1"/>', f'dimension-set="{VOC}#big6"')),
        ("167", emotion('<appraisal name="valence"/>', f'appraisal-set="{VOC}#fsre-dimensions"')),
        ("170", emotion('<action-tendency name="valence"/>', f'action-tendency-set="{VOC}#fsre-dimensions"')),
        ("172", emotion(ANGER, f'version="1.1" category-set="{VOC}#big6"')),
        ("210", emotion(ANGER, "")),
        ("212", emotion('<category name="somethingelse"/>')),
        ("212", emotion('<category name="content"/>', root=f'category-set="{VOC}#everyday-categories"')),
        ("216", emotion(f'<category name="anger" value="0.5">{TRACE}</category>')),
        ("220", emotion('<dimension name="arousal" value="0.1"/>', "")),
        ("222", emotion('<dimension name="somethingelse" value="0.1"/>', PAD)),
        ("224", emotion('<dimension name="arousal"/>', PAD)),
        ("224", emotion(f'<dimension name="arousal" value="0.5">{TRACE}</dimension>', PAD)),
        ("230", emotion('<appraisal name="effort"/>', "")),
        ("232", emotion('<appraisal name="somethingelse"/>', OCC)),
        ("236", emotion(f'<appraisal name="effort" value="0.5">{TRACE}</appraisal>', OCC)),
        ("240", emotion('<action-tendency name="approach"/>', "")),
        ("242", emotion('<action-tendency name="somethingelse"/>', ACT)),
        ("246", emotion(f'<action-tendency name="approach" value="0.5">{TRACE}</action-tendency>', ACT)),
        ("417", emotion(f'{ANGER}<reference uri="a" media-type="video"/>')),
        # The schema's.
        ("schema", f'<emotionml xmlns="{EMOTIONML}"/>'),
        ("schema", f'<emotionml version="2.0" xmlns="{EMOTIONML}"/>'),
        ("schema", emotion("")),
        ("schema", emotion(f"{ANGER}{ANGER}")),
        ("schema", emotion('<category name="anger" value="1.5"/>')),
        ("schema", emotion('<category name="anger" confidence="-0.1"/>')),
        ("schema", emotion('<category name="anger" value="NaN"/>')),
        ("schema", emotion('<category value="1"/>')),
        ("schema", emotion('<category name="anger" loudness="1"/>')),
        ("schema", emotion(f'<reference uri="a"/>{ANGER}')),
        ("schema", emotion(f"{ANGER}<info/>")),
        ("schema", emotion(f"{ANGER}<mood/>")),
        ("schema", emotion(f'{ANGER}<reference uri="a" role="madeBy"/>')),
        ("schema", emotion('<category name="anger"><trace freq="10" samples="0.1"/></category>')),
        ("schema", emotion('<category name="anger"><trace freq="10Hz" samples=""/></category>')),
        ("schema", emotion('<category name="anger"><trace freq="10Hz" samples="0.1 2"/></category>')),
        ("schema", emotion(ANGER, f'start="1.5" category-set="{VOC}#big6"')),
        ("schema", emotion(ANGER, f'duration="-1" category-set="{VOC}#big6"')),
        ("schema", emotion(ANGER, f'offset-to-start="soon" category-set="{VOC}#big6"')),
        ("schema", emotion(ANGER, f'time-ref-anchor-point="middle" category-set="{VOC}#big6"')),
        ("schema", emotion(ANGER, f'expressed-through="" category-set="{VOC}#big6"')),
        ("schema", emotion(ANGER, f'id="1a" category-set="{VOC}#big6"')),
        ("schema", document('<vocabulary type="category" id="a"/>')),
        ("schema", document('<vocabulary type="mood" id="a"><item name="b"/></vocabulary>')),
        ("schema", document('<vocabulary type="category"><item name="b"/></vocabulary>')),
        ("schema", document('<vocabulary type="category" id="a"><item name="b c"/></vocabulary>')),
        ("schema", document('<vocabulary type="category" id="a"><item name="b"/><item name="b"/></vocabulary>')),
        ("schema", document('<vocabulary type="category" id="a"><item name="b"/></vocabulary>' * 2)),
        ("schema", document("<info><emotion/></info>")),
        ("2.4.1", emotion(f"{ANGER}<reference/>")),
        ("span", emotion(ANGER, f'start="5" end="4" category-set="{VOC}#big6"')),
    ],
)
def test_each_rule_is_held_to(rule, xml):
    assert rule in {problem.rule for problem in validate(xml)}
    with pytest.raises(InputError, match=r"no valid EmotionML 1\.0"):
        read_emotionml(xml)


@pytest.mark.parametrize(
    "xml",
    [
        document(""),
        emotion(ANGER),
        emotion(ANGER, "", root=f'category-set="{VOC}#big6"'),
        emotion(
            f"<info><a xmlns='http://example.org'/></info>{ANGER}"
            "<reference uri='file.avi#t=1,2' media-type='video/mpeg'/>"
        ),
        emotion('<dimension name="arousal" value="0.1" confidence="1"/>', PAD),
        emotion(f'<dimension name="arousal">{TRACE}</dimension>', PAD),
        emotion('<appraisal name="desirability"/>', OCC),
        emotion('<action-tendency name="approach" value="0.1"/>', ACT),
        emotion('<category name="bored"/>', 'category-set="#own"').replace(
            "</emotionml>", '<vocabulary type="category" id="own"><item name="bored"/></vocabulary></emotionml>'
        ),
        emotion(f"I was {ANGER} that day", f'expressed-through="face voice" category-set="{VOC}#big6"'),
        emotion(ANGER, f'offset-to-start="-20" duration="5" time-ref-uri="#a" category-set="{VOC}#big6"'),
    ],
)
def test_valid_documents_have_no_problem(xml):
    assert validate(xml) == ()
    read_emotionml(xml)


def test_entities_and_broken_xml_are_refused():
    bomb = '<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><emotionml>&d;</emotionml>'
    outside = '<!DOCTYPE a SYSTEM "file:///etc/passwd"><emotionml/>'
    for xml in (bomb, outside):
        for read in (validate, read_emotionml):
            with pytest.raises(InputError, match="DOCTYPE"):
                read(xml)
    for broken in ("", "<emotionml>", "no xml", b"\xff\xfe\x00", "<a>&b;</a>"):
        with pytest.raises(InputError, match="XML"):
            validate(broken)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200) | st.binary(max_size=200))
def test_no_input_breaks_the_reader(xml):
    with pytest.raises(InputError):
        read_emotionml(xml)


def test_damaged_info_is_an_error():
    space = SPACES["ekman"]
    evidence = (Evidence(Span(0, 2), "ab", "joy", 0.5),)
    report = Report(
        "a", "ab", (), Reading(space, (0.1,) * 6, Span(0, 2), evidence=evidence), Provenance("m", "1", "l", 1, "0")
    )
    xml = write_emotionml(report)
    for good, bad in (
        ('window="1"', 'window="wide"'),
        ('weight="0.5"', 'weight="much"'),
        ('"ab"</affekt:report>', "ab</affekt:report>"),
    ):
        assert good in xml
        with pytest.raises(InputError, match="damaged"):
            read_emotionml(xml.replace(good, bad))


def test_what_cannot_be_written_is_an_error():
    space = SPACES["ekman"]
    with pytest.raises(InputError, match="nothing to write"):
        write_emotionml([])
    with pytest.raises(InputError, match=r"scale is \[0, 1\]; anger would be 1.5"):
        write_emotionml([Reading(space, (1.5, 0, 0, 0, 0, 0), Span(0, 1))])
    with pytest.raises(InputError, match="intensity"):
        write_emotionml([Reading(space, (0.0,) * 6, Span(0, 1), intensity=2.0)])
    with pytest.raises(InputError, match="nan"):
        write_emotionml([Reading(space, (math.nan,) * 6, Span(0, 1))])
    with pytest.raises(InputError, match="character that XML cannot hold"):
        write_emotionml([Reading(space, (0.0,) * 6, Span(0, 1), about="a\x00b")])
    other = LabelSpace("ekman", ("a", "b"), "exclusive", "mine")
    with pytest.raises(InputError, match="Two label spaces are named 'ekman'"):
        write_emotionml([Reading(space, (0.0,) * 6, Span(0, 1)), Reading(other, (0.5, 0.5), Span(0, 1))])
    for trace in (
        EmotionTrace("arousal", 0.0, (0.5,)),
        EmotionTrace("arousal", 1.0, ()),
        EmotionTrace("mood", 1.0, (0.0,)),
    ):  # type: ignore[arg-type]
        with pytest.raises(InputError, match="A trace is of"):
            write_emotionml([], traces=[trace])


def test_a_space_of_ones_own_comes_back():
    own = LabelSpace("my space", ("a b", "\u00fc/\u00f6", "_x0041_", "9"), "exclusive", "me & you", neutral="9")
    reading = Reading(own, (0.25,) * 4, Span(0, 1))
    assert read_emotionml(write_emotionml([reading])).readings == (reading,)

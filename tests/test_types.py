"""The nouns: what they refuse, and that a report survives a round trip."""

from __future__ import annotations

import json
import math
import pickle

import pytest

from affekt.affect.spaces import find_space
from affekt.errors import UnknownNameError
from affekt.types import SCHEMA, VAD, Evidence, Provenance, Reading, Report, Span

SPACE = find_space("goemotions-sentiment")


def reading(*probabilities: float, **options: object) -> Reading:
    return Reading(SPACE, probabilities, Span(0, 4), **options)


def report() -> Report:
    evidence = (Evidence(Span(0, 4), "good", "positive", 0.4),)
    one = reading(0.7, 0.1, 0.1, 0.1, vad=VAD(0.5, 0.1, 0.2, 0.1, 0.1, 0.1), intensity=0.6, evidence=evidence)
    return Report("a.txt", "good", (one,), one, Provenance("text", "1", "CC-BY-SA-4.0", 126, "0.1.0"))


def test_top_is_sorted_and_labels_follow_thresholds():
    one = reading(0.3, 0.7, 0.2, 0.1, thresholds={SPACE.name: (0.2, 0.8, 0.2, 0.2)})
    assert [pair.label for pair in one.top(2)] == [SPACE.labels[1], SPACE.labels[0]]
    assert one.labels == (SPACE.labels[0], SPACE.labels[2])


def test_an_exclusive_space_has_one_label():
    space = find_space("sentiment")
    assert len(Reading(space, (0.2, 0.5, 0.3), Span(0, 1)).labels) == 1


def test_thresholds_of_another_space_are_not_used():
    assert reading(0.6, 0.4, 0.4, 0.4, thresholds={"ekman": (0.0,) * 6}).labels == (SPACE.labels[0],)


def test_wrong_number_of_probabilities_is_refused():
    with pytest.raises(ValueError, match="4 probabilities, got 2"):
        reading(0.5, 0.5)


def test_unknown_label_offers_the_nearest():
    with pytest.raises(UnknownNameError, match="Did you mean 'positive'"):
        reading(0.1, 0.1, 0.1, 0.1)["positiv"]


def test_unsupported_reading_has_no_numbers():
    one = Reading(SPACE, (), Span(0, 4), status="unsupported_language")
    assert one.labels == () and one.top(3) == [] and math.isnan(one["positive"])


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (3, 2)])
def test_span_refuses(start, end):
    with pytest.raises(ValueError, match="start to end"):
        Span(start, end)


def test_vad_interval_is_cut_and_symmetric():
    vad = VAD(0.0, 0.95, 0.0, 0.1, 0.1)
    low, high = vad.interval("valence", 0.9)
    assert high == pytest.approx(0.16449, abs=1e-4) and low == -high
    assert vad.interval("arousal").high == 1.0
    with pytest.raises(ValueError, match="no standard deviation"):
        vad.interval("dominance")
    with pytest.raises(ValueError, match="coverage"):
        vad.interval("valence", 1.0)


def test_report_is_json_and_pickle(tmp_path):
    one = report()
    text = one.to_json(tmp_path / "report.json")
    record = json.loads((tmp_path / "report.json").read_text())
    assert record == json.loads(text) == one.to_dict()
    assert record["schema"] == SCHEMA
    assert set(record) == {"schema", "source", "text", "overall", "readings", "provenance"}
    assert pickle.loads(pickle.dumps(one)) == one


def test_report_to_frame():
    frame = report().to_frame()
    assert frame.index.names == ["source", "start", "end"]
    assert frame[f"{SPACE.name}.positive"].iloc[0] == 0.7
    assert frame["labels"].iloc[0] == "positive"

"""Pages: valid markup, nothing from elsewhere, everything escaped; plots draw what they are given."""

from __future__ import annotations

import math
import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import numpy as np
import pytest

from affekt.errors import InputError, OutputError
from affekt.pages.page import Figure, Page, Section, Table, Words, page_html, write_page
from affekt.pages.plots import bars, heat_map, histogram, intervals, scatter

NASTY = "<script>alert('x')</script> & \x1b[31m \"q\""
NAN = math.nan
SVG = "{http://www.w3.org/2000/svg}"
PLOTS = {
    "bars": bars([NASTY, "b"], [0.25, 0.5], beside=[0.1, NAN], series=("one", NASTY), share=True, title=NASTY),
    "bars of nothing": bars(["a"], [0], title="none"),
    "no bars": bars([], [], title="none"),
    "histogram": histogram([1, 2, 2, 9], title=NASTY, x_name=NASTY),
    "histogram of shares": histogram([0.1, 0.5, NAN], title="shares", x_name="share", bounds=(0, 1)),
    "histogram of one": histogram([0.3], title="one", x_name="x"),
    "intervals": intervals([NASTY, "b"], [0.2, NAN], [-0.1, NAN], [0.4, NAN], title=NASTY),
    "heat map": heat_map([[1, -0.5], [NAN, 0]], ["a", NASTY], ["a", "b"], title=NASTY),
    "heat map of nothing": heat_map(np.zeros((0, 0)), [], [], title="none"),
    "scatter": scatter([1, 2, NAN], [0.1, 0.1, 3], ["a", NASTY, "c"], title=NASTY, x_name=NASTY, y_name="y"),
    "scatter of nothing": scatter([], [], [], title="none", x_name="x", y_name="y"),
}


class Tags(HTMLParser):
    """Checks that tags close in order; collects names and attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("name", PLOTS)
def test_a_plot_is_xml_with_a_name(name) -> None:
    root = ElementTree.fromstring(PLOTS[name])
    assert root.tag == f"{SVG}svg" and root.get("role") == "img" and root.get("aria-label")
    assert "nan" not in PLOTS[name].lower() and "inf" not in PLOTS[name].lower()
    assert "\x1b" not in PLOTS[name]
    for rect in root.iter(f"{SVG}rect"):
        assert float(rect.get("width", "1")) >= 0 and float(rect.get("height", "1")) >= 0


def test_a_page_needs_nothing_else() -> None:
    figures = tuple(Figure(svg, NASTY) for svg in PLOTS.values())
    table = Table((NASTY, "n"), ((NASTY, 1), ("b", None), ("c", 2)), NASTY)
    html = page_html(Page(NASTY, NASTY, (Section(NASTY, (Words(NASTY), table, *figures)),), NASTY))
    tags = Tags()
    tags.feed(html)
    assert not tags.open
    names = {name for name, _ in tags.seen}
    assert "script" not in names and not names & {"link", "img", "iframe", "object"}
    assert not any({"href", "src", "onload"} & attributes.keys() for _, attributes in tags.seen)
    assert re.findall(r"https?://[^\"]*", html) == ["http://www.w3.org/2000/svg"] * len(PLOTS)
    assert "url(" not in html and "@import" not in html
    assert "prefers-color-scheme: dark" in html and 'lang="en"' in html
    assert '<td class="number">–</td>' in html  # a number that is not there


def test_bars_are_as_long_as_their_values() -> None:
    root = ElementTree.fromstring(bars(["a", "b", "c"], [1, 2, 4], title="t"))
    widths = [float(rect.get("width", "")) for rect in root.iter(f"{SVG}rect")]
    assert widths[2] == pytest.approx(2 * widths[1], abs=0.2) and widths[1] == pytest.approx(2 * widths[0], abs=0.2)


def test_histograms_count() -> None:
    titles = [e.text for e in ElementTree.fromstring(histogram([3, 3, 5], title="t", x_name="x")).iter(f"{SVG}title")]
    assert titles == ["3: 2", "4: 0", "5: 1"]
    shares = histogram([0.05, 0.06, 0.95], title="t", x_name="x", bins=10, bounds=(0, 1))
    counts = [int((e.text or "").rsplit(": ")[1]) for e in ElementTree.fromstring(shares).iter(f"{SVG}title")]
    assert counts == [2, *[0] * 8, 1]


def test_scatter_draws_what_is_finite() -> None:
    root = ElementTree.fromstring(PLOTS["scatter"])
    assert len(list(root.iter(f"{SVG}circle"))) == 2


def test_what_is_refused(tmp_path) -> None:
    with pytest.raises(InputError, match="needs as many values"):
        bars(["a"], [1, 2], title="t")
    with pytest.raises(InputError, match="rows and"):
        heat_map([[1]], ["a", "b"], ["a"], title="t")
    with pytest.raises(InputError, match="no value"):
        histogram([NAN], title="t", x_name="x")
    with pytest.raises(OutputError, match="Cannot write"):
        write_page(Page("t", "", ()), tmp_path / "none" / "page.html")
    write_page(Page("t", "", ()), tmp_path / "page.html")
    assert (tmp_path / "page.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_our_words_may_hold_code_and_other_peoples_cells_do_not():
    table = Table(("Text", "Share"), (("a `word` of " + "text " * 20, "12.5%"), ("אבג!", "–")), "See `affekt`.")
    html = page_html(Page("t", "", (Section("s", (Words("Run `affekt <x>`."), table)),)))
    assert "<code>affekt &lt;x&gt;</code>" in html and "See <code>affekt</code>." in html
    assert "a `word` of" in html
    assert '<td class="number">12.5%</td>' in html and '<td class="number">–</td>' in html
    assert '<td class="short" dir="auto">אבג!</td>' in html and '<td class="long" dir="auto">a `word`' in html

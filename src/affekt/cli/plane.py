"""The valence-arousal plane and the small bars, drawn in characters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from affekt.types import VAD

# Russell (1980), A circumplex model of affect, J. Pers. Soc. Psychol. 39(6): the four corners.
_CORNERS = (("tense", "excited"), ("gloomy", "calm"))


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The characters a picture is drawn with."""

    full: str
    half: str
    track: str
    present: str
    point: str
    whisker: str  # left end, line, right end, top end, line, bottom end
    frame: str  # corners from top left clockwise, then horizontal, vertical
    axis: str
    course: str  # levels of a sparkline, lowest first
    right: str
    up: str
    cut: str
    between: str


FINE = Glyphs("━", "╸", "─", "●", "●", "├─┤┬│┴", "┌┐┘└─│", "·", "▁▂▃▄▅▆▇█", "→", "↑", "…", "·")
PLAIN = Glyphs("#", "#", "-", "*", "o", "<->^|v", "++++-|", ".", "_.,-=+*#", ">", "^", "...", "|")


@dataclass(frozen=True, slots=True)
class Plane:
    """The drawn plane: a row of characters each, and where the point and its whiskers lie as (row, column)."""

    rows: tuple[str, ...]
    point: tuple[int, int]
    whiskers: frozenset[tuple[int, int]]


def draw_plane(vad: VAD, glyphs: Glyphs = FINE, *, width: int = 27, height: int = 11) -> Plane:
    """Return the plane of valence (left to right) and arousal (bottom to top), both from -1 to 1.

    `width` and `height` count the frame. Whiskers span the 90 % interval of each dimension by
    itself, where its standard deviation is known.
    """
    inner_width, inner_height = width - 2, height - 2

    def column(valence: float) -> int:
        return round((min(1.0, max(-1.0, valence)) + 1) / 2 * (inner_width - 1))

    def row(arousal: float) -> int:
        return round((1 - min(1.0, max(-1.0, arousal))) / 2 * (inner_height - 1))

    grid = [[" "] * inner_width for _ in range(inner_height)]
    for y in range(inner_height):
        grid[y][column(0)] = glyphs.axis
    grid[row(0)] = [glyphs.axis] * inner_width
    for y, corners in zip((0, inner_height - 1), _CORNERS, strict=True):
        grid[y][: len(corners[0])] = corners[0]
        grid[y][inner_width - len(corners[1]) :] = corners[1]

    x, y = column(vad.valence), row(vad.arousal)
    whiskers = set()
    if vad.valence_sd is not None:
        low, high = (column(edge) for edge in vad.interval("valence"))
        for place in range(low, high + 1):
            grid[y][place] = glyphs.whisker[0 if place == low else 2 if place == high else 1]
            whiskers.add((y + 1, place + 1))
    if vad.arousal_sd is not None:
        bottom, top = (row(edge) for edge in vad.interval("arousal"))
        for place in range(top, bottom + 1):
            grid[place][x] = glyphs.whisker[3 if place == top else 5 if place == bottom else 4]
            whiskers.add((place + 1, x + 1))
    grid[y][x] = glyphs.point

    top_left, top_right, bottom_right, bottom_left, line, side = tuple(glyphs.frame)
    above = f" +1 {glyphs.up} arousal "
    below = f" valence {glyphs.right} +1 "
    rows = [
        top_left + line + above.ljust(inner_width - 1, line) + top_right,
        *(side + "".join(cells) + side for cells in grid),
        bottom_left + f"{line} -1 " + below.rjust(inner_width - 6, line) + line + bottom_right,
    ]
    return Plane(tuple(rows), (y + 1, x + 1), frozenset(whiskers))


def bar(share: float, width: int, glyphs: Glyphs = FINE) -> tuple[str, str]:
    """Return the filled and the empty part of a bar `width` characters wide, `share` of it in [0, 1] filled.

    >>> "".join(bar(0.5, 5))
    '━━╸──'
    """
    halves = round(min(1.0, max(0.0, share)) * width * 2)
    filled = glyphs.full * (halves // 2) + glyphs.half * (halves % 2)
    return filled, glyphs.track * (width - len(filled))


def gauge(value: float, side: int, glyphs: Glyphs = FINE) -> tuple[str, str, str]:
    """Return a bar that runs left or right of a centre: left part, centre, right part, `side` characters each side."""
    length = round(min(1.0, abs(value)) * side)
    left = (glyphs.full * length if value < 0 else "").rjust(side)
    right = (glyphs.full * length if value > 0 else "").ljust(side)
    return left, glyphs.frame[5], right


def course(values: Sequence[float | None], width: int, glyphs: Glyphs = FINE) -> tuple[str, float]:
    """Return a sparkline of `values` and the value in (0, 1] at its top; the bottom is the negative of it.

    More values than `width` are averaged in `width` equal stretches; a stretch of nothing but None is blank.

    >>> course([-0.5, None, 0.0, 0.5], 10)
    ('▁ ▅█', 0.5)
    """
    edges = (
        [round(i * len(values) / width) for i in range(width + 1)] if len(values) > width else range(len(values) + 1)
    )
    means: list[float | None] = []
    for low, high in pairwise(edges):
        known = [value for value in values[low:high] if value is not None]
        means.append(sum(known) / len(known) if known else None)
    limit = max([0.25, *(abs(mean) for mean in means if mean is not None)])
    levels = len(glyphs.course)
    places = [None if mean is None else min(levels - 1, int((mean / limit + 1) / 2 * levels)) for mean in means]
    return "".join(" " if place is None else glyphs.course[place] for place in places), limit

"""Plots as SVG text: bars, histogram, intervals, heat map, scatter.

Each is a string for `affekt.pages.page.Figure`. Colours are the page's, so they follow light and dark;
every value is also written or told by a title, none by colour alone. `title` is what a screen
reader says of the whole.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from html import escape

import numpy as np
from numpy.typing import ArrayLike

from affekt.errors import InputError

_WIDTH, _ROW, _LETTER, _LONGEST = 640.0, 22.0, 6.7, 28


def bars(
    names: Sequence[str],
    values: Sequence[float],
    *,
    title: str,
    beside: Sequence[float] | None = None,
    series: tuple[str, str] = ("", ""),
    share: bool = False,
) -> str:
    """Return a horizontal bar per name, from 0; with `beside` a second, thinner one, named by `series`.

    With `share` values are in [0, 1] and shown as per cent. Raises `InputError` where lengths differ.

    >>> bars(["joy"], [3], title="Votes").startswith('<svg role="img" aria-label="Votes"')
    True
    """
    _check(names, values, *([] if beside is None else [beside]))
    left = _room(names)
    rows = [list(values), *([] if beside is None else [list(beside)])]
    most = max((v for row in rows for v in row if math.isfinite(v)), default=0) or 1.0
    scale = (_WIDTH - left - 60) / most
    top = 20.0 if beside is not None else 0.0
    parts = _legend(series, left) if beside is not None else []
    step = _ROW if beside is None else _ROW * 1.5
    for i, name in enumerate(names):
        y = top + i * step
        parts.append(_label(left - 8, y + step / 2, name, "end"))
        for j, row in enumerate(rows):
            high = (_ROW - 8) if j == 0 else _ROW / 2 - 3
            at = y + 4 + (j * (_ROW - 6))
            value = row[i] if math.isfinite(row[i]) else 0.0
            said = f"{value:.1%}" if share else f"{value:,.4g}" if value != round(value) else f"{value:,.0f}"
            parts.append(
                f'<rect class="{"mark" if j == 0 else "other"}" x="{left:.1f}" y="{at:.1f}" '
                f'width="{max(0.0, value * scale):.1f}" height="{high:.1f}"><title>'
                f"{_safe(name)}{': ' + _safe(series[j]) if series[j] else ''}: {said}</title></rect>"
            )
            parts.append(_label(left + value * scale + 5, at + high / 2, said, "start", "faint"))
    return _svg(title, _WIDTH, top + len(names) * step + 4, parts)


def histogram(
    values: ArrayLike, *, title: str, x_name: str, bins: int = 20, bounds: tuple[float, float] | None = None
) -> str:
    """Return how often values occur; whole numbers of few kinds get a bar each, others `bins` of equal width.

    NaN is left out. Raises `InputError` where nothing is left.

    >>> "7" in histogram([3, 3, 7], title="Votes per item", x_name="votes")
    True
    """
    given = np.asarray(values, np.float64).ravel()
    given = given[~np.isnan(given)]
    if not given.size:
        raise InputError(f"{title}: there is no value to count.")
    low, high = bounds or (float(given.min()), float(given.max()))
    whole = bounds is None and bool((given == np.round(given)).all()) and high - low < 60
    if whole:
        counts = np.bincount((given - low).astype(np.int64))
        names = [f"{low + i:g}" for i in range(len(counts))]
    else:
        counts, edges = np.histogram(given, bins=bins, range=(low, high if high > low else low + 1))
        names = [f"{edges[i]:.3g} to {edges[i + 1]:.3g}" for i in range(len(counts))]
    left, bottom, tall = 56.0, 190.0, 170.0
    step = (_WIDTH - left - 10) / len(counts)
    most = int(counts.max())
    parts = _grid_y(most, left, bottom, tall)
    for i, count in enumerate(counts.tolist()):
        height = tall * count / most
        parts.append(
            f'<rect class="mark" x="{left + i * step + step * 0.08:.1f}" y="{bottom - height:.1f}" '
            f'width="{min(step * 0.84, 60):.1f}" height="{height:.1f}"><title>{names[i]}: {count:,}</title></rect>'
        )
    every = max(1, math.ceil(len(counts) / 16))
    for i in range(0, len(counts), every if whole else len(counts)):
        at = left + i * step + (min(step * 0.42 + step * 0.08, 30 + step * 0.08) if whole else 0)
        parts.append(_label(at, bottom + 12, f"{low + i:g}" if whole else f"{low:.3g}", "middle"))
    if not whole:
        parts.append(_label(_WIDTH - 10, bottom + 12, f"{(high if high > low else low + 1):.3g}", "middle"))
    parts.append(_words((left + _WIDTH) / 2, bottom + 30, x_name, "middle", "faint"))
    return _svg(title, _WIDTH, bottom + 40, parts)


def intervals(
    names: Sequence[str],
    values: Sequence[float],
    lows: Sequence[float],
    highs: Sequence[float],
    *,
    title: str,
    bounds: tuple[float, float] = (0.0, 1.0),
) -> str:
    """Return a point with its interval per name, on an axis that covers `bounds` and all of them.

    A value of NaN is said to be undefined. Raises `InputError` where lengths differ.

    >>> "undefined" in intervals(["joy"], [float("nan")], [float("nan")], [float("nan")], title="Alpha")
    True
    """
    _check(names, values, lows, highs)
    known = [v for row in (values, lows, highs) for v in row if math.isfinite(v)]
    low, high = min([bounds[0], *known]), max([bounds[1], *known])
    low, high = math.floor(low * 10) / 10, math.ceil(high * 10) / 10
    left, top = _room(names), 18.0
    scale = (_WIDTH - left - 60) / ((high - low) or 1)
    floor = top + len(names) * _ROW
    parts = []
    for tick in _ticks(low, high):
        x = left + (tick - low) * scale
        parts.append(f'<line class="line" x1="{x:.1f}" x2="{x:.1f}" y1="{top}" y2="{floor}"/>')
        parts.append(_label(x, 8, f"{tick:g}", "middle", "faint"))
    for i, name in enumerate(names):
        y = top + (i + 0.5) * _ROW
        parts.append(_label(left - 8, y, name, "end"))
        if not math.isfinite(values[i]):
            parts.append(_label(left + 4, y, "undefined", "start", "faint"))
            continue
        x = left + (values[i] - low) * scale
        said = f"{values[i]:.2f}"
        if math.isfinite(lows[i]) and math.isfinite(highs[i]):
            said += f" [{lows[i]:.2f}, {highs[i]:.2f}]"
            start, end = (left + (bound - low) * scale for bound in (lows[i], highs[i]))
            parts.append(f'<line class="stroke" stroke-width="2" x1="{start:.1f}" x2="{end:.1f}" y1="{y}" y2="{y}"/>')
        parts.append(
            f'<circle class="mark" cx="{x:.1f}" cy="{y}" r="4.5"><title>{_safe(name)}: {said}</title></circle>'
        )
        parts.append(_label(_WIDTH - 52, y, f"{values[i]:.2f}", "start", "faint"))
    return _svg(title, _WIDTH, floor + 6, parts)


def heat_map(matrix: ArrayLike, rows: Sequence[str], columns: Sequence[str], *, title: str, digits: int = 2) -> str:
    """Return a matrix (row, column) as cells, darker for larger size, of another colour below 0; NaN is empty.

    Numbers stand in the cells while they fit. Raises `InputError` where names do not fit the matrix.

    >>> heat_map([[0.5]], ["a"], ["b"], title="Shares").count("<rect")
    1
    """
    table = np.asarray(matrix, np.float64)
    if table.shape != (len(rows), len(columns)):
        raise InputError(f"The matrix is {table.shape}, but there are {len(rows)} rows and {len(columns)} columns.")
    left = _room(rows)
    size = min(46.0, (_WIDTH + 60 - left) / max(1, len(columns)))
    tall = min(size, 30.0)
    names = [name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…" for name in columns]
    top = max(map(len, names), default=0) * _LETTER * 0.75 + 14
    finite = np.abs(table[np.isfinite(table)])
    most = float(finite.max()) if finite.size and finite.max() > 0 else 1.0
    parts = []
    for j, name in enumerate(names):
        x = left + (j + 0.5) * size
        parts.append(
            f'<text x="{x:.1f}" y="{top - 6:.1f}" transform="rotate(-45 {x:.1f} {top - 6:.1f})">{_safe(name)}</text>'
        )
    for i, name in enumerate(rows):
        parts.append(_label(left - 8, top + (i + 0.5) * tall, name, "end"))
        for j, other in enumerate(columns):
            value = float(table[i, j])
            if math.isnan(value):
                continue
            strength = min(1.0, abs(value) / most) if math.isfinite(value) else 1.0
            x, y = left + j * size, top + i * tall
            parts.append(
                f'<rect class="{"other" if value < 0 else "mark"}" fill-opacity="{0.04 + 0.96 * strength:.3f}" '
                f'x="{x:.1f}" y="{y:.1f}" width="{size - 1:.1f}" height="{tall - 1:.1f}">'
                f"<title>{_safe(name)}, {_safe(other)}: {value:.{digits}f}</title></rect>"
            )
            if size >= 34:
                style = "on" if strength > 0.55 else ""
                parts.append(_label(x + size / 2, y + tall / 2, f"{value:.{digits}f}", "middle", style))
    end = top * 0.8 if len(columns) else 0
    return _svg(title, max(_WIDTH, left + len(columns) * size + end), top + len(rows) * tall + 4, parts)


def scatter(
    x: Sequence[float], y: Sequence[float], names: Sequence[str], *, title: str, x_name: str, y_name: str
) -> str:
    """Return a point per name; those without a finite x and y are left out. Raises `InputError` where lengths differ.

    >>> scatter([1, 2], [0.5, 0.7], ["ann", "ben"], title="Raters", x_name="votes", y_name="kappa").count("<circle")
    2
    """
    _check(names, x, y)
    points = [(a, b, n) for a, b, n in zip(x, y, names, strict=True) if math.isfinite(a) and math.isfinite(b)]
    left, bottom, tall = 56.0, 250.0, 230.0
    wide = _WIDTH - left - 20
    x_low, x_high = _padded([p[0] for p in points])
    y_low, y_high = _padded([p[1] for p in points])
    parts = []
    for tick in _ticks(y_low, y_high):
        at = bottom - tall * (tick - y_low) / (y_high - y_low)
        parts.append(f'<line class="line" x1="{left}" x2="{left + wide}" y1="{at:.1f}" y2="{at:.1f}"/>')
        parts.append(_label(left - 8, at, f"{tick:g}", "end", "faint"))
    for tick in _ticks(x_low, x_high):
        at = left + wide * (tick - x_low) / (x_high - x_low)
        parts.append(_label(at, bottom + 14, f"{tick:,g}", "middle", "faint"))
    for a, b, name in points:
        at_x, at_y = left + wide * (a - x_low) / (x_high - x_low), bottom - tall * (b - y_low) / (y_high - y_low)
        parts.append(
            f'<circle class="mark" fill-opacity="0.75" cx="{at_x:.1f}" cy="{at_y:.1f}" r="4.5">'
            f"<title>{_safe(name)}: {a:,.4g}, {b:.2f}</title></circle>"
        )
        if len(points) <= 25:
            parts.append(_label(at_x + 8, at_y, name, "start", "faint"))
    parts.append(_words(left + wide / 2, bottom + 34, x_name, "middle", "faint"))
    parts.append(_words(left, 6, y_name, "start", "faint"))
    return _svg(title, _WIDTH, bottom + 44, parts)


def _svg(title: str, width: float, height: float, parts: Iterable[str]) -> str:
    return (
        f'<svg role="img" aria-label="{_safe(title)}" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" xmlns="http://www.w3.org/2000/svg">{"".join(parts)}</svg>'
    )


def _safe(text: str) -> str:
    return escape("".join(c if c.isprintable() else "�" for c in text))


def _label(x: float, y: float, text: str, anchor: str, style: str = "") -> str:
    shown = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    return _words(x, y, shown, anchor, style)


def _words(x: float, y: float, text: str, anchor: str, style: str = "") -> str:
    kind = f' class="{style}"' if style else ""
    return f'<text{kind} x="{x:.1f}" y="{y + 4:.1f}" text-anchor="{anchor}">{_safe(text)}</text>'


def _legend(series: tuple[str, str], left: float) -> list[str]:
    parts, x = [], left
    for name, style in zip(series, ("mark", "other"), strict=True):
        parts.append(f'<rect class="{style}" x="{x:.1f}" y="3" width="10" height="10"/>')
        parts.append(_label(x + 15, 8, name, "start", "faint"))
        x += 30 + len(name) * _LETTER
    return parts


def _grid_y(most: int, left: float, bottom: float, tall: float) -> list[str]:
    parts = []
    for tick in _ticks(0, most):
        y = bottom - tall * tick / most
        parts.append(f'<line class="line" x1="{left}" x2="{_WIDTH - 10}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(_label(left - 8, y, f"{tick:,.0f}", "end", "faint"))
    return parts


def _ticks(low: float, high: float) -> list[float]:
    """Return about five round numbers from low to high."""
    rough = (high - low) / 5 or 1.0
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    return [round(i * step, 10) + 0.0 for i in range(first, math.floor(high / step + 1e-9) + 1)]


def _padded(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values, default=0.0), max(values, default=1.0)
    spread = (high - low) or max(1.0, abs(high)) * 0.5
    return low - spread * 0.06, high + spread * 0.06


def _room(names: Sequence[str]) -> float:
    return min(_LONGEST, max(map(len, names), default=0)) * _LETTER + 16


def _check(names: Sequence[str], *rows: Sequence[float]) -> None:
    if any(len(row) != len(names) for row in rows):
        raise InputError(
            f"A plot of {len(names)} names needs as many values, got {', '.join(str(len(r)) for r in rows)}."
        )

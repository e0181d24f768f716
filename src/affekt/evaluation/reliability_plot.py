"""The reliability diagram: what was said against what was true, with the line where both are the same."""

from __future__ import annotations

from affekt.metrics.calibration import ReliabilityCurve

_SIDE, _LEFT, _TOP = 300.0, 46.0, 28.0


def reliability_plot(curve: ReliabilityCurve) -> str:
    """Return the curve as SVG for `affekt.pages.page.Figure`: both axes from 0 to 1, a point per bin.

    Murphy and Winkler 1977, "Reliability of Subjective Probability Forecasts of Precipitation and Temperature".

    >>> import numpy as np
    >>> reliability_plot(ReliabilityCurve(np.array([0.2]), np.array([0.3]), np.array([9]))).count("<circle")
    1
    """
    floor = _TOP + _SIDE
    parts = []
    for step in range(6):
        share = step / 5
        x, y = _LEFT + _SIDE * share, floor - _SIDE * share
        parts.append(f'<line class="line" x1="{_LEFT}" x2="{_LEFT + _SIDE}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="faint" text-anchor="end" x="{_LEFT - 8}" y="{y + 4:.1f}">{share:g}</text>')
        parts.append(f'<text class="faint" text-anchor="middle" x="{x:.1f}" y="{floor + 18:.1f}">{share:g}</text>')
    parts.append(
        f'<line class="line" stroke-width="2" stroke-dasharray="3 4" x1="{_LEFT}" y1="{floor}" '
        f'x2="{_LEFT + _SIDE}" y2="{_TOP}"/>'
    )
    points = [
        (_LEFT + _SIDE * said, floor - _SIDE * true, said, true, count)
        for said, true, count in zip(
            curve.probability.tolist(), curve.frequency.tolist(), curve.count.tolist(), strict=True
        )
    ]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y, *_ in points)
    parts.append(f'<polyline class="stroke" fill="none" stroke-width="1.5" points="{path}"/>')
    for x, y, said, true, count in points:
        title = f"said {said:.2f}, true {true:.2f}, {count:,} answers"
        parts.append(f'<circle class="mark" cx="{x:.1f}" cy="{y:.1f}" r="4"><title>{title}</title></circle>')
    middle = _LEFT + _SIDE / 2
    parts.append(f'<text class="faint" text-anchor="middle" x="{middle}" y="{floor + 38:.1f}">said</text>')
    parts.append(f'<text class="faint" x="{_LEFT - 30}" y="{_TOP - 14:.1f}">true</text>')
    width, height = _LEFT + _SIDE + 20, floor + 46
    return (
        f'<svg role="img" aria-label="Reliability" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" xmlns="http://www.w3.org/2000/svg">{"".join(parts)}</svg>'
    )

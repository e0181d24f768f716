"""The F distribution, which the intervals of intraclass correlations need: its tail and its quantiles."""

from __future__ import annotations

import math

from affekt.errors import InputError

_TINY = 1e-300


def f_tail(value: float, numerator: float, denominator: float) -> float:
    r"""Return the probability of an F at least as large as `value`, in [0, 1].

    .. math:: P(F \ge f) = I_{d_2 / (d_2 + d_1 f)}(d_2 / 2, d_1 / 2)

    numerator, denominator: degrees of freedom, above 0. Raises `InputError` for others. Abramowitz and
    Stegun 1964, 26.6.2.

    >>> round(f_tail(4.0, 3, 10), 4)
    0.0413
    """
    _check(numerator, denominator)
    if value <= 0:
        return 1.0
    if math.isinf(value):
        return 0.0
    return _beta_share(denominator / (denominator + numerator * value), denominator / 2, numerator / 2)


def f_quantile(probability: float, numerator: float, denominator: float) -> float:
    """Return the value that an F stays below with `probability`, at least 0.

    Raises `InputError` where `probability` is not in (0, 1) or degrees of freedom are not above 0.

    >>> round(f_quantile(0.95, 3, 10), 3)
    3.708
    """
    _check(numerator, denominator)
    if not 0 < probability < 1:
        raise InputError(f"probability must lie between 0 and 1, got {probability}.")
    low, high = 0.0, 1.0
    while 1 - f_tail(high, numerator, denominator) < probability:
        low, high = high, high * 2
    for _ in range(200):  # halving, because it cannot fail
        middle = (low + high) / 2
        if middle in (low, high):
            break
        below = 1 - f_tail(middle, numerator, denominator) < probability
        low, high = (middle, high) if below else (low, middle)
    return (low + high) / 2


def _check(numerator: float, denominator: float) -> None:
    if not (numerator > 0 and denominator > 0):
        raise InputError(f"Degrees of freedom must be above 0, got {numerator} and {denominator}.")


def _beta_share(x: float, a: float, b: float) -> float:
    """Return the regularised incomplete beta function by Lentz's continued fraction (A&S 26.5.8)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):  # where the other fraction converges fast
        return 1 - _beta_share(1 - x, b, a)
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    c, d = 1.0, 1 - (a + b) * x / (a + 1)
    d = 1 / (d if abs(d) > _TINY else _TINY)
    fraction = d
    for m in range(1, 10_000):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 + term * d
            d = 1 / (d if abs(d) > _TINY else _TINY)
            c = 1 + term / c
            c = c if abs(c) > _TINY else _TINY
            fraction *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return min(1.0, math.exp(log_front) * fraction / a)

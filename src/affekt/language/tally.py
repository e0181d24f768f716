"""What asking a language model took, what it cost, and what it would take."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from affekt.language.usage import NO_USAGE, Price, Usage


@dataclass(frozen=True, slots=True)
class Tally:
    """What asking took: `prompts`, how many were `different`; `requests` made, replies `cached`, requests `retried`
    because the endpoint gave nothing, replies asked for `again` because they were no answer; prompts that stayed
    `unparseable` and why (`reasons`), prompts that `failed`; tokens used now; `seconds`."""

    prompts: int = 0
    different: int = 0
    requests: int = 0
    cached: int = 0
    retried: int = 0
    again: int = 0
    unparseable: int = 0
    failed: int = 0
    usage: Usage = NO_USAGE
    reasons: Mapping[str, int] = field(default_factory=dict, hash=False)
    seconds: float = 0.0

    def __add__(self, other: Tally) -> Tally:
        names = ("prompts", "different", "requests", "cached", "retried", "again", "unparseable", "failed", "seconds")
        sums = {name: getattr(self, name) + getattr(other, name) for name in names}
        reasons = dict(Counter(self.reasons) + Counter(other.reasons))
        return Tally(**sums, usage=self.usage + other.usage, reasons=reasons)

    @property
    def unparseable_rate(self) -> float:
        """The share of different prompts whose replies were no answer, in [0, 1]."""
        return self.unparseable / max(1, self.different)

    @property
    def failed_rate(self) -> float:
        """The share of different prompts that got no reply, in [0, 1]."""
        return self.failed / max(1, self.different)


@dataclass(frozen=True, slots=True)
class Bill:
    """What asking took (`tally`), and what it cost at a `price`, where one is known."""

    tally: Tally
    price: Price | None = None

    @property
    def cost(self) -> float | None:
        """What was paid now, in the currency of the price; None where no price is known."""
        return None if self.price is None else self.price.of(self.tally.usage)

    def to_dict(self) -> dict[str, Any]:
        """Return the counts as JSON values; `cost` is None where no price is known."""
        tally = self.tally
        counts = ("prompts", "different", "requests", "cached", "retried", "again", "unparseable", "failed")
        return {
            **{name: getattr(tally, name) for name in counts},
            "unparseable_rate": tally.unparseable_rate,
            "failed_rate": tally.failed_rate,
            "reasons": dict(tally.reasons),
            "prompt_tokens": tally.usage.prompt,
            "completion_tokens": tally.usage.completion,
            "estimated_tokens": tally.usage.estimated,
            "cost": self.cost,
            "price": None if self.price is None else [self.price.prompt, self.price.completion],
            "seconds": round(tally.seconds, 3),
        }

    def rows(self) -> tuple[tuple[str, str], ...]:
        """Return the bill for people: what, and how much."""
        tally, usage = self.tally, self.tally.usage
        why = ", ".join(f"{name} {count:,}" for name, count in sorted(tally.reasons.items()))
        reckoned = f", {usage.estimated:,} of all tokens estimated" if usage.estimated else ""
        return (
            ("different texts", f"{tally.different:,}"),
            ("requests", f"{tally.requests:,}"),
            ("replies from the cache", f"{tally.cached:,}"),
            ("retried, no reply", f"{tally.retried:,}"),
            ("asked again, no answer", f"{tally.again:,}"),
            ("unparseable", f"{tally.unparseable:,} ({tally.unparseable_rate:.1%}){': ' + why if why else ''}"),
            ("failed", f"{tally.failed:,} ({tally.failed_rate:.1%})"),
            ("tokens", f"{usage.prompt:,} in, {usage.completion:,} out{reckoned}"),
            ("cost", "price unknown" if self.cost is None else f"{self.cost:.4g} ({self.price})"),
            ("seconds", f"{tally.seconds:,.1f}"),
        )


@dataclass(frozen=True, slots=True)
class Estimate:
    """What asking would take: different prompts, how many of them are kept already, tokens in (about) and out (at
    most) of the rest. Prompts that have to be asked again come on top."""

    prompts: int
    different: int
    cached: int
    usage: Usage

    def sentence(self, price: Price | None = None) -> str:
        """Return it in words."""
        rest = self.different - self.cached
        cost = "price unknown" if price is None else f"cost at most about {price.of(self.usage):.4g} ({price})"
        return (
            f"{rest:,} prompts to ask ({self.prompts:,} texts, {self.different:,} different, {self.cached:,} answered "
            f"before): about {self.usage.prompt:,} tokens in, at most {self.usage.completion:,} out; {cost}."
        )

"""Several annotators of the same texts, people or models, made one: union, intersection, majority."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from affekt.errors import InputError
from affekt.ratings.table import Ratings
from affekt.ratings.views import Consensus, intersection, majority, union
from affekt.types import LabelSpace

Rule = Literal["union", "intersection", "majority"]
RULES: Mapping[Rule, Callable[[Ratings], Consensus]] = {
    "union": union,
    "intersection": intersection,
    "majority": majority,
}


def merge_answers(
    answers: Mapping[str, Sequence[tuple[str, ...] | None]], space: LabelSpace, rule: Rule
) -> list[tuple[str, ...] | None]:
    """Return the labels that `rule` makes of what several annotators said of each item, in the order of `space`.

    answers: by annotator, the labels of every item; None where it gave no answer, which is no vote against a label.
    ``union`` keeps what anybody says (more is found, less of it right), ``intersection`` what all who answered say,
    ``majority`` what more than half of them do. An item that nobody answered, or of whose one label they could not
    agree, is None. Kowtal & Joshi 2025, L3Cube-MahaEmotions, arXiv:2506.00863, merge two models so.
    Raises `InputError` where there are no annotators or they differ in how many items they have.

    >>> from affekt.affect.spaces import find_space
    >>> said = {"a": [("joy",), ("fear", "anger")], "b": [("joy",), ("fear",)]}
    >>> merge_answers(said, find_space("ekman"), "union"), merge_answers(said, find_space("ekman"), "intersection")
    ([('joy',), ('anger', 'fear')], [('joy',), ('fear',)])
    """
    if rule not in RULES:
        raise InputError(f"{rule!r} is no rule to merge by. Choose of {', '.join(RULES)}.")
    counts = {name: len(each) for name, each in answers.items()}
    if not counts or len(set(counts.values())) != 1:
        raise InputError(f"Annotators need an answer, or None, for each of the same items; got {counts or 'nobody'}.")
    number = next(iter(counts.values()))
    items: list[str] = []
    raters: list[str | None] = []
    votes: list[tuple[str, ...] | str] = []
    for name, each in answers.items():
        for place, labels in enumerate(each):
            if labels is None:
                continue
            items.append(str(place))
            raters.append(name)
            votes.append(labels[0] if space.kind == "exclusive" else labels)
    if not votes:
        return [None] * number
    ratings = Ratings.from_votes(items, raters, votes, space=space)
    found = RULES[rule](ratings)
    merged: dict[str, tuple[str, ...] | None] = {}
    for item, row, decided in zip(ratings.items, found.labels.tolist(), found.decided.tolist(), strict=True):
        said = {label for label, holds in zip(ratings.columns, row, strict=True) if holds}
        merged[item] = tuple(label for label in space if label in said) if decided else None
    return [merged.get(str(place)) for place in range(number)]

"""The filter by agreement: by hand, and on simulated votes against what probability says it does to alpha."""

from __future__ import annotations

from itertools import combinations_with_replacement
from math import factorial, prod

import numpy as np
import pytest

from affekt.errors import InputError
from affekt.ratings import Ratings
from affekt.ratings.filtering import agreement_curve, keep_agreed, vote_shares
from affekt.ratings.simulate import simulate_votes

LABELS = ("neutral", "angry", "happy", "sad", "frustrated")
VOTES = 5


def expected(accuracy: float, least: float) -> tuple[float, float]:
    """Share of items kept, and nominal alpha of their votes, of raters who say the true one of five labels with
    `accuracy` and any other alike: all counts of five votes, each with its multinomial probability."""
    wrong = (1 - accuracy) / 4
    kept = agreeing = 0.0
    for said in combinations_with_replacement(range(5), VOTES):
        counts = [said.count(label) for label in range(5)]
        ways = factorial(VOTES) / prod(map(factorial, counts))
        # Label 0 is true; labels occur alike often by symmetry.
        probability = ways * accuracy ** counts[0] * wrong ** (VOTES - counts[0])
        top = sorted(counts)[::-1]
        if least > 0 and (top[0] / VOTES < least - 1e-9 or top[0] == top[1]):
            continue
        kept += probability
        agreeing += probability * sum(count * (count - 1) for count in counts) / (VOTES * (VOTES - 1))
    # Chance: two votes out of all of them agree one time in five.
    return kept, (agreeing / kept - 0.2) / 0.8


def crowd(accuracy: float, items: int = 4000, seed: int = 0) -> Ratings:
    matrix = np.full((5, 5), (1 - accuracy) / 4) + np.eye(5) * (accuracy - (1 - accuracy) / 4)
    truth = np.arange(items) % 5
    return simulate_votes(truth, [matrix] * 8, labels=LABELS, votes_per_item=VOTES, seed=seed).ratings


@pytest.mark.parametrize("accuracy", [0.2, 0.5, 0.75])
def test_alpha_changes_as_expected_on_simulated_votes(accuracy: float) -> None:
    """0.2 is guessing: even there the filter makes raters seem to agree, as probability says it must."""
    ratings = crowd(accuracy)
    assigned = {name: LABELS[place % 5] for place, name in enumerate(ratings.items)}
    curve = agreement_curve(ratings, (0.0, 0.6, 0.71, 1.0), assigned=assigned, resamples=20)
    for row in curve:
        kept, alpha = expected(accuracy, row.least)
        assert row.items / 4000 == pytest.approx(kept, abs=0.025)
        # Few items are left where guesses agree, so that alpha is rough there.
        assert row.alpha.value == pytest.approx(alpha, abs=0.02 + 0.5 / np.sqrt(row.items))
        assert row.votes == VOTES * row.items
    alphas = [row.alpha.value for row in curve]
    assert alphas == sorted(alphas) and alphas[-1] == pytest.approx(1.0)
    assert [row.items for row in curve] == sorted((row.items for row in curve), reverse=True)
    if accuracy > 0.2:
        assert curve[0].recognised < curve[2].recognised
        assert curve[2].recognised > 0.9
    else:
        assert abs(curve[2].recognised - 0.2) < 0.08  # agreement alone does not make them right


def test_shares_split_the_vote_of_one_who_names_several() -> None:
    """The makers' own rule: each rater's vote is split, "other" is a vote for none."""
    votes = Ratings.from_votes(
        ["u"] * 4 + ["v"] * 2, None, [["sad"], ["sad", "frustrated"], [], ["sad"], ["angry"], ["sad"]]
    )
    shares = dict(zip(votes.columns, vote_shares(votes)[votes.items.index("u")].tolist(), strict=True))
    assert shares == {"angry": 0.0, "frustrated": 0.125, "sad": 0.625}
    assert keep_agreed(votes, 0.6).items == ("u",)
    assert len(keep_agreed(votes, 0.6)) == 4  # votes against stay


def test_ties_and_borders() -> None:
    votes = Ratings.from_votes(["a"] * 7 + ["b"] * 4, None, ["joy"] * 5 + ["fear"] * 2 + ["joy", "joy", "fear", "fear"])
    assert keep_agreed(votes, 5 / 7).items == ("a",)
    with pytest.raises(InputError, match=r"No item has 0\.71"):
        keep_agreed(votes.select(items=["b"]), 0.71)
    with pytest.raises(InputError, match="No item has"):
        keep_agreed(votes, 5 / 7, strictly=True)
    assert [row.items for row in agreement_curve(votes, (0.0, 0.1, 0.8), resamples=9)] == [2, 1, 0]
    with pytest.raises(InputError, match=r"lies in \[0, 1\], got 1.5"):
        keep_agreed(votes, 1.5)

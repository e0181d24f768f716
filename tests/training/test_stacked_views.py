"""Views of a text: fitted on the first part alone, one width each, and refused where there is nothing to fit on."""

from __future__ import annotations

import numpy as np
import pytest

from affekt.errors import InputError
from affekt.training.stacked_views import stack_views

TRAIN = ["so glad today", "so sad today", "glad and sad", "the bus is late", "the bus is glad", "sad bus today"]
OTHER = ["glad bus", "zzz qqq"]


def test_views_stand_side_by_side_and_are_standardised_over_the_first_part() -> None:
    found = stack_views(["characters", "words"], [TRAIN, OTHER], width=3)
    assert found.widths == (3, 3)
    train, other = found.parts
    assert train.shape == (6, 6) and other.shape == (2, 6) and train.dtype == np.float32
    assert np.allclose(train.mean(0), 0, atol=1e-5) and np.allclose(train.std(0), 1, atol=1e-3)


def test_what_is_not_learned_from_changes_nothing() -> None:
    alone = stack_views(["words"], [TRAIN, OTHER[:1]], width=3).parts
    more = stack_views(["words"], [TRAIN, [OTHER[0], "a late surprise", "so so so"]], width=3).parts
    assert np.allclose(alone[0], more[0]) and np.allclose(alone[1][0], more[1][0])


def test_texts_without_a_known_gram_are_alike() -> None:
    unknown = stack_views(["words"], [TRAIN, ["zzz", "qqq xxx"]], width=3).parts[1]
    assert np.allclose(unknown[0], unknown[1])


def test_nothing_to_fit_on_is_said() -> None:
    with pytest.raises(InputError, match="Unknown view letters"):
        stack_views(["letters"], [TRAIN])
    with pytest.raises(InputError, match="three texts at least"):
        stack_views(["words"], [TRAIN[:2]])
    with pytest.raises(InputError, match="No words occur in two"):
        stack_views(["words"], [["one two", "three four", "five six"]])

"""k-best accuracy per group in one call, against the plain metric on each part."""

from __future__ import annotations

import numpy as np
import pytest

from affekt.errors import InputError
from affekt.metrics.k_best import k_best_by_group
from affekt.metrics.single_label import k_best_accuracy


def test_every_group_is_scored_as_if_alone():
    random = np.random.default_rng(0)
    truth, said = random.integers(0, 4, 90), random.random((90, 4))
    groupings = {
        "speaker": np.arange(90) % 5,
        "sex": np.where(np.arange(90) % 2, "f", "m"),
        "test set": np.where(np.arange(90) < 45, "clean", "noisy"),
    }
    found = k_best_by_group(truth, said, groupings, resamples=20)
    assert list(found) == list(groupings)
    for name, named in groupings.items():
        for k in (1, 2, 3):
            scores = found[name][k]
            assert scores.overall.value == pytest.approx(k_best_accuracy(truth, said, k=k))
            for group, score in scores.groups.items():
                inside = named == group
                assert score.value == pytest.approx(k_best_accuracy(truth[inside], said[inside], k=k))
        accuracy = [found[name][k].overall.value for k in (1, 2, 3)]
        assert accuracy == sorted(accuracy)


def test_k_beyond_the_labels_is_refused():
    with pytest.raises(InputError, match="k must lie"):
        k_best_by_group([0], [[0.5, 0.5]], {"one": [1]}, ks=(3,))

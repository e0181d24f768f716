"""ravdess-feature-study: the chain's likelihood is the sum over its paths, it learns, and no network reads padding."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
import torch
from torch import nn

from affekt.errors import InputError
from affekt.models.ravdess_feature_study.hmm import GaussianHmm, fit_hmm
from affekt.models.ravdess_feature_study.net import StudyCnn, StudyDnn, StudyLstm

NETS = [StudyCnn, StudyLstm, StudyDnn]


@pytest.mark.parametrize("kind", NETS)
@pytest.mark.parametrize("features", [2, 39, 64])
def test_every_network_reads_every_feature(kind: type[nn.Module], features: int) -> None:
    net = kind(features, 14).eval()
    assert net(torch.randn(3, 130, features)).shape == (3, 14)
    assert net(torch.randn(1, 5, features)).shape == (1, 14)


@pytest.mark.parametrize("kind", NETS)
def test_padding_changes_no_answer(kind: type[nn.Module]) -> None:
    torch.manual_seed(0)
    net, x = kind(6, 14).eval(), torch.randn(1, 128, 6)
    padded, present = torch.cat([x, torch.randn(1, 128, 6)], 1), torch.arange(256)[None] < 128
    assert torch.allclose(net(x), net(padded, present), atol=1e-4)


def test_the_convolutional_network_has_the_published_layers() -> None:
    net = StudyCnn(128, 14, widths=(128, 64, 64, 64))
    assert [layer.out_channels for layer in net.convolutions] == [128, 64, 64, 64]
    assert net.bands == 1 and net.head.in_features == 64


def random_chain(seed: int) -> GaussianHmm:
    random = np.random.default_rng(seed)
    moves = random.dirichlet(np.ones(3), 3)
    return GaussianHmm(random.dirichlet(np.ones(3)), moves, random.normal(size=(3, 2)), random.uniform(0.5, 2, (3, 2)))


def test_the_likelihood_is_the_sum_over_all_paths() -> None:
    chain, random = random_chain(0), np.random.default_rng(1)
    said = [random.normal(size=(length, 2)) for length in (4, 2)]
    for x, found in zip(said, chain.log_likelihood(said), strict=True):
        density = np.exp(
            -0.5 * ((x[:, None] - chain.means) ** 2 / chain.variances + np.log(2 * np.pi * chain.variances)).sum(-1)
        )
        total = 0.0
        for path in product(range(3), repeat=len(x)):
            of_path = chain.start[path[0]] * density[0, path[0]]
            for t in range(1, len(x)):
                of_path *= chain.moves[path[t - 1], path[t]] * density[t, path[t]]
            total += of_path
        assert found == pytest.approx(np.log(total))


def test_every_round_makes_what_was_heard_likelier() -> None:
    random = np.random.default_rng(3)
    said = [random.normal(np.repeat([[0, 0], [3, 1], [0, 2]], 6, 0), 1.0) for _ in range(12)]
    reached = [fit_hmm(said, states=3, rounds=rounds).log_likelihood(said).sum() for rounds in range(6)]
    assert all(later > earlier - 1e-6 for earlier, later in pairwise(reached))
    assert reached[-1] > reached[0]


def test_order_tells_classes_apart_that_means_cannot() -> None:
    """Rising and falling sequences have the same frames; a chain for each class knows which is which."""
    random = np.random.default_rng(4)

    def say(count: int, rising: bool) -> list[np.ndarray]:
        line = np.linspace(-2, 2, 12)[:, None] * (1 if rising else -1)
        return [line + random.normal(0, 0.5, (12, 1)) for _ in range(count)]

    chains = [fit_hmm(say(20, rising), states=3) for rising in (False, True)]
    unseen, truth = say(20, False) + say(20, True), np.repeat([0, 1], 20)
    told = np.stack([chain.log_likelihood(unseen) for chain in chains], 1).argmax(1)
    assert (told == truth).mean() > 0.9


def test_nothing_to_hear_is_said() -> None:
    with pytest.raises(InputError, match="a frame at least"):
        fit_hmm([np.zeros((0, 2))])

"""REDAffectiveLM: either branch or both, attention on words alone, and more of it where vectors tell."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from affekt.layers.text_encoder import EncoderConfig, TextEncoder
from affekt.models.redaffectivelm.net import AffectiveBranch, RedAffectiveLm, profile_loss
from affekt.training.enrichment import Constraints, enrich_vectors

IDS = torch.tensor([[1, 5, 6, 7, 2], [1, 8, 2, 0, 0], [1, 2, 0, 0, 0]])


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Networks as small as these only wait for a second thread."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def made(*, encoder: bool = True, branch: bool = True) -> RedAffectiveLm:
    torch.manual_seed(0)
    vectors = torch.randn(30, 6)
    part = AffectiveBranch(vectors, [1, 2], width=4) if branch else None
    whole = TextEncoder(EncoderConfig(30, 16, 8, 1, 2, 16, 0.0)) if encoder else None
    return RedAffectiveLm(whole, part, 3, encoder_width=8, width=16)


@pytest.mark.parametrize(("encoder", "branch"), [(True, True), (True, False), (False, True)])
def test_padding_changes_no_answer(encoder: bool, branch: bool) -> None:
    net = made(encoder=encoder, branch=branch).eval()
    assert net(IDS).shape == (3, 3)
    assert torch.allclose(net(IDS)[1], net(IDS[1:2, :3])[0], atol=1e-5)


def test_attention_is_one_in_all_and_on_words_alone() -> None:
    weights = made().eval().attended(IDS).detach()
    assert torch.allclose(weights.sum(1), torch.ones(3))
    assert not weights[:2, 0].any()
    assert not weights[0, 4]
    assert weights[1].tolist() == [0, 1, 0, 0, 0]
    # A text without a word is read by its ends.
    assert float(weights[2, :2].sum()) == pytest.approx(1)
    with pytest.raises(ValueError, match="no branch"):
        made(branch=False).attended(IDS)


def test_the_loss_is_the_squared_error_of_the_soft_max() -> None:
    logits, profile = torch.tensor([[0.0, 0.0], [0.0, 0.0]]), torch.tensor([[1.0, 0.0], [0.5, 0.5]])
    assert float(profile_loss(logits, profile)) == pytest.approx(0.25)


def test_the_vectors_are_not_trained() -> None:
    net = made()
    profile_loss(net(IDS), torch.full((3, 3), 1 / 3)).backward()
    assert net.branch.vectors.weight.grad is None
    assert all(p.grad is not None for p in net.branch.recurrent.parameters())


def test_enriched_vectors_draw_more_attention_to_emotion_words_than_plain_ones() -> None:
    """Twenty words of each of three emotions, among others; trained with five of each, read with the other fifteen."""
    for seed in range(2):
        torch.manual_seed(seed)
        plain = torch.randn(110, 16)
        words = torch.arange(6, 66)
        own = 3 + (words - 6) // 20
        other = 3 + ((words - 6) // 20 + 1) % 3
        constraints = Constraints(torch.stack([words, own], 1), torch.stack([words, other], 1))
        enriched = enrich_vectors(plain, constraints, rate=0.02)
        found = {name: attention_on_words(v, seed) for name, v in {"enriched": enriched, "plain": plain}.items()}
        # Five words besides one that tells: even attention would give it a fifth.
        assert found["enriched"][0] > found["plain"][0] + 0.2 > 0.3
        assert found["enriched"][1] < found["plain"][1] / 2


def attention_on_words(vectors: torch.Tensor, seed: int) -> tuple[float, float]:
    """What share of attention rests on the word that tells, and the loss, both on words not trained with."""
    torch.manual_seed(seed)
    net = RedAffectiveLm(None, AffectiveBranch(vectors, [1, 2], width=8, dropout=0.1), 3, width=16)
    optimizer = torch.optim.AdamW(net.parameters(), 1e-2)
    ids, profile, _ = voted(96, 1, 0, 5)
    for _ in range(60):
        optimizer.zero_grad()
        profile_loss(net(ids), profile).backward()
        optimizer.step()
    ids, profile, telling = voted(200, 2, 5, 20)
    with torch.no_grad():
        loss = float(profile_loss(net.eval()(ids), profile))
        return float((net.attended(ids) * telling).sum(1).mean()), loss


def voted(count: int, seed: int, low: int, high: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Texts of five words of which one tells the emotion, the readers' profile, and where that word is."""
    random = torch.Generator().manual_seed(seed)
    emotion = torch.randint(0, 3, (count,), generator=random)
    ids = torch.randint(66, 110, (count, 5), generator=random)
    telling = 6 + 20 * emotion + torch.randint(low, high, (count,), generator=random)
    ids[torch.arange(count), torch.randint(0, 5, (count,), generator=random)] = telling
    ids = torch.cat([torch.ones(count, 1, dtype=torch.int64), ids, torch.full((count, 1), 2)], 1)
    return ids, 0.1 + 0.7 * torch.eye(3)[emotion], ids == telling[:, None]

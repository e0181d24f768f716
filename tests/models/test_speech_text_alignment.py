"""Words that find their frames by attention: where they look, and what that is worth (planted)."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from affekt.corpora.toned_words import Toning, peaks_within, toned_words
from affekt.models.speech_text_alignment.net import AlignmentNet
from affekt.training.fine_tuning import Plan
from affekt.training.paired import batch_pair, teach_paired


@pytest.mark.parametrize("how", ["aligned", "concatenated", "decisions"])
@pytest.mark.parametrize("recurrent", [True, False])
def test_padding_is_not_read(how: str, recurrent: bool) -> None:
    paired = toned_words(5, Toning(words=3, vocabulary=8)).paired
    torch.manual_seed(0)
    net = AlignmentNet(16, 16, 2, width=8, how=how, recurrent=recurrent).eval()  # type: ignore[arg-type]
    logits = net(batch_pair(paired, np.arange(5)))
    for row in range(5):
        assert torch.allclose(net(batch_pair(paired, np.array([row])))[0], logits[row], atol=1e-5)


@pytest.mark.slow
def test_words_find_their_frames_and_alignment_beats_decisions() -> None:
    """Toned words, a synthetic set: which tone goes with which word decides, and which frames are whose is known."""
    train, valid, test = (
        toned_words(size, Toning(words=3, vocabulary=12, noise=0.3), seed=seed)
        for seed, size in enumerate((600, 150, 200))
    )
    plan = Plan(epochs=12, batch=16, learning_rate=1e-2, patience=12, bfloat16=False, cosine=True)
    right = {}
    for how in ("aligned", "decisions"):
        torch.manual_seed(0)
        net = AlignmentNet(16, 16, 2, width=24, dropout=0.0, how=how, recurrent=False)  # type: ignore[arg-type]
        taught = teach_paired(net, train.paired, valid.paired, plan=plan)
        right[how] = float((taught.answer(test.paired).argmax(1) == test.paired.labels).mean())
        if how == "aligned":
            with torch.no_grad():
                pairs = [batch_pair(test.paired, np.array([place])) for place in range(len(test.paired))]
                weights = [net.align(pair).weights[0].numpy() for pair in pairs]
    assert right["aligned"] > right["decisions"] + 0.2, right
    # By chance a third of the peaks would lie within their word.
    assert peaks_within(weights, test.spans) > 0.75

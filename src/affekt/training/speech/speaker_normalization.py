"""How emotion is taught and the speaker untaught; the adversary is kept ahead of what it watches."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from affekt.layers.adversary import rising_scale
from affekt.models.speaker_normalization.net import SpeakerNormalized
from affekt.training.speech.lesson import Lesson, Taught
from affekt.training.speech.loop import Batch, SpeechPlan, train_network
from affekt.training.speech.windows import Variation


@dataclass(frozen=True, slots=True)
class Config:
    """scale: λ, how strongly the speaker is unlearned; 0 leaves the speaker where it is, and only watches.

    head_steps: how often the speaker head learns for once that the encoder does. With one the encoder moves speakers
    about faster than the head follows, and a fresh probe finds them again.
    """

    scale: float = 0.3
    head_steps: int = 5
    width: int = 64
    dropout: float = 0.3
    plan: SpeechPlan = field(
        default_factory=lambda: SpeechPlan(
            epochs=30,
            batch=32,
            learning_rate=1e-3,
            norm="level",
            patience=10,
            vary=Variation(time_masks=1, noise=0.1),
        )
    )


class Adversary:
    """The speaker head's own learning: `settle` lets it catch up with the representation as it is now."""

    def __init__(self, net: SpeakerNormalized, *, steps: int, learning_rate: float = 1e-2) -> None:
        self.net, self.steps = net, steps
        self.optimizer = torch.optim.Adam(net.speaker.parameters(), learning_rate)

    def settle(self, x: Tensor, speaker: Tensor, present: Tensor | None = None) -> None:
        """Take steps on clips' representations without touching these; speaker: int64 (batch,), -1 where not known."""
        if not self.steps or not bool((speaker >= 0).any()):
            return
        with torch.no_grad():
            state = self.net.embed(x, present)
        for _ in range(self.steps):
            self.optimizer.zero_grad()
            F.cross_entropy(self.net.speaker(state), speaker, ignore_index=-1).backward()  # type: ignore[no-untyped-call]
            self.optimizer.step()


def teach(lesson: Lesson, config: Config = Config()) -> Taught:
    """Return a network that has learned emotion from the lesson, and has unlearned its speakers. Gat et al. 2022.

    Measured besides: ``speaker-probe``, the accuracy with which a linear probe names the training speakers from half
    of their clips' representations, learned on the other half; ``speaker-chance``, one among so many.
    """
    torch.manual_seed(lesson.seed)
    speakers = len(set(lesson.train.speakers))
    net = SpeakerNormalized(
        *(lesson.train.view("log-mel")[0].shape[1], lesson.labels, speakers),
        width=config.width,
        dropout=config.dropout,
        scale=config.scale,
    )
    adversary = Adversary(net, steps=config.head_steps)
    steps = (2 if lesson.smoke else config.plan.epochs) * -(-len(lesson.train) // config.plan.batch)
    step = 0

    def loss(_: nn.Module, batch: Batch) -> Tensor:
        nonlocal step
        net.scale = rising_scale(step / steps, highest=config.scale)
        step += 1
        x, present = batch.inputs[0], batch.present[0]
        adversary.settle(x, batch.speakers, present)
        said = net.both(x, present)
        losses = -(batch.targets * F.log_softmax(said.emotion, 1)).sum(1)
        emotion = (losses * batch.weights).sum() / batch.weights.sum()
        return emotion + F.cross_entropy(said.speaker, batch.speakers)

    taught = train_network(net, lesson, config.plan, batch_loss=loss, views=("log-mel",))
    found = speaker_probe(net, lesson, config.plan)
    return Taught(
        *(
            taught.answer,
            sum(each.numel() for each in net.parameters()) - sum(p.numel() for p in net.speaker.parameters()),
        ),
        {**taught.measured, "speaker-probe": found, "speaker-chance": 1 / speakers},
        net=net,
    )


def speaker_probe(net: SpeakerNormalized, lesson: Lesson, plan: SpeechPlan) -> float:
    """Return how often a linear probe names the speaker of training clips it has not learned from, in [0, 1]."""
    from affekt.training.speech.windows import HOP_S, Frames, cut

    frames = Frames(lesson.train, "log-mel", plan.norm, trim=plan.trim)
    frames.fixed = frames.measure()
    net.eval()
    size, states = round(plan.seconds / HOP_S), []
    with torch.no_grad():
        for start in range(0, len(frames), 64):
            x, present = cut([frames.clip(i) for i in range(start, min(len(frames), start + 64))], size)
            states.append(net.embed(x, present))
    return probe_accuracy(torch.cat(states), torch.from_numpy(lesson.train.speaker_places()), seed=lesson.seed)


def probe_accuracy(states: Tensor, truth: Tensor, *, seed: int = 0, steps: int = 150) -> float:
    """Return the accuracy of soft-max regression on one half of states (item, width), learned on the other."""
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(states), generator=generator)
    learn, score = order[::2], order[1::2]
    mean, deviation = states[learn].mean(0), states[learn].std(0) + 1e-6
    standard = (states - mean) / deviation
    classes = int(truth.max()) + 1
    weight = torch.zeros(states.shape[1], classes, requires_grad=True)
    bias = torch.zeros(classes, requires_grad=True)
    optimizer = torch.optim.Adam([weight, bias], 5e-2, weight_decay=1e-4)
    for _ in range(steps):
        optimizer.zero_grad()
        F.cross_entropy(standard[learn] @ weight + bias, truth[learn]).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    with torch.no_grad():
        return float(((standard[score] @ weight + bias).argmax(1) == truth[score]).float().mean())

"""Causal language models that learn to answer: questions and answers in, text out, greedily decoded.

A fresh small decoder over the word pieces that occur in the texts to learn from, or any published one that transformers
opens; both are trained, stopped and decoded by the same code.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from affekt.errors import InputError, MissingDependencyError
from affekt.layers.causal_lm import CausalConfig, CausalLm, Continued, decode_greedily, next_piece_loss
from affekt.models.index import find_model
from affekt.training.batches import pad
from affekt.training.checkpoints import Checkpoint
from affekt.training.fine_tuning import Plan, Progress, Rows, fine_tune
from affekt.training.fitting import Fitted
from affekt.training.starting import open_encoder

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_PAD, _ANSWER, _END, _UNKNOWN = 0, 1, 2, 3
_PLAN = Plan()


class Exchange(NamedTuple):
    """What is asked and what is to be said."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Speaker:
    """A decoder with its pieces: `encode` and `decode` a text, `answer_mark` stands between question and answer,
    `end` after the answer. Id 0 is padding. A question keeps at most `longest` pieces; with its answer there are no
    more than `positions`."""

    net: nn.Module
    encode: Callable[[str], list[int]]
    decode: Callable[[Sequence[int]], str]
    answer_mark: tuple[int, ...]
    end: int
    longest: int
    positions: int
    name: str

    def question(self, text: str) -> list[int]:
        """Return what is read before an answer is said; a question too long keeps its beginning."""
        room = self.longest - len(self.answer_mark)
        return [*self.encode(text)[:room], *self.answer_mark]


def open_speaker(
    name: str, texts: Sequence[str], *, config: CausalConfig | None = None, longest: int = 96, seed: int = 0
) -> Speaker:
    """Return a causal language model to train.

    name: ``fresh``, a decoder with random weights of the sizes of `config`, whose vocabulary is the word pieces of
    `texts`; ``words``, the same but for its token table, which begins as that of all-MiniLM-L6-v2 brought to its width
    (principal components), so that words seen once have neighbours; or ``hf:NAME_OR_PATH``, any decoder that
    transformers opens. A question keeps at most `longest` pieces. Raises `InputError` where there is no such model,
    `MissingDependencyError` where a package lacks.

    >>> speaker = open_speaker("fresh", ["He laughs. Answer: joy"])
    >>> speaker.decode(speaker.encode("he laughs aloud"))
    'he laughs [UNK]'
    """
    torch.manual_seed(seed)
    if name.startswith("hf:"):
        return _published(name, longest)
    if name not in ("fresh", "words"):
        raise InputError(f"Unknown causal language model {name!r}. Use fresh, words, or hf:NAME_OR_PATH.")
    tokenizer = _pieces_of_text()
    pieces = _vocabulary(tokenizer, texts)
    chosen = config or CausalConfig(0)
    sizes = (chosen.positions, chosen.width, chosen.layers, chosen.heads, chosen.feedforward, chosen.dropout)
    net = CausalLm(CausalConfig(len(pieces) + _UNKNOWN + 1, *sizes))
    if name == "words":
        with torch.no_grad():
            net.tokens.weight[_UNKNOWN + 1 :] = _word_vectors(pieces, chosen.width)
    place = {piece: i + _UNKNOWN + 1 for i, piece in enumerate(pieces)}

    def encode(text: str) -> list[int]:
        return [place.get(i, _UNKNOWN) for i in tokenizer.encode(text, add_special_tokens=False).ids]

    def decode(ids: Sequence[int]) -> str:
        unknown = tokenizer.token_to_id("[UNK]") or _PAD
        own = [pieces[i - _UNKNOWN - 1] if i > _UNKNOWN else unknown for i in ids if i not in (_PAD, _ANSWER, _END)]
        said: str = tokenizer.decode(own, skip_special_tokens=False)
        return said

    return Speaker(net, encode, decode, (_ANSWER,), _END, min(longest, chosen.positions // 2), chosen.positions, name)


def teach(
    speaker: Speaker,
    exchanges: Sequence[Exchange],
    held_out: Callable[[], float],
    *,
    plan: Plan = _PLAN,
    checkpoint: Checkpoint | None = None,
    tell: Callable[[Progress], None] | None = None,
) -> Fitted:
    """Train `speaker` in place to say each answer after its question, and stop by `held_out` (lower is better).

    The loss is the mean negative log-likelihood of the answers' pieces and of the end; questions are read, not learned.
    See `fine_tune` for what comes back and what is raised.
    """
    questions = [speaker.question(each.question) for each in exchanges]
    answers = [[*speaker.encode(each.answer), speaker.end] for each in exchanges]
    net: Any = speaker.net
    ids = [[*question, *answer] for question, answer in zip(questions, answers, strict=True)]

    def of_batch(rows: Rows) -> Tensor:
        batch = torch.from_numpy(pad([ids[i] for i in rows]))
        first = torch.tensor([len(questions[i]) for i in rows])
        order = torch.arange(batch.shape[1])[None, :]
        learned = (order >= first[:, None]) & (batch != _PAD)
        return next_piece_loss(net, batch, learned)

    lengths = [len(each) for each in ids]
    return fine_tune(speaker.net, of_batch, held_out, lengths=lengths, plan=plan, checkpoint=checkpoint, tell=tell)


def say(speaker: Speaker, questions: Sequence[str], *, most: int = 48) -> list[str]:
    """Return what `speaker` answers to each question: the likeliest piece each time, at most `most` and what fits."""
    speaker.net.eval()
    net: Any = speaker.net
    asked = [speaker.question(text) for text in questions]
    room = speaker.positions - max(map(len, asked), default=0)
    said = decode_greedily(net, asked, end=speaker.end, most=min(most, room))
    return [speaker.decode(ids) for ids in said]


def _pieces_of_text() -> Tokenizer:
    """The lower-casing word pieces of the shipped model, without what marks ends."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(find_model("text").folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def _word_vectors(pieces: Sequence[int], width: int) -> Tensor:
    """Return the vectors of `pieces`, (piece, width), as large as a fresh table's."""
    table = open_encoder("minilm", layers=1).encoder.get_parameter("tokens.weight").detach()
    if width > table.shape[1]:
        raise InputError(f"Word vectors have {table.shape[1]} numbers, this decoder {width}. Make it narrower.")
    chosen = table[list(pieces)] - table.mean(0)
    _, directions = torch.linalg.eigh(chosen.T @ chosen)
    vectors = chosen @ directions[:, -width:]
    return vectors / vectors.std() * width**-0.5


def _vocabulary(tokenizer: Tokenizer, texts: Sequence[str]) -> list[int]:
    """Return the piece ids that occur, the most frequent first."""
    encoded = tokenizer.encode_batch(list(texts), add_special_tokens=False)
    found = np.array([i for each in encoded for i in each.ids], np.int64)
    ids, counts = np.unique(found, return_counts=True)
    return [int(i) for i in ids[np.argsort(-counts, kind="stable")]]


class PublishedDecoder(nn.Module):
    """A decoder of transformers behind our convention: ids are one more than its own, and 0 is padding."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, ids: Tensor) -> Tensor:
        """ids: int64 (batch, token), 0 where padded. Returns the logits of what comes next, (batch, token, piece)."""
        return self.pieces(self.read_on(ids, ids != 0).states)

    def pieces(self, states: Tensor) -> Tensor:
        """Return the states: transformers hands over logits at once."""
        return states

    def read_on(self, ids: Tensor, present: Tensor, past: Any = None) -> Continued:
        """As `CausalLm.read_on`, but that states are the logits of our ids; the past is transformers' own."""
        return self.read_vectors(self.embed(ids), present, past)

    def embed(self, ids: Tensor) -> Tensor:
        """As `CausalLm.embed`."""
        table: Any = self.model.get_input_embeddings()  # type: ignore[operator]
        found: Tensor = table((ids - 1).clamp_min(0))
        return found

    def read_vectors(self, vectors: Tensor, present: Tensor, past: Any = None) -> Continued:
        """As `CausalLm.read_vectors`, with states and past as `read_on` has them."""
        place = (present.long().cumsum(1) - 1).clamp_min(0)[:, present.shape[1] - vectors.shape[1] :]
        answered = self.model(
            inputs_embeds=vectors,
            attention_mask=present.long(),
            position_ids=place,
            past_key_values=past,
            use_cache=not self.training,
        )
        logits = nn.functional.pad(answered.logits, (1, 0), value=torch.finfo(answered.logits.dtype).min)
        return Continued(logits, answered.past_key_values)


def _published(name: str, longest: int) -> Speaker:
    try:
        from transformers import AutoModelForCausalLM, AutoTokenizer
    except ModuleNotFoundError as error:
        raise MissingDependencyError(f"{name} needs transformers: pip install transformers") from error
    place = name.removeprefix("hf:")
    try:
        model = AutoModelForCausalLM.from_pretrained(place)
        tokenizer = AutoTokenizer.from_pretrained(place)
    except (OSError, ValueError) as error:
        raise InputError(f"Cannot open {name}: {error}") from error
    if tokenizer.eos_token_id is None:
        raise InputError(f"{name} has no end-of-text piece. Choose a checkpoint whose tokenizer names one.")

    def encode(text: str) -> list[int]:
        return [i + 1 for i in tokenizer.encode(text, add_special_tokens=False)]

    def decode(ids: Sequence[int]) -> str:
        return str(tokenizer.decode([i - 1 for i in ids if i > 0], skip_special_tokens=True))

    # A line break ends the question, where the tokenizer has one.
    mark = tuple(encode("\n")) or (int(tokenizer.eos_token_id) + 1,)
    positions = int(getattr(model.config, "max_position_embeddings", 1024))
    sizes = min(longest, positions // 2), positions
    return Speaker(PublishedDecoder(model), encode, decode, mark, int(tokenizer.eos_token_id) + 1, *sizes, name)

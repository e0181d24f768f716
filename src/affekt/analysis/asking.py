"""A chat model that labels texts: how it is asked, what its answers become as columns."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from affekt.affect.spaces import find_space
from affekt.errors import EndpointError, InputError
from affekt.language.answers import REASONS
from affekt.language.asking import FAILED, Answer, Asked, AskOptions, ask_all
from affekt.language.chat import ChatModel, Prompt, Settings, user
from affekt.language.client import ClientOptions, open_endpoint
from affekt.language.echo import Echo
from affekt.language.forms import Form, Said
from affekt.language.prompts import DIMENSIONS, Example, Template, ask_about
from affekt.language.templates import WrittenTemplate, ask_written, find_template
from affekt.language.usage import Price
from affekt.types import LabelSpace

ENDPOINT = "endpoint:"
ECHO = "echo"
UNPARSEABLE, NO_REPLY = "unparseable", "no reply"
_SHOWN = 120
_REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Asking:
    """How a chat model is asked to label texts.

    `template` is a shipped one's name or a file (None: the prompt of `affekt evaluate`, so replies are shared with
    it); `definitions` shows what labels mean, where there is no template; `examples` are shown with their answers;
    `dimensions` asks for valence, arousal and dominance in place of labels. At most `tokens` of an answer; `client` and
    `ask` as they say themselves; `price` is what the bill is reckoned by. `chat` is asked in place of the model that an
    address names.
    """

    template: str | Path | None = None
    definitions: bool = True
    examples: tuple[Example, ...] = ()
    dimensions: bool = False
    tokens: int = 200
    client: ClientOptions = field(default_factory=ClientOptions)
    ask: AskOptions = field(default_factory=AskOptions)
    price: Price | None = None
    chat: ChatModel | None = None


@dataclass(frozen=True, slots=True)
class Interview:
    """A chat model with what it is asked: `open_interview` makes one."""

    model: ChatModel
    address: str
    form: Form
    how: Asking
    template: WrittenTemplate | None

    @property
    def settings(self) -> Settings:
        """How replies are drawn."""
        return Settings(tokens=self.how.tokens, schema=self.form.schema)

    @property
    def version(self) -> str:
        """How was asked, in a word."""
        return self._plain().version if self.template is None else self.template.version

    def prompts(self, texts: Sequence[str]) -> list[Prompt]:
        """Return what is asked about each text."""
        if self.template is None:
            return [ask_about(text, self._plain()) for text in texts]
        return [ask_written(text, self.template, self.form.space, examples=self.how.examples) for text in texts]

    def identity(self) -> dict[str, Any]:
        """Return what decides the answers, as JSON values: a run that differs in it is another run."""
        shown = repr(self.how.examples).encode("utf-8", "surrogatepass")
        return {
            "endpoint": self.address,
            "asked_as": self.version,
            "examples": sha256(shown).hexdigest()[:12] if self.how.examples else None,
            "tokens": self.how.tokens,
            "space": None if self.form.space is None else self.form.space.name,
            "labels": None if self.form.space is None else list(self.form.space.labels),
        }

    def _plain(self) -> Template:
        return Template(self.form.space, self.how.definitions, self.how.examples)


def is_endpoint(model: object) -> bool:
    """Return whether `model` is the name of a chat endpoint.

    >>> is_endpoint("endpoint:http://localhost:8000/v1#toy"), is_endpoint("text")
    (True, False)
    """
    return isinstance(model, str) and model.startswith(ENDPOINT)


def open_interview(model: str, space: str | LabelSpace | None, how: Asking | None = None) -> Interview:
    """Return the chat model that ``endpoint:URL#MODEL`` (or ``endpoint:echo``) names, ready to be asked.

    Nothing is asked yet. Raises `InputError` where no space is named, the address is none or the template cannot be
    used, `UnknownNameError` for a space or template.

    >>> open_interview("endpoint:echo", "ekman").version
    'prompt-2'
    """
    chosen = how or Asking()
    if chosen.dimensions and space is not None:
        raise InputError("Ask for dimensions or for the labels of a space, not both: leave one out.")
    if space is None and not chosen.dimensions:
        raise InputError(
            "A chat model has no labels of its own. Say which to answer in: space='ekman' (`--space ekman`); list them "
            "with `affekt spaces`. Or ask for valence, arousal and dominance: dimensions (`--dimensions`)."
        )
    target = None if space is None else find_space(space)
    if target is not None and not len(target):
        raise InputError(f"The space {target.name} lists no labels to choose from. Choose one that does.")
    template = None if chosen.template is None else find_template(chosen.template)
    address = model.removeprefix(ENDPOINT)
    if chosen.chat is not None:
        opened: ChatModel = chosen.chat
    else:
        opened = Echo() if address == ECHO else open_endpoint(address, options=chosen.client)
    _check_examples(chosen.examples, target)
    interview = Interview(opened, address, Form(target, () if template is None else template.extras), chosen, template)
    interview.prompts(["…"])  # Examples without a place in the template are told before anything is asked.
    return interview


def ask_texts(interview: Interview, texts: Sequence[str], tick: Callable[[int], None] | None = None) -> Asked[Said]:
    """Return what a chat model says of every text, in order, and what asking took.

    Texts that got no reply are asked about once more at the end. If the endpoint then gives no reply to a word either,
    it is dead and `EndpointError` is raised: replies are kept, so the same command goes on from there. If it is well,
    the texts are the trouble, and stay without an answer. `tick` is called with the number of texts newly done.
    """
    prompts, before = interview.prompts(texts), 0

    def told(done: int, different: int) -> None:
        nonlocal before
        now = round(done / max(1, different) * len(prompts))
        if tick is not None and now > before:
            tick(now - before)
        before = max(before, now)

    how = {"settings": interview.settings, "options": interview.how.ask}
    asked = ask_all(interview.model, prompts, interview.form.parse, progress=told, **how)  # type: ignore[arg-type]
    lost = [i for i, answer in enumerate(asked.answers) if _is_lost(answer)]
    if not lost:
        return asked
    again = ask_all(interview.model, [prompts[i] for i in lost], interview.form.parse, **how)  # type: ignore[arg-type]
    answers = list(asked.answers)
    for i, answer in zip(lost, again.answers, strict=True):
        answers[i] = answer
    if any(_is_lost(answer) for answer in again.answers):
        _check_alive(interview.model, next(answer for answer in again.answers if _is_lost(answer)))
    # What was lost the first time and asked about again is one prompt, and failed once at most.
    tally = asked.tally + replace(again.tally, prompts=0, different=0, failed=0)
    return Asked(tuple(answers), replace(tally, failed=asked.tally.failed - again.tally.different + again.tally.failed))


def answer_names(form: Form, prefix: str = "") -> tuple[str, ...]:
    """Return the names of the columns that answers become, in order.

    A chat model tells no probabilities, and of valence, arousal and dominance only what it is asked for: columns that
    our own models add and that would be invented here are not there.

    >>> answer_names(Form(None)), answer_names(Form(find_space("ekman"), ("translation",)))
    (('valence', 'arousal', 'dominance', 'status'), ('labels', 'translation', 'status'))
    """
    names = [*(DIMENSIONS if form.space is None else ("labels",)), *form.extras, "status"]
    return tuple(prefix + name for name in names)


def answer_columns(form: Form, answers: Sequence[Answer[Said]]) -> list[NDArray[Any]]:
    """Return the values of the columns of `answer_names`, an array (text,) each.

    ``labels`` joins the labels by ``|`` in the order of the space, ``""`` where none was found to fit; dimensions are
    float32 in [-1, 1]; ``status`` is ``ok``, ``unparseable`` or ``no reply``. Where it is not ``ok`` the others are
    missing.
    """
    said = [answer.value for answer in answers]
    columns: list[NDArray[Any]] = []
    if form.space is None:
        for name in DIMENSIONS:
            numbers = [np.nan if each is None else each.numbers[name] for each in said]
            columns.append(np.array(numbers, np.float32).reshape(len(said)))
    else:
        columns.append(_objects(None if each is None else "|".join(each.labels) for each in said))
    columns += [_objects(None if each is None else each.extras[name] for each in said) for name in form.extras]
    return [*columns, _objects(status_of(answer) for answer in answers)]


def status_of(answer: Answer[Said]) -> str:
    """Return ``ok``, ``unparseable``, or ``no reply``."""
    if answer.value is not None:
        return "ok"
    return NO_REPLY if answer.reason == FAILED else UNPARSEABLE


def why_lost(answer: Answer[Said], *, quote: bool = True) -> str:
    """Return why there is no answer, for the rejects; with the reply, shortened, if it may be quoted.

    >>> why_lost(Answer(None, "unknown label", '{"label": "glad"}'))
    'unparseable: it names a label that is not on the list: {"label": "glad"}'
    """
    if answer.reason == FAILED:
        return f"{NO_REPLY}: {answer.failure or 'nothing came back'}"
    why = f"{UNPARSEABLE}: {REASONS[answer.reason]}"  # type: ignore[index]
    said = " ".join((answer.content or "").split()).encode("utf-8", "backslashreplace").decode()
    return f"{why}: {said[:_SHOWN]}{'…' if len(said) > _SHOWN else ''}" if quote and said else why


def _objects(values: Any) -> NDArray[Any]:
    listed = list(values)
    return np.fromiter(listed, object, len(listed))


def _is_lost(answer: Answer[Said]) -> bool:
    """Return whether nothing came back, for a reason that may pass."""
    return answer.reason == FAILED and not (answer.failure or "").startswith(_REFUSED)


def _check_alive(model: ChatModel, lost: Answer[Said]) -> None:
    # The seed makes it a prompt that no cache has seen.
    ask = Settings(tokens=16, seed=time.time_ns() % 2**31)
    if model.reply(user("Answer with the word yes."), ask).content is None:
        raise EndpointError(
            f"{model.name} no longer answers: {lost.failure}. What was answered is kept; the same command goes on from "
            "there."
        )


def _check_examples(examples: Sequence[Example], space: LabelSpace | None) -> None:
    for example in examples:
        if space is None:
            absent: Mapping[str, object] = {name: 0 for name in DIMENSIONS if name not in example.numbers}
            if absent:
                raise InputError(f"The example {example.text[:40]!r} has no {next(iter(absent))}.")
            continue
        for label in example.labels:
            space.index(label)
        if space.kind == "exclusive" and len(example.labels) != 1:
            raise InputError(f"The example {example.text[:40]!r} has {len(example.labels)} labels; it needs one.")

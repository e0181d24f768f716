"""A subject that is a chat model: behind an OpenAI-compatible endpoint, or the echo model that needs none."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from affekt.corpora.targets import Target, make_target
from affekt.errors import InputError
from affekt.evaluation.answers import Answers, Question, Subject
from affekt.language.answers import label_schema, number_schema, parse_labels, parse_numbers
from affekt.language.asking import AskOptions, ask_all, estimate_asking
from affekt.language.chat import ChatModel, Prompt, Settings
from affekt.language.client import ClientOptions, open_endpoint
from affekt.language.echo import Echo
from affekt.language.prompts import DIMENSIONS, VERSION, Example, Template, ask_about
from affekt.language.tally import Bill, Estimate
from affekt.language.usage import Price, known_price
from affekt.types import LabelSpace

ECHO = "echo"
_TOKENS = 200


@dataclass(frozen=True, slots=True)
class EndpointOptions:
    """How an endpoint is asked: `client` and `ask` as they say themselves; at most `tokens` of an answer; whether
    labels are shown with their `definitions`; how many `shots`, items of the other splits, are shown with their
    answers; the `price` (None: that of AFFEKT_ENDPOINT_PRICE, if any); what is `told` an estimate before it starts."""

    client: ClientOptions = field(default_factory=ClientOptions)
    ask: AskOptions = field(default_factory=AskOptions)
    tokens: int = _TOKENS
    definitions: bool = True
    shots: int = 0
    price: Price | None = None
    told: Callable[[str], None] | None = None


def endpoint_subject(
    address: str, *, space: LabelSpace | None = None, options: EndpointOptions | None = None
) -> Subject:
    """Return the subject that asks the chat model of ``URL#MODEL``, or ``echo``, about each text.

    It is asked for labels of `space`, by default the space that is scored, or for valence, arousal and dominance where
    the corpus has no labels. A reply that is no answer is asked for again, then counted in ``unparseable``; a text
    that gets no reply in ``failed``. Neither is ever scored as a label. Replies are kept, so a second run asks for
    nothing. Texts leave this machine: ask only endpoints you trust with them. Raises `InputError`; when asked,
    `EndpointError` where the endpoint refuses or dies.
    """
    chosen = options or EndpointOptions()
    model = open_model(address, chosen.client)
    parts = [f"prompt-{VERSION}", *([] if chosen.definitions else ["bare"])]
    version = "-".join([*parts, *([f"{chosen.shots}-shot"] if chosen.shots else [])])

    def answer(question: Question) -> Answers:
        return ask_endpoint(model, question, space=space or question.space, options=chosen)

    return Subject(model.name.replace("/", "-"), version, answer, learns=chosen.shots > 0)


def open_model(address: str, options: ClientOptions | None = None) -> ChatModel:
    """Return the chat model of ``URL#MODEL``, or the echo model where that is ``echo``. Raises `InputError`."""
    return Echo() if address == ECHO else open_endpoint(address, options=options)


def estimate_endpoint(
    address: str, question: Question, *, space: LabelSpace | None = None, options: EndpointOptions | None = None
) -> Estimate:
    """Return what asking ``URL#MODEL`` the texts of `question` would take. Nothing is asked. Raises `InputError`."""
    chosen = options or EndpointOptions()
    prompts, settings = _prompts(question, space or question.space, chosen)
    return estimate_asking(open_model(address, chosen.client), prompts, settings=settings)


def ask_endpoint(
    model: ChatModel, question: Question, *, space: LabelSpace | None, options: EndpointOptions
) -> Answers:
    """Return what a chat model answers to every text of `question`; see `endpoint_subject`."""
    prompts, settings = _prompts(question, space, options)
    price = options.price or known_price()
    if options.told is not None:
        options.told(estimate_asking(model, prompts, settings=settings).sentence(price))
    if space is None:
        numbers = ask_all(
            model, prompts, partial(parse_numbers, limits=DIMENSIONS), settings=settings, options=options.ask
        )
        bill = Bill(numbers.tally, price)
        answered = np.array([each.value is not None for each in numbers.answers], np.bool_)
        vad = np.full((len(prompts), len(DIMENSIONS)), np.nan)
        for place, each in enumerate(numbers.answers):
            if each.value is not None:
                vad[place] = [each.value[name] for name in DIMENSIONS]
        return replace(Answers(answered, vad=vad), rates=_rates(bill), bill=bill)
    asked = ask_all(model, prompts, partial(parse_labels, space=space), settings=settings, options=options.ask)
    bill = Bill(asked.tally, price)
    answered = np.array([each.value is not None for each in asked.answers], np.bool_)
    chosen = np.array([[label in (each.value or ()) for label in space] for each in asked.answers], np.bool_)
    return Answers(answered, space, chosen=chosen.reshape(len(prompts), len(space)), rates=_rates(bill), bill=bill)


def _prompts(question: Question, space: LabelSpace | None, options: EndpointOptions) -> tuple[list[Prompt], Settings]:
    """Return what is asked about each text, and how."""
    template = Template(space, options.definitions, _shots(question, space, options.shots))
    schema = number_schema(DIMENSIONS) if space is None else label_schema(space)
    prompts = [ask_about(text, template) for text in question.texts]
    return prompts, Settings(tokens=options.tokens, schema=schema)


def _rates(bill: Bill) -> dict[str, float]:
    return {"unparseable": bill.tally.unparseable_rate, "failed": bill.tally.failed_rate}


def _shots(question: Question, space: LabelSpace | None, count: int) -> tuple[Example, ...]:
    """Return `count` items of the corpus's other splits with their answers: label by label in turn, drawn by the seed.

    Raises `InputError` where there are not that many.
    """
    if count == 0:
        return ()
    learned: Target | None = None
    if question.learning:
        learned = make_target("the other splits", question.learning, question.corpus_space, split="other", space=space)
    places = list(range(0 if learned is None else len(learned)))
    random.Random(question.seed).shuffle(places)
    found: list[Example] = []
    if learned is not None and space is None and learned.vad is not None:
        numbers = dict(zip(places, learned.vad[places].round(2).tolist(), strict=True))
        found = [
            Example(learned.records[i].signal.text, numbers=dict(zip(DIMENSIONS, numbers[i], strict=True)))
            for i in places
            if not np.isnan(learned.vad[i]).any()
        ][:count]
    elif learned is not None and space is not None:
        # Which labels no item of the corpus has is its own affair: they are passed over.
        queues = [[i for i in places if learned.truth[i, k]] for k in range(len(space))]
        taken: dict[int, None] = {}
        while len(taken) < count and any(queues):
            for queue in queues:
                fresh = next((i for i in queue if i not in taken), None)
                queue[:] = [] if fresh is None else queue[queue.index(fresh) + 1 :]
                if fresh is not None and len(taken) < count:
                    taken[fresh] = None
        for i in taken:
            labels = tuple(label for k, label in enumerate(space) if learned.truth[i, k])
            found.append(Example(learned.records[i].signal.text, labels))
    if len(found) < count:
        raise InputError(f"{count} examples are to be shown, and the other splits have {len(found)} that will do.")
    return tuple(found)

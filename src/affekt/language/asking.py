"""Many prompts put to a chat model: several at once, equal ones once, no answer asked for again, everything counted."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Generic, TypeVar

from affekt.errors import EndpointError
from affekt.language.answers import Parsed
from affekt.language.chat import ChatModel, Prompt, Settings
from affekt.language.prompts import ask_again
from affekt.language.tally import Estimate, Tally
from affekt.language.usage import Usage, estimate_tokens

T = TypeVar("T")
FAILED = "failed"


@dataclass(frozen=True, slots=True)
class AskOptions:
    """How many prompts are asked at once (`workers`), how often a reply that is no answer is asked for `again`, and
    after how many prompts in a row that got no reply at all the endpoint is held for dead (`give_up`)."""

    workers: int = 4
    again: int = 1
    give_up: int = 10


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """The `value` of an answer; None with the `reason` where there is none: one of the parser's, or ``"failed"``.

    `content` is the last reply itself, None where there was none; `failure` why.
    """

    value: T | None
    reason: str | None = None
    content: str | None = None
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Asked(Generic[T]):
    """An answer for each prompt, in order, and what asking took."""

    answers: tuple[Answer[T], ...]
    tally: Tally


def estimate_asking(model: ChatModel, prompts: Sequence[Prompt], *, settings: Settings | None = None) -> Estimate:
    """Return what asking `model` these prompts would take, without asking it."""
    chosen = settings or Settings()
    different = dict.fromkeys(prompts)
    rest = [prompt for prompt in different if not model.keeps(prompt, chosen)]
    tokens = sum(estimate_tokens(message.content for message in prompt) for prompt in rest)
    usage = Usage(tokens, len(rest) * chosen.tokens, tokens)
    return Estimate(len(prompts), len(different), len(different) - len(rest), usage)


def ask_all(
    model: ChatModel,
    prompts: Sequence[Prompt],
    parse: Callable[[str], Parsed[T]],
    *,
    settings: Settings | None = None,
    options: AskOptions | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Asked[T]:
    """Return what `model` answers to every prompt, as `parse` reads it.

    Equal prompts are asked once. A reply that is no answer is asked for again, with the reason; what then is none
    is unparseable, and has no value. `progress` is told how many of how many different prompts are done. Raises
    `EndpointError` where the endpoint refuses, or gives nothing for `give_up` prompts in a row: what was
    answered by then is kept by the endpoint's cache, so the same call goes on from there.
    """
    chosen, how, begun = settings or Settings(), options or AskOptions(), time.monotonic()
    different = list(dict.fromkeys(prompts))
    done: dict[Prompt, Answer[T]] = {}
    tally, dead = Tally(prompts=len(prompts), different=len(different)), 0
    work = _ask_each(different, lambda prompt: _ask(model, prompt, parse, chosen, how.again), max(1, how.workers))
    # Closed by name: an exception that is being handled would keep the generator, and so its threads, alive.
    with closing(work):
        for prompt, (answer, took) in work:
            done[prompt], tally = answer, tally + took
            dead = dead + 1 if answer.reason == FAILED else 0
            if dead >= how.give_up:
                raise EndpointError(
                    f"{model.name} gave nothing for {dead} texts in a row, lastly: {answer.failure}. "
                    f"{len(done) - tally.failed:,} of {len(different):,} are answered and kept; the same command "
                    "goes on from there."
                )
            if progress is not None:
                progress(len(done), len(different))
    tally += Tally(seconds=time.monotonic() - begun)
    return Asked(tuple(done[prompt] for prompt in prompts), tally)


def _ask(
    model: ChatModel, prompt: Prompt, parse: Callable[[str], Parsed[T]], settings: Settings, again: int
) -> tuple[Answer[T], Tally]:
    """Return the answer to one prompt and what it took."""
    asked, tally = prompt, Tally()
    for attempt in range(again + 1):
        reply = model.reply(asked, settings)
        tally += Tally(
            requests=reply.requests,
            cached=int(reply.cached),
            retried=max(0, reply.requests - 1),
            again=int(attempt > 0),
            usage=reply.usage,
        )
        if reply.content is None:
            return Answer(None, FAILED, failure=reply.failure), tally + Tally(failed=1)
        parsed = parse(reply.content)
        if parsed.value is not None:
            return Answer(parsed.value, content=reply.content), tally
        reason = parsed.reason or "wrong form"
        asked = ask_again(prompt, reply.content, reason)
    return Answer(None, reason, reply.content), tally + Tally(unparseable=1, reasons={reason: 1})


def _ask_each(
    prompts: Sequence[Prompt], ask: Callable[[Prompt], tuple[Answer[T], Tally]], workers: int
) -> Generator[tuple[Prompt, tuple[Answer[T], Tally]], None, None]:
    """Yield each prompt with what `ask` returns for it, as they are done. What a thread raises is raised here.

    The threads are daemons: Ctrl-C ends the program at once, not after the longest timeout.
    """
    todo: queue.SimpleQueue[Prompt] = queue.SimpleQueue()
    done: queue.SimpleQueue[tuple[Prompt, tuple[Answer[T], Tally] | None, BaseException | None]] = queue.SimpleQueue()
    stopped = threading.Event()
    for prompt in prompts:
        todo.put(prompt)

    def labour() -> None:
        while not stopped.is_set():
            try:
                prompt = todo.get_nowait()
            except queue.Empty:
                return
            try:
                done.put((prompt, ask(prompt), None))
            except BaseException as error:
                done.put((prompt, None, error))
                return

    for _ in range(min(workers, len(prompts))):
        threading.Thread(target=labour, daemon=True).start()
    try:
        for _ in prompts:
            prompt, outcome, error = done.get()
            if error is not None:
                raise error
            assert outcome is not None
            yield prompt, outcome
    finally:
        stopped.set()

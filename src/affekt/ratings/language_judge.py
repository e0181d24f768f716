"""A language model as the judge of best-worst tuples. Bagdon et al. 2024, "You are an expert annotator", NAACL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from affekt.errors import InputError
from affekt.language.asking import AskOptions, ask_all
from affekt.language.best_worst import ask_best_worst, best_worst_schema, parse_best_worst
from affekt.language.chat import ChatModel, Settings
from affekt.language.tally import Bill
from affekt.language.usage import Price
from affekt.ratings.best_worst import Choices, choices_of


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """What a language model chose, the tuples it gave no answer for, and what asking took."""

    choices: Choices
    lost: tuple[tuple[str, ...], ...]
    bill: Bill


def judge_by_model(
    model: ChatModel,
    tuples: Sequence[tuple[str, ...]],
    texts: Mapping[str, str],
    quality: str,
    *,
    options: AskOptions | None = None,
    price: Price | None = None,
) -> Judged:
    """Return what `model` chooses of every tuple of item names, shown the `texts` of the items, as most and least of
    `quality` ("joy", "anger in the voice").

    A tuple whose answer is none, also when it is asked again, is lost: nothing is chosen for it. Texts are shown in
    the tuple's order. Raises `InputError` for items without text and where no tuple was judged, `EndpointError`
    where the model's endpoint refuses or dies.
    """
    sizes = {len(one) for one in tuples}
    if len(sizes) != 1:
        raise InputError(f"Tuples have different sizes: {sorted(sizes) or 'none at all'}. Judge each size by itself.")
    absent = sorted({name for one in tuples for name in one} - set(texts))
    if absent:
        raise InputError(f"There is no text of {len(absent)} items, such as {absent[0]!r}.")
    size = sizes.pop()
    prompts = [ask_best_worst([texts[name] for name in one], quality) for one in tuples]
    settings = Settings(schema=best_worst_schema(size))
    asked = ask_all(model, prompts, partial(parse_best_worst, size=size), settings=settings, options=options)
    pairs = list(zip(tuples, [answer.value for answer in asked.answers], strict=True))
    kept = [(one, (one[value.best], one[value.worst])) for one, value in pairs if value is not None]
    if not kept:
        raise InputError(
            f"{model.name} judged none of {len(tuples)} tuples: {dict(asked.tally.reasons) or 'no reply'}."
        )
    choices = choices_of([one for one, _ in kept], [named for _, named in kept], raters=[model.name] * len(kept))
    return Judged(choices, tuple(one for one, value in pairs if value is None), Bill(asked.tally, price))

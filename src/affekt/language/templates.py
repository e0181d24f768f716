"""Prompts that are written down: files with fields in braces, those that ship with the package and one's own.

A template is plain text. ``{text}`` is where the text goes (as a JSON string, so that it cannot pass for layout),
``{labels}`` the list of labels, ``{definitions}`` the same with what each means, ``{examples}`` where shown examples go
and ``{form}`` the sentence that asks for one JSON object. ``{form: translation, reasoning}`` asks for further strings
before the label; each becomes a column of what is annotated. All other braces stand for themselves.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from affekt.errors import InputError, unknown_name
from affekt.language.chat import Prompt, user
from affekt.language.forms import Form
from affekt.language.prompts import Example, label_lines
from affekt.types import LabelSpace

FIELDS = ("text", "labels", "definitions", "examples", "form")
_FIELD = re.compile(r"\{([a-z_]+)(?::([a-z_, ]+))?\}")
_NAME = re.compile(r"[a-z][a-z_]*")
_TAKEN = ("label", "labels", "status", "valence", "arousal", "dominance")

SHIPPED = {
    "reader": """Which of these labels fit what a typical reader feels on reading the text?
Labels:
{definitions}
{form}

{examples}
Text: {text}
Answer:""",
    "reasoning": """Read the text. Say in one or two sentences what happens in it and what its writer feels about it.
Then choose among these labels.
Labels:
{definitions}
{form: reasoning}

{examples}
Text: {text}
Answer:""",
    "cotr": """Translate the text to English. Then decide, by the translation and the original, what the writer feels.
Labels:
{definitions}
{form: translation}

{examples}
Text: {text}
Answer:""",
}
"""The templates that ship: what a reader feels; reasons before the label; and chain of translation, which translates
and labels in one prompt (Kowtal & Joshi 2025, L3Cube-MahaEmotions, arXiv:2506.00863)."""


@dataclass(frozen=True, slots=True)
class WrittenTemplate:
    """A template as it is written: its `name`, its `body`, and the further strings it asks for (`extras`)."""

    name: str
    body: str
    extras: tuple[str, ...] = ()

    @property
    def version(self) -> str:
        """What results and runs say of how was asked: the name and a hash of the words."""
        return f"{self.name}-{sha256(self.body.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def find_template(name: str | Path) -> WrittenTemplate:
    """Return the shipped template of this name, or the one in this file.

    Raises `InputError` for a file that is no template, `UnknownNameError` where there is neither.

    >>> find_template("cotr").extras
    ('translation',)
    """
    if str(name) in SHIPPED:
        return written(str(name), SHIPPED[str(name)])
    path = Path(name)
    if not path.is_file():
        raise unknown_name("template", str(name), SHIPPED, "affekt annotate --help")
    try:
        body = path.read_text(encoding="utf-8").rstrip("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"The template {path} cannot be read: {error}.") from error
    return written(path.stem, body)


def written(name: str, body: str) -> WrittenTemplate:
    """Return the template that `body` is. Raises `InputError` where it has no ``{text}``, no form, or an unknown field.

    >>> written("mine", "Feeling of {text}? {labels} {form}").extras
    ()
    >>> written("mine", "Feeling of {txt}?")
    Traceback (most recent call last):
    affekt.errors.InputError: The template 'mine' has a field {txt}. Fields are: {text}, {labels}, {definitions}, ...
    """
    extras: tuple[str, ...] = ()
    found = set()
    for field in _FIELD.finditer(body):
        kind, more = field.group(1), field.group(2)
        if kind not in FIELDS or (more is not None and kind != "form"):
            listed = ", ".join(f"{{{each}}}" for each in FIELDS)
            raise InputError(f"The template {name!r} has a field {field.group()}. Fields are: {listed}.")
        found.add(kind)
        if more is not None:
            extras = tuple(each.strip() for each in more.split(","))
    bad = [each for each in extras if not _NAME.fullmatch(each) or each in _TAKEN or extras.count(each) > 1]
    if bad:
        raise InputError(f"The template {name!r} asks for {bad[0]!r}, which is no name, taken, or there twice.")
    if "text" not in found:
        raise InputError(f"The template {name!r} has no {{text}}: every row would be asked the same.")
    if "form" not in found and '"label' not in body:
        raise InputError(
            f"The template {name!r} has no {{form}}, and asks for no JSON object with a label either: no reply to it "
            "could be read. Write {form} where the answer is to be asked for."
        )
    return WrittenTemplate(name, body, extras)


def ask_written(
    text: str, template: WrittenTemplate, space: LabelSpace | None, *, examples: Sequence[Example] = ()
) -> Prompt:
    """Return the prompt that asks about `text` in the words of `template`, in the labels of `space` (None: numbers).

    Raises `InputError` where examples are given and the template has no place for them.

    >>> from affekt.affect.spaces import find_space
    >>> mine = written("mine", "Feeling of {text}? One of:\\n{labels}\\n{form}")
    >>> print(ask_written("Hm.", mine, find_space("sentiment"))[0].content)
    Feeling of "Hm."? One of:
    - negative
    - neutral
    - positive
    Answer with one JSON object and nothing else, in this form: {"label": "<label>"}
    """
    form = Form(space, template.extras)
    if examples and "{examples}" not in template.body:
        raise InputError(f"Examples are to be shown, and the template {template.name!r} has no {{examples}}.")
    shown = "\n\n".join(
        f"Text: {json.dumps(each.text, ensure_ascii=False)}\nAnswer: {form.answer(each.labels, each.numbers)}"
        for each in examples
    )

    def fill(field: re.Match[str]) -> str:
        kind = field.group(1)
        if kind == "text":
            return json.dumps(text, ensure_ascii=False)
        if kind == "form":
            return form.sentence
        if kind == "examples":
            return shown
        return "" if space is None else label_lines(space, definitions=kind == "definitions")

    filled = _FIELD.sub(fill, template.body)
    # Where no examples are shown their place leaves no gap.
    return user(filled if shown else re.sub(r"\n{3,}", "\n\n", filled))

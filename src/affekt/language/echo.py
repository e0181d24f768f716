"""Two chat models that need no endpoint: `Echo`, so that examples run offline, and `Scripted`, for tests and trials."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Sequence
from hashlib import sha256

from affekt.affect.spaces import SPACES
from affekt.affect.terms import find_term
from affekt.affect.vad import vad_of
from affekt.errors import UnknownNameError
from affekt.language.chat import Prompt, Reply, Settings
from affekt.language.prompts import DIMENSIONS
from affekt.language.usage import Usage, estimate_tokens
from affekt.types import LabelSpace

Script = Sequence[str | None] | Callable[[Prompt], str | None]
_LABELS = re.compile(r"^Labels:\n(.*?)^Answer with", re.MULTILINE | re.DOTALL)
_LABEL = re.compile(r"^- (.+?)(?:: .*)?$", re.MULTILINE)
_TEXT = re.compile(r"^Text: (\".*\")$", re.MULTILINE)
_MORE = re.compile(r'"([a-z_]+)": "<\1>"')
_WORD = re.compile(r"\w+")


class Echo:
    """A language model that knows words and nothing else. It always replies the same, and costs nothing.

    Asked by a template of `prompts`, it answers with the labels whose names stand in the text (in an exclusive space
    the first of them, else the neutral one, else one picked by a hash of the text), or with the mean valence, arousal
    and dominance of the emotion words in it; further strings it is asked for are the text itself. To anything else it
    replies with the last message. It shows that the path works and says nothing about any text: scores of it are a
    floor.
    """

    name = "echo"

    def keeps(self, prompt: Prompt, settings: Settings) -> bool:
        """Return False: nothing is kept, and nothing costs anything."""
        return False

    def reply(self, prompt: Prompt, settings: Settings) -> Reply:
        """Return the reply.

        >>> from affekt.affect.spaces import find_space
        >>> from affekt.language.prompts import Template, ask_about
        >>> Echo().reply(ask_about("So much joy.", Template(find_space("ekman"))), Settings()).content
        '{"labels": ["joy"]}'
        """
        return _reckoned(prompt, _said(prompt[0].content, prompt[-1].content))


class Scripted:
    """A language model that says what it is told to: replies in order, or what a function makes of the prompt.

    `asked` keeps every prompt. None stands for no reply. Once the script is over, its last line is repeated.
    """

    def __init__(self, script: Script, *, name: str = "scripted") -> None:
        self.name = name
        self.asked: list[Prompt] = []
        self._script = script
        self._lock = threading.Lock()

    def keeps(self, prompt: Prompt, settings: Settings) -> bool:
        """Return False: nothing is kept."""
        return False

    def reply(self, prompt: Prompt, settings: Settings) -> Reply:
        """Return the next reply."""
        with self._lock:
            self.asked.append(prompt)
            place = len(self.asked) - 1
        script = self._script
        content = script(prompt) if callable(script) else script[min(place, len(script) - 1)]
        if content is None:
            return Reply(None, failure="the script says nothing")
        return _reckoned(prompt, content)


def _reckoned(prompt: Prompt, content: str) -> Reply:
    tokens = estimate_tokens(message.content for message in prompt), estimate_tokens([content])
    return Reply(content, Usage(*tokens, sum(tokens)), finish="stop")


def _said(first: str, last: str) -> str:
    texts = _TEXT.findall(first)
    if not texts:
        return last
    text = str(json.loads(texts[-1]))
    words = [word.casefold() for word in _WORD.findall(text)]
    more: dict[str, object] = {name: text for name in _MORE.findall(first) if name != "label"}
    listed = _LABELS.search(first)
    if listed is None:
        return json.dumps(more | _numbers(words), ensure_ascii=False)
    labels = _LABEL.findall(listed.group(1))
    line = f" {' '.join(words)} "
    places = {label: line.find(f" {' '.join(_WORD.findall(label.casefold()))} ") for label in labels}
    found = [label for label in labels if places[label] >= 0]
    if '"labels": ["<label>"' in first:
        return json.dumps(more | {"labels": found}, ensure_ascii=False)
    if found:
        return json.dumps(more | {"label": min(found, key=places.__getitem__)}, ensure_ascii=False)
    # Only the names are known here, as to any model: "no emotion" is the neutral label of some space.
    names = {space.neutral for space in SPACES.values()}
    neutral = [label for label in labels if label in names]
    drawn = labels[int.from_bytes(sha256(text.encode("utf-8", "surrogatepass")).digest()[:4]) % len(labels)]
    return json.dumps(more | {"label": (neutral or [drawn])[0]}, ensure_ascii=False)


def _numbers(words: Sequence[str]) -> dict[str, float]:
    """Return the mean place of the emotion terms among `words`; the middle where there is none."""
    terms = []
    for word in words:
        try:
            terms.append(find_term(word).name)
        except UnknownNameError:
            continue
    if not terms:
        return dict.fromkeys(DIMENSIONS, 0.0)
    points = vad_of(LabelSpace("words", tuple(dict.fromkeys(terms)), "multi-label", "the words of a text"))
    return {name: round(sum(getattr(p.vad, name) for p in points) / len(points), 3) for name in DIMENSIONS}

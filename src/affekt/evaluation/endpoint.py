"""A subject that is a chat model behind an OpenAI-compatible endpoint: prompt, parser, cache, retries, cost."""

from __future__ import annotations

import json
import os
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from affekt.errors import InputError
from affekt.evaluation.answers import Answers, Question, Subject
from affekt.evaluation.records import replace_file
from affekt.types import LabelSpace

PROMPT_VERSION = "1"
_KEY = "AFFEKT_ENDPOINT_KEY"


@dataclass(frozen=True, slots=True)
class EndpointOptions:
    """How an endpoint is asked: seconds before an answer counts as lost, how often a lost or refused call is made
    again and how long to wait before the first of these, most tokens of an answer, where answers are kept."""

    timeout: float = 60.0
    retries: int = 3
    wait: float = 1.0
    tokens: int = 200
    cache: Path = Path("runs/endpoint")


@dataclass(frozen=True, slots=True)
class Parsed:
    """What an answer says: its labels, or None where it is none."""

    labels: tuple[str, ...] | None


def endpoint_subject(
    address: str, *, space: LabelSpace | None = None, options: EndpointOptions | None = None
) -> Subject:
    """Return the subject that asks the chat model of ``URL#MODEL`` for the labels of each text.

    POSTs to ``URL/chat/completions`` (URL as it is where it ends so) at temperature 0; a key, if one is needed, is
    read from AFFEKT_ENDPOINT_KEY. Answers are kept below `options.cache` by prompt and model, so a second run
    asks for nothing. An answer that is no JSON of known labels is asked for once more, then counted in
    ``unparseable``; a call that fails `retries` times over in ``failed``. Neither is ever scored as a label.
    Texts leave this machine: ask only endpoints you trust with them. Raises `InputError`.
    """
    url, mark, model = address.partition("#")
    if not mark or not model or not url.startswith(("http://", "https://")):
        raise InputError(f"{address!r} is no endpoint. Write endpoint:http://host:port/v1#model-name.")
    chosen = options or EndpointOptions()

    def answer(question: Question) -> Answers:
        return ask_endpoint(url, model, question, space=space or question.space, options=chosen)

    return Subject(model.replace("/", "-"), f"prompt-{PROMPT_VERSION}", answer)


def ask_endpoint(
    url: str, model: str, question: Question, *, space: LabelSpace | None, options: EndpointOptions
) -> Answers:
    """Return what the endpoint answers to every text of `question`; see `endpoint_subject`."""
    if space is None:
        raise InputError("An endpoint is asked for labels, and this corpus has none. Add --space NAME.")
    counted: Counter[str] = Counter()
    chosen = np.zeros((len(question.records), len(space)), np.bool_)
    answered = np.zeros(len(question.records), np.bool_)
    said: dict[str, Parsed] = {}
    for place, text in enumerate(question.texts):
        if text not in said:
            said[text] = _ask(url, model, prompt(text, space), space, options, counted)
        labels = said[text].labels
        if labels is None:
            continue
        answered[place] = True
        chosen[place] = [label in labels for label in space]
    asked = max(1, len(said))
    rates = {name: counted[name] / asked for name in ("unparseable", "failed")}
    notes = (
        f"Asked {model} for {len(said):,} different texts: {counted['called']:,} calls, {counted['cached']:,} from the "
        f"cache; {counted['prompt_tokens']:,} tokens in, {counted['completion_tokens']:,} out.",
    )
    return Answers(answered, space, chosen=chosen, notes=notes, rates=rates)


def prompt(text: str, space: LabelSpace) -> str:
    """Return what is asked of the model about `text`.

    >>> from affekt.affect.spaces import find_space
    >>> prompt("Hm.", find_space("sentiment")).splitlines()[-1]
    'Text: "Hm."'
    """
    how = "exactly one label" if space.kind == "exclusive" else "all labels that apply, or an empty list"
    return (
        f"Which emotion does the writer of the text express? Choose {how} from this list:\n"
        f"{json.dumps(list(space.labels), ensure_ascii=False)}\n"
        'Answer with JSON only, in this form: {"labels": ["..."]}\n'
        f"Text: {json.dumps(text, ensure_ascii=False)}"
    )


def parse_answer(content: str, space: LabelSpace) -> Parsed:
    """Return the labels that an answer names; none where it is prose, names a label that is none, or (in an
    exclusive space) names several.

    The first JSON object that has ``labels`` (or ``label``) counts, wherever it stands; case is forgiven, guesses
    are not made. A model that repeats one object is understood, one that gives two different ones is not.

    >>> from affekt.affect.spaces import find_space
    >>> parse_answer('Sure! {"labels": ["Positive"]}', find_space("sentiment")).labels
    ('positive',)
    >>> parse_answer("I would say positive.", find_space("sentiment")).labels is None
    True
    """
    known = {label.casefold(): label for label in space}
    found: list[tuple[str, ...]] = []
    decoder, place = json.JSONDecoder(), content.find("{")
    while place >= 0:
        try:
            value, end = decoder.raw_decode(content, place)
        except ValueError:
            end, value = place + 1, None
        if isinstance(value, dict) and ("labels" in value or "label" in value):
            given = value.get("labels", value.get("label"))
            given = [given] if isinstance(given, str) else given
            if not isinstance(given, list) or not all(isinstance(label, str) for label in given):
                return Parsed(None)
            named = [known.get(label.strip().casefold()) for label in given]
            if None in named:
                return Parsed(None)
            found.append(tuple(label for label in space if label in named))
        place = content.find("{", end)
    if len(set(found)) != 1 or (space.kind == "exclusive" and len(found[0]) != 1):
        return Parsed(None)
    return Parsed(found[0])


@dataclass(frozen=True, slots=True)
class _Call:
    url: str
    body: bytes
    options: EndpointOptions

    @property
    def path(self) -> Path:
        """Where the answer is kept."""
        return self.options.cache / f"{sha256(self.url.encode() + b'#' + self.body).hexdigest()[:32]}.json"


def _ask(
    url: str, model: str, asked: str, space: LabelSpace, options: EndpointOptions, counted: Counter[str]
) -> Parsed:
    """Return the parsed answer to one prompt, from the cache or by a call, and a second call where it is no answer."""
    for attempt in range(2):
        body: dict[str, Any] = {
            "model": model,
            "messages": [{"role": "user", "content": asked}],
            "temperature": 0,
            "max_tokens": options.tokens,
        }
        if attempt:
            body["messages"].append({"role": "user", "content": "Only the JSON object, with labels from the list."})
        target = url if url.rstrip("/").endswith("/chat/completions") else url.rstrip("/") + "/chat/completions"
        content = _content(_Call(target, json.dumps(body, ensure_ascii=False).encode(), options), counted)
        if content is None:
            counted["failed"] += 1
            return Parsed(None)
        parsed = parse_answer(content, space)
        if parsed.labels is not None:
            return parsed
    counted["unparseable"] += 1
    return Parsed(None)


def _content(call: _Call, counted: Counter[str]) -> str | None:
    """Return what the model said, None where the endpoint gave nothing in all its tries."""
    if call.path.is_file():
        counted["cached"] += 1
        return str(json.loads(call.path.read_text(encoding="utf-8"))["content"])
    for attempt in range(call.options.retries + 1):
        if attempt:
            time.sleep(min(30.0, call.options.wait * 2 ** (attempt - 1)))
        counted["called"] += 1
        try:
            reply = _post(call)
            content = reply["choices"][0]["message"]["content"]
        except urllib.error.HTTPError as error:
            error.close()
            if error.code in (408, 409, 425, 429) or error.code >= 500:
                continue
            raise InputError(
                f"The endpoint refused with {error.code} {error.reason}. Check URL, model name and {_KEY}."
            ) from error
        except (OSError, ValueError, KeyError, IndexError, TypeError):
            continue
        for name in ("prompt_tokens", "completion_tokens"):
            used = (reply.get("usage") or {}).get(name)
            counted[name] += used if isinstance(used, int) else 0
        kept = {"content": str(content or "")}
        replace_file(call.path, json.dumps(kept, ensure_ascii=False).encode())
        return kept["content"]
    return None


def _post(call: _Call) -> Mapping[str, Any]:
    headers = {"Content-Type": "application/json"}
    if os.environ.get(_KEY):
        headers["Authorization"] = f"Bearer {os.environ[_KEY]}"
    request = urllib.request.Request(call.url, data=call.body, headers=headers, method="POST")
    with urllib.request.urlopen(request, timeout=call.options.timeout) as reply:
        found: Mapping[str, Any] = json.loads(reply.read())
    return found

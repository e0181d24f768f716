"""What goes over the wire to a chat endpoint and what comes back: bodies, contents, counts, complaints."""

from __future__ import annotations

import http.client
import json
import math
import os
import urllib.error
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from affekt.errors import EndpointError
from affekt.language.chat import Prompt, Settings
from affekt.language.usage import Usage, estimate_tokens

KEY_VARIABLE = "AFFEKT_ENDPOINT_KEY"


def request_body(model: str, prompt: Prompt, settings: Settings, unknown: frozenset[str]) -> dict[str, Any]:
    """Return the JSON body of a request, without the settings that the endpoint turned out not to know."""
    body: dict[str, Any] = {
        "model": model,
        "messages": [{"role": message.role, "content": message.content} for message in prompt],
        "max_tokens": settings.tokens,
    }
    if settings.temperature is not None:
        body["temperature"] = settings.temperature
    if settings.seed is not None:
        body["seed"] = settings.seed
    if settings.schema is not None:
        schema = {"name": "answer", "strict": True, "schema": dict(settings.schema)}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    if "max_tokens" in unknown:
        # Reasoning models of OpenAI know the limit by this name only.
        body["max_completion_tokens"] = settings.tokens
    return {name: value for name, value in body.items() if name not in unknown}


def content_of(answer: Any) -> tuple[str, str | None]:
    """Return what the model said and why it stopped. Raises where that is no chat reply."""
    choice = answer["choices"][0]
    content, finish = choice["message"].get("content"), choice.get("finish_reason")
    if isinstance(content, list):
        content = "".join(str(part.get("text", "")) for part in content)
    if content is not None and not isinstance(content, str):
        raise TypeError(f"the content of the reply is {type(content).__name__}")
    return content or "", finish if isinstance(finish, str) else None


def usage_of(answer: Any, prompt: Prompt, content: str) -> Usage:
    """Return the tokens the endpoint counted; those it did not count are reckoned."""
    told = answer.get("usage")
    reckoned = {
        "prompt_tokens": estimate_tokens(message.content for message in prompt),
        "completion_tokens": estimate_tokens([content]),
    }
    counted = {name: told.get(name) for name in reckoned} if isinstance(told, dict) else {}
    known = {
        name: count
        for name, count in counted.items()
        if isinstance(count, int) and not isinstance(count, bool) and count >= 0
    }
    tokens = {**reckoned, **known}
    estimated = sum(count for name, count in reckoned.items() if name not in known)
    return Usage(tokens["prompt_tokens"], tokens["completion_tokens"], estimated)


def complaint(error: urllib.error.HTTPError) -> str:
    """Return what the endpoint says of its refusal, in one line, without the key."""
    try:
        text = error.read(65536).decode("utf-8", "replace")
        told = json.loads(text).get("error", text)
        if isinstance(told, dict):
            text = " ".join(str(told[name]) for name in ("message", "param", "code") if told.get(name))
        elif isinstance(told, str):
            text = told
    except (OSError, http.client.HTTPException, ValueError, AttributeError):
        text = ""
    key = endpoint_key()
    return " ".join((text.replace(key, "…") if key else text).split())[:300]


def refusal(url: str, error: urllib.error.HTTPError, told: str) -> str:
    """Return the message for a refusal that no retry mends: what was said, and what to look at."""
    said = f": {told}" if told else ""
    return f"{url} refused with {error.code} {error.reason}{said}. Check URL, model name and {KEY_VARIABLE}."


def retry_after(value: str | None) -> float:
    """Return the seconds that Retry-After asks for, a number or a date; 0 where it says neither.

    >>> retry_after("2"), retry_after("soon"), retry_after(None)
    (2.0, 0.0, 0.0)
    """
    if value is None:
        return 0.0
    try:
        seconds = float(value)
    except ValueError:
        try:
            then = parsedate_to_datetime(value)
        except ValueError:
            return 0.0
        then = then if then.tzinfo else then.replace(tzinfo=UTC)
        seconds = (then - datetime.now(UTC)).total_seconds()
    return max(0.0, seconds) if math.isfinite(seconds) else 0.0


def endpoint_key() -> str:
    """Return the key, ``""`` where there is none. Raises `EndpointError` for one that no header can hold."""
    key = os.environ.get(KEY_VARIABLE, "").strip()
    if not key.isascii() or not key.isprintable():
        # http.client would quote the key in its complaint.
        raise EndpointError(f"The key in {KEY_VARIABLE} holds signs that no key has. Set it again.")
    return key

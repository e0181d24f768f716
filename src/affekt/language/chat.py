"""What a chat model is: messages and settings in, a reply out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Protocol

from affekt.language.usage import NO_USAGE, Usage

Role = Literal["system", "user", "assistant"]


class Message(NamedTuple):
    """One message of a chat."""

    role: Role
    content: str


Prompt = tuple[Message, ...]


def user(content: str) -> Prompt:
    """Return the prompt that is one message of the user."""
    return (Message("user", content),)


@dataclass(frozen=True, slots=True)
class Settings:
    """How a reply is drawn: `temperature` and `seed` (None: the endpoint's own), at most `tokens` of it, and the JSON
    `schema` it is asked to keep to. An endpoint that knows no schemas is asked without."""

    temperature: float | None = 0.0
    tokens: int = 200
    seed: int | None = None
    schema: Mapping[str, Any] | None = field(default=None, hash=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: `content`, or None and why (`failure`).

    `usage` and `requests` are what this reply took now: nothing where it was `cached`. `finish` is why the model
    stopped, as the endpoint names it: ``"stop"``, ``"length"`` …
    """

    content: str | None
    usage: Usage = NO_USAGE
    requests: int = 1
    cached: bool = False
    finish: str | None = None
    failure: str | None = None


class ChatModel(Protocol):
    """Something that replies to prompts. It is asked from several threads at once."""

    @property
    def name(self) -> str:
        """What it is called."""

    def reply(self, prompt: Prompt, settings: Settings) -> Reply:
        """Return its reply; raises `EndpointError` where asking on makes no sense."""

    def keeps(self, prompt: Prompt, settings: Settings) -> bool:
        """Return whether the reply is kept, so that it costs nothing to ask."""

"""Walking JSON files with errors that name the file and the place in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from affekt.corpora.files import open_text, read_lines
from affekt.errors import CorpusError


@dataclass(frozen=True, slots=True)
class Node:
    """A value of a JSON file: what it is, which file it is of, and where it stands there (``[3].turns[0]``)."""

    file: str
    where: str
    value: Any

    def __contains__(self, key: str) -> bool:
        return isinstance(self.value, dict) and key in self.value

    def __getitem__(self, key: str) -> Node:
        """Return the member `key`. Raises `CorpusError` where there is none."""
        if key not in self:
            raise self.error(f"expected an object with {key!r}")
        return Node(self.file, f"{self.where}.{key}", self.value[key])

    def __iter__(self) -> Iterator[Node]:
        """Yield the items of a list. Raises `CorpusError` where this is none."""
        if not isinstance(self.value, list):
            raise self.error(f"expected a list, found {type(self.value).__name__}")
        for place, item in enumerate(self.value):
            yield Node(self.file, f"{self.where}[{place}]", item)

    def members(self) -> Iterator[tuple[str, Node]]:
        """Yield the names and values of an object. Raises `CorpusError` where this is none."""
        if not isinstance(self.value, dict):
            raise self.error(f"expected an object, found {type(self.value).__name__}")
        for key, value in self.value.items():
            yield key, Node(self.file, f"{self.where}.{key}", value)

    def text(self) -> str:
        """Return the value, a string. Raises `CorpusError`."""
        if not isinstance(self.value, str):
            raise self.error(f"expected a text, found {self.value!r:.60}")
        return self.value

    def whole(self, low: int, high: int) -> int:
        """Return the value, a whole number in [low, high], also one written as a string. Raises `CorpusError`."""
        value = self.value
        if isinstance(value, str) and value.strip().isdecimal():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise self.error(f"expected a whole number from {low} to {high}, found {self.value!r:.60}")
        return value

    def one_of(self, allowed: tuple[str, ...]) -> str:
        """Return the value, one of `allowed`. Raises `CorpusError`."""
        if self.value not in allowed:
            raise self.error(f"expected one of {', '.join(allowed)}; found {self.value!r:.60}")
        return str(self.value)

    def error(self, problem: str) -> CorpusError:
        """Return the error that says what is wrong here."""
        place = self.where or "the top"
        return CorpusError(f"{self.file}, at {place}: {problem}. Fetch the file again from the corpus's home.")


def read_json(folder: Path, *names: str) -> Node:
    """Return the whole of a JSON file, looked for as `affekt.corpora.files.find_file` does.

    Raises `CorpusError` where it is absent or no JSON.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "dev.json").write_text('[{"turn": 1, "text": "Hi."}]', encoding="utf-8")
    ...     [(item["turn"].whole(1, 9), item["text"].text()) for item in read_json(Path(folder), "dev.json")]
    [(1, 'Hi.')]
    """
    with open_text(folder, *names) as stream:
        file = Path(stream.name).name
        try:
            return Node(file, "", json.load(stream))
        except (ValueError, EOFError, OSError) as error:
            raise CorpusError(
                f"{stream.name}: expected JSON ({error}). Fetch the file again from the corpus's home."
            ) from error


def read_json_lines(folder: Path, *names: str) -> Iterator[Node]:
    """Yield the value of every line of a JSON Lines file. Raises `CorpusError` where it is absent or no JSON."""
    for file, number, text in read_lines(folder, *names):
        try:
            value = json.loads(text)
        except ValueError as error:
            raise CorpusError(
                f"{file}, line {number}: expected JSON ({error}). Fetch the file again from the corpus's home."
            ) from error
        yield Node(file, f"line {number}", value)

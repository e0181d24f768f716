"""Numbers for words, for readers whose network has no pieces of its own to leave out one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence


class WordNumbers:
    """Gives each word a number, the same as long as it is open; 0 is the word that was left out.

    >>> numbers = WordNumbers()
    >>> numbers.of("so so happy")
    [1, 1, 2]
    >>> numbers.words([1, 0, 2])
    ['so', '', 'happy']
    """

    def __init__(self, split: Callable[[str], Sequence[str]] = str.split) -> None:
        self._split = split
        self._numbers = {"": 0}
        self._words = [""]

    def of(self, text: str) -> list[int]:
        """Return the number of each word of a text."""
        return [self._number(word) for word in self._split(text)]

    def words(self, numbers: Iterable[int]) -> list[str]:
        """Return the words of numbers, the empty word for 0."""
        return [self._words[number] for number in numbers]

    def text(self, numbers: Iterable[int]) -> str:
        """Return the words of numbers with a space between them, those left out gone."""
        return " ".join(word for word in self.words(numbers) if word)

    def _number(self, word: str) -> int:
        if word not in self._numbers:
            self._numbers[word] = len(self._words)
            self._words.append(word)
        return self._numbers[word]

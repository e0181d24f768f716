"""A writer of reasoning that needs no endpoint: it names the words for which one of our models gives the label."""

from __future__ import annotations

import json
import re

import numpy as np

from affekt.affect.convert import convert_probabilities
from affekt.analysis.explain import UNIT
from affekt.inference.text import AnyReader
from affekt.language.chat import Prompt, Reply, Settings
from affekt.types import LabelSpace

_TEXT = re.compile(r"^Text: (\".*\")$", re.MULTILINE)
_LABEL = re.compile(r"^Label: (\".*\")$", re.MULTILINE)
_LEAST, _SHARE = 0.005, 0.3


class EvidenceWriter:
    """Answers the prompt of `ask_for_reasoning` with the words whose masking lowers the label's probability most.

    A chat model in form, so that the same step asks it and any endpoint; no language model in fact: what it says is
    the evidence of `reader`, strongest first, in one fixed sentence. With `blind` the words are drawn at random from
    the text by a hash of it, as many as it would have named: the control that has the form and not the content.
    """

    def __init__(self, reader: AnyReader, space: LabelSpace, *, words: int = 3, blind: bool = False) -> None:
        self.name = f"{words}-words-by-{reader.card.name}-{reader.card.version}{'-blind' if blind else ''}"
        self._reader, self._space, self._words, self._blind = reader, space, words, blind

    def keeps(self, prompt: Prompt, settings: Settings) -> bool:
        """Return False: nothing is kept, and nothing costs anything."""
        return False

    def reply(self, prompt: Prompt, settings: Settings) -> Reply:
        """Return the reasoning as JSON."""
        content = prompt[0].content
        text = str(json.loads(_TEXT.findall(content)[-1]))
        label = str(json.loads(_LABEL.findall(content)[-1]))
        words = self.words(text, label)
        if self._blind:
            all_words = list(dict.fromkeys(match.group().casefold() for match in UNIT.finditer(text)))
            random = np.random.default_rng(list(text.encode("utf-8", "replace")))
            words = [all_words[place] for place in random.permutation(len(all_words))[: len(words)]]
        told = f"What matters here: {', '.join(words)}." if words else "Nothing in particular matters here."
        return Reply(json.dumps({"reasoning": told}, ensure_ascii=False), requests=0)

    def words(self, text: str, label: str) -> list[str]:
        """Return the words that speak for `label`, the strongest first, each once."""
        units = [match.span() for match in UNIT.finditer(text)]
        pieces = [self._reader.pieces(text[a:b]) for a, b in units]
        whole = [piece for unit in pieces for piece in unit]
        if not whole:
            return []
        masked, place = [whole], 0
        for unit in pieces:
            masked.append([*whole[:place], *([0] * len(unit)), *whole[place + len(unit) :]])
            place += len(unit)
        probabilities = np.nan_to_num(self._reader.estimate_pieces(masked).probabilities, nan=0.0)
        found = convert_probabilities(probabilities, self._reader.card.space, self._space)
        weights = found[0, self._space.index(label)] - found[1:, self._space.index(label)]
        # A word that matters much less than the strongest is noise beside it.
        least = max(_LEAST, _SHARE * float(weights.max()))
        order = [i for i in np.argsort(-weights) if weights[i] >= least]
        return list(dict.fromkeys(text[slice(*units[i])].casefold() for i in order))[: self._words]

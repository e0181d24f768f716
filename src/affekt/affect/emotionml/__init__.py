"""Readings and reports as EmotionML 1.0 (W3C Recommendation, 22 May 2014), and back.

How a reading is written:

- A label of an emotion space is a ``<category>``, and its probability the ``confidence`` that it holds; a
  label of appraisals is an ``<appraisal>`` in the same way; one of an instrument, of wellness or of
  traits is a ``<dimension>`` with the number as its ``value``. The space is a ``<vocabulary>`` in the document,
  except where it is itself a standard vocabulary (`emotionml_vocabularies`), which is named by its address.
- Names in a vocabulary are XML name tokens: any other character of a label is written ``_xHHHH_``.
- Valence, arousal and dominance in [-1, 1] are pleasure, arousal and dominance of ``pad-dimensions`` as
  (x + 1) / 2; intensity is that of ``intensity-dimension`` as it is. What does not fit one ``<emotion>``, which
  may name only one set of dimensions, follows in another that says what it is part of.
- A span is the fragment of a ``<reference>``: ``#char=10,20`` (RFC 5147) or ``#t=1.5,2.25`` (Media Fragments), the
  latter also as ``offset-to-start`` and ``duration`` in whole milliseconds.
- What EmotionML has no word for (thresholds, deviations, evidence, opinions, provenance, the text) stands in
  ``<info>``, in affekt's own namespace. Free text there is a JSON string, since XML cannot hold every character.

Reading takes documents of others too: without a ``confidence`` the ``value`` of a category is taken, without
either 1; a category that is not mentioned has 0.
"""

from __future__ import annotations

from affekt.affect.emotionml.reading import EmotionDocument, read_emotionml
from affekt.affect.emotionml.rules import EMOTIONML, Problem, validate
from affekt.affect.emotionml.vocabularies import VOCABULARIES, Vocabulary, find_vocabulary
from affekt.affect.emotionml.writing import NAMESPACE, EmotionTrace, write_emotionml

__all__ = [
    "EMOTIONML",
    "NAMESPACE",
    "VOCABULARIES",
    "EmotionDocument",
    "EmotionTrace",
    "Problem",
    "Vocabulary",
    "find_vocabulary",
    "read_emotionml",
    "validate",
    "write_emotionml",
]

"""The standard vocabularies of EmotionML: W3C Group Note "Vocabularies for EmotionML", 1 April 2014.

Lists and identifiers were checked against the ``emotion-voc`` file that DFKI's EmotionML checker bundles.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

from affekt.errors import unknown_name
from affekt.types import Kind, LabelSpace

VocabularyType = Literal["category", "dimension", "appraisal", "action-tendency"]
VOCABULARY_TYPES: tuple[VocabularyType, ...] = get_args(VocabularyType)
BASE = "http://www.w3.org/TR/emotion-voc/xml"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A named list of what one kind of description may say. `source` is the study it is from."""

    name: str
    type: VocabularyType
    items: tuple[str, ...]
    source: str

    @property
    def uri(self) -> str:
        """Its identifier in EmotionML documents."""
        return f"{BASE}#{self.name}"

    @property
    def space(self) -> LabelSpace:
        """The vocabulary as a label space: several categories may hold at once."""
        kinds: dict[VocabularyType, Kind] = {
            "category": "multi-label",
            "dimension": "instrument",
            "appraisal": "appraisals",
            "action-tendency": "appraisals",
        }
        return LabelSpace(self.name, self.items, kinds[self.type], self.source)


_ALL = (
    Vocabulary(
        *("big6", "category", ("anger", "disgust", "fear", "happiness", "sadness", "surprise")),
        "Ekman (1972), Universals and cultural differences in facial expressions of emotion",
    ),
    Vocabulary(
        "everyday-categories",
        "category",
        (
            *("affectionate", "afraid", "amused", "angry", "bored", "confident", "content", "disappointed", "excited"),
            *("happy", "interested", "loving", "pleased", "relaxed", "sad", "satisfied", "worried"),
        ),
        "Cowie, Douglas-Cowie, Appolloni, Taylor, Romano & Fellenz (1999), What a neural net needs to know about "
        "emotion words, Computational Intelligence and Applications, 109-114",
    ),
    Vocabulary(
        "occ-categories",
        "category",
        (
            *("admiration", "anger", "disappointment", "distress", "fear", "fears-confirmed", "gloating"),
            *("gratification", "gratitude", "happy-for", "hate", "hope", "joy", "love", "pity", "pride", "relief"),
            *("remorse", "reproach", "resentment", "satisfaction", "shame"),
        ),
        "Ortony, Clore & Collins (1988), The Cognitive Structure of Emotions, Cambridge University Press",
    ),
    Vocabulary(
        "fsre-categories",
        "category",
        (
            *("anger", "anxiety", "being-hurt", "compassion", "contempt", "contentment", "despair", "disappointment"),
            *("disgust", "fear", "guilt", "happiness", "hate", "interest", "irritation", "jealousy", "joy", "love"),
            *("pleasure", "pride", "sadness", "shame", "stress", "surprise"),
        ),
        "Fontaine, Scherer, Roesch & Ellsworth (2007), The world of emotions is not two-dimensional, Psychological "
        "Science 18(12), 1050-1057",
    ),
    Vocabulary(
        "frijda-categories",
        "category",
        (
            *("anger", "arrogance", "desire", "disgust", "enjoyment", "fear", "humility", "indifference", "interest"),
            *("resignation", "shock", "surprise"),
        ),
        "Frijda (1986), The Emotions, Cambridge University Press",
    ),
    Vocabulary(
        *("pad-dimensions", "dimension", ("pleasure", "arousal", "dominance")),
        "Mehrabian (1996), Pleasure-arousal-dominance, Current Psychology 14(4), 261-292",
    ),
    Vocabulary(
        *("fsre-dimensions", "dimension", ("valence", "potency", "arousal", "unpredictability")),
        "Fontaine, Scherer, Roesch & Ellsworth (2007), The world of emotions is not two-dimensional, Psychological "
        "Science 18(12), 1050-1057",
    ),
    Vocabulary("intensity-dimension", "dimension", ("intensity",), "Vocabularies for EmotionML, W3C (2014)"),
    Vocabulary(
        "occ-appraisals",
        "appraisal",
        (
            *("desirability", "praiseworthiness", "appealingness", "desirability-for-other", "deservingness"),
            *(
                "liking",
                "likelihood",
                "effort",
                "strength-of-identification",
                "expectation-of-deviation",
                "familiarity",
            ),
        ),
        "Ortony, Clore & Collins (1988), The Cognitive Structure of Emotions, Cambridge University Press",
    ),
    Vocabulary(
        "scherer-appraisals",
        "appraisal",
        (
            *("suddenness", "familiarity", "predictability", "intrinsic-pleasantness", "relevance-person"),
            *("relevance-relationship", "relevance-social-order", "outcome-probability"),
            *("consonant-with-expectation", "goal-conduciveness", "urgency", "agent-self", "agent-other"),
            *("agent-nature", "cause-intentional", "control", "power", "adjustment-possible", "norm-compatibility"),
            "self-compatibility",
        ),
        "Scherer (1984, 1999), stimulus evaluation checks",
    ),
    Vocabulary(
        "ema-appraisals",
        "appraisal",
        (
            *("relevance", "desirability", "agency", "blame", "likelihood", "unexpectedness", "urgency"),
            *("ego-involvement", "controllability", "changeability", "power", "adaptability"),
        ),
        "Gratch & Marsella (2004), A domain-independent framework for modeling emotion, Cognitive Systems Research "
        "5(4), 269-306",
    ),
    Vocabulary(
        "frijda-action-tendencies",
        "action-tendency",
        (
            *("approach", "avoidance", "being-with", "attending", "rejecting", "nonattending", "agonistic"),
            *("interrupting", "dominating", "submitting"),
        ),
        "Frijda (1986), The Emotions, Cambridge University Press",
    ),
)
VOCABULARIES: Mapping[str, Vocabulary] = MappingProxyType({vocabulary.name: vocabulary for vocabulary in _ALL})


def find_vocabulary(name: str) -> Vocabulary:
    """Return the standard vocabulary of that name or identifier. Raises `UnknownNameError`, which offers the nearest.

    >>> find_vocabulary("http://www.w3.org/TR/emotion-voc/xml#big6").items[3]
    'happiness'
    """
    short = name.removeprefix(f"{BASE}#")
    if short not in VOCABULARIES:
        raise unknown_name(
            "EmotionML vocabulary", name, VOCABULARIES, "affekt.affect.emotionml.vocabularies.VOCABULARIES"
        )
    return VOCABULARIES[short]

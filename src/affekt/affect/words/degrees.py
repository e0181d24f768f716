"""The small words of a phrase: how strong, not at all, and those that carry no emotion themselves.

Degree words are graded after Quirk, Greenbaum, Leech & Svartvik (1985), A Comprehensive Grammar of
the English Language, 8.104-8.115: maximizers and boosters raise, compromisers, diminishers and minimizers
lower. The numbers (2, 1.5, 0.75, 0.5, 0.25; 1 without any) only keep that order; they are not fitted.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_GRADES: Mapping[float, str] = MappingProxyType(
    {
        2.0: (
            "absolutely, altogether, completely, entirely, extremely, fully, perfectly, thoroughly, totally, utterly, "
            "incredibly, insanely, overwhelmingly, unbelievably, beyond"
        ),
        1.5: (
            "very, really, so, too, deeply, greatly, highly, intensely, strongly, terribly, awfully, truly, "
            "badly, super, most, much, particularly, especially, extra, so very, a lot, bloody, damn, profoundly"
        ),
        0.75: "rather, fairly, quite, pretty, moderately, reasonably, more or less, relatively, mostly",
        0.5: (
            "a bit, a little, a little bit, a touch, a tad, a shade, slightly, somewhat, mildly, faintly, vaguely, "
            "partly, half, kind of, kinda, sort of, sorta, a hint of, a trace of, a bit of, a touch of, a little of"
        ),
        0.25: "barely, hardly, scarcely, almost, nearly, a tiny bit, ever so slightly",
    }
)
DEGREES: Mapping[str, float] = MappingProxyType(
    {words: degree for degree, listed in _GRADES.items() for words in listed.split(", ")}
)
NEGATIONS = frozenset(
    (
        *("not", "no", "never", "without", "neither", "nor", "cannot", "far from", "free of", "free from"),
        *("lack of", "lacking", "anything but", "no longer", "not at all", "not a bit", "not in the least", "none of"),
        *("ain't", "aren't", "can't", "couldn't", "didn't", "doesn't", "don't", "hadn't", "hasn't", "haven't", "isn't"),
        *("wasn't", "weren't", "won't", "wouldn't", "shouldn't", "nothing like"),
    )
)
# They have a negation in them and deny nothing.
ADDITIVE = frozenset(
    {"not only", "not just", "not merely", "not simply", "not without", "nothing but", "no doubt", "no wonder"}
)
# End what a negation reaches; "or" and "nor" do not.
BREAKS = frozenset(
    {
        "and",
        "but",
        "yet",
        "though",
        "although",
        "however",
        "just",
        "only",
        "still",
        "because",
        "while",
        "instead",
        "plus",
    }
)
PLAIN = frozenset(
    (
        *("a", "an", "the", "this", "that", "these", "those", "some", "any", "all", "both", "each", "every", "such"),
        *("i", "me", "my", "mine", "myself", "you", "your", "yours", "yourself", "he", "him", "his", "she", "her"),
        *("hers", "it", "its", "we", "us", "our", "they", "them", "their", "who", "what", "which", "someone"),
        *("am", "is", "are", "was", "were", "be", "been", "being", "do", "does", "did", "have", "has", "had"),
        *("will", "would", "can", "could", "may", "might", "must", "shall", "should", "i'm", "i've", "i'd", "it's"),
        *("he's", "she's", "we're", "they're", "you're", "that's", "im", "get", "gets", "got", "getting", "become"),
        *("becomes", "becoming", "seem", "seems", "seemed", "look", "looks", "looked", "sound", "sounds", "sounded"),
        *("feel", "feels", "felt", "feeling", "feelings", "emotion", "emotions", "emotional", "mood", "sense", "state"),
        *("in", "on", "at", "of", "to", "for", "with", "from", "by", "about", "over", "under", "into", "as", "like"),
        *("than", "then", "there", "here", "now", "when", "if", "or", "also", "even", "ever", "maybe", "perhaps"),
        *("mix", "mixed", "mixture", "tinged", "hint", "full", "filled", "more", "less", "at", "once", "same", "time"),
        *("today", "right", "again", "together", "well", "how", "why", "up", "out", "left", "makes", "make", "made"),
    )
)

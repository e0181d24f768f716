"""Lists of emotion theories, and of the corpora built straight on them."""

from __future__ import annotations

from affekt.affect.citations import CITATIONS, cite
from affekt.types import LabelSpace

# A space without a neutral label is multi-label where a text may hold none of its emotions; an
# exclusive space always answers with one.
ALL = (
    LabelSpace(
        name="goemotions",
        # The order of the corpus's emotions.txt: the integers in its files index this tuple.
        labels=(
            *("admiration", "amusement", "anger", "annoyance", "approval", "caring", "confusion", "curiosity"),
            *("desire", "disappointment", "disapproval", "disgust", "embarrassment", "excitement", "fear"),
            *("gratitude", "grief", "joy", "love", "nervousness", "optimism", "pride", "realization", "relief"),
            *("remorse", "sadness", "surprise", "neutral"),
        ),
        kind="multi-label",
        source=CITATIONS["demszky2020"],
        neutral="neutral",
    ),
    LabelSpace(
        name="ekman",
        labels=("anger", "disgust", "fear", "joy", "sadness", "surprise"),
        kind="multi-label",
        source=CITATIONS["ekman1992"],
    ),
    LabelSpace(
        name="ekman-neutral",
        labels=("anger", "disgust", "fear", "joy", "sadness", "surprise", "neutral"),
        kind="exclusive",
        source=cite("[ekman1992]; with neutral, as in the Ekman level of [demszky2020]"),
        neutral="neutral",
    ),
    LabelSpace(
        name="sentiment",
        labels=("negative", "neutral", "positive"),
        kind="exclusive",
        source=CITATIONS["nakov2013"],
        neutral="neutral",
    ),
    LabelSpace(
        name="goemotions-sentiment",
        labels=("positive", "negative", "ambiguous", "neutral"),
        kind="multi-label",
        source=CITATIONS["demszky2020"],
        neutral="neutral",
    ),
    LabelSpace(
        name="plutchik",
        # Round the wheel: opposites are four apart.
        labels=("joy", "trust", "fear", "surprise", "sadness", "disgust", "anger", "anticipation"),
        kind="multi-label",
        source=CITATIONS["plutchik2001"],
    ),
    LabelSpace(
        name="plutchik-intensities",
        # Petal by petal round the wheel, each from mild to strong.
        labels=(
            *("serenity", "joy", "ecstasy", "acceptance", "trust", "admiration", "apprehension", "fear", "terror"),
            *("distraction", "surprise", "amazement", "pensiveness", "sadness", "grief", "boredom", "disgust"),
            *("loathing", "annoyance", "anger", "rage", "interest", "anticipation", "vigilance"),
        ),
        kind="multi-label",
        source=CITATIONS["plutchik2001"],
    ),
    LabelSpace(
        name="plutchik-dyads",
        # Mixtures of petals one, two and three apart; within a ring, from joy's on.
        labels=(
            *("love", "submission", "awe", "disapproval", "remorse", "contempt", "aggressiveness", "optimism"),
            *("guilt", "curiosity", "despair", "unbelief", "envy", "cynicism", "pride", "hope"),
            *("delight", "sentimentality", "shame", "outrage", "pessimism", "morbidness", "dominance", "anxiety"),
        ),
        kind="multi-label",
        source=CITATIONS["plutchik2001"],
    ),
    LabelSpace(
        name="parrott",
        labels=("love", "joy", "surprise", "anger", "sadness", "fear"),
        kind="multi-label",
        source=CITATIONS["parrott2001"],
    ),
    LabelSpace(
        name="parrott-secondary",
        labels=(
            *("affection", "lust", "longing", "cheerfulness", "zest", "contentment", "pride", "optimism"),
            *("enthrallment", "relief", "surprise", "irritation", "exasperation", "rage", "disgust", "envy"),
            *("torment", "suffering", "sadness", "disappointment", "shame", "neglect", "sympathy", "horror"),
            "nervousness",
        ),
        kind="multi-label",
        source=CITATIONS["parrott2001"],
    ),
    LabelSpace(
        name="parrott-tertiary",
        labels=(
            # love
            *("adoration", "affection", "love", "fondness", "liking", "attraction", "caring", "tenderness"),
            *("compassion", "sentimentality", "arousal", "desire", "lust", "passion", "infatuation", "longing"),
            # joy
            *("amusement", "bliss", "cheerfulness", "gaiety", "glee", "jolliness", "joviality", "joy", "delight"),
            *("enjoyment", "gladness", "happiness", "jubilation", "elation", "satisfaction", "ecstasy", "euphoria"),
            *("enthusiasm", "zeal", "zest", "excitement", "thrill", "exhilaration", "contentment", "pleasure"),
            *("pride", "triumph", "eagerness", "hope", "optimism", "enthrallment", "rapture", "relief"),
            # surprise
            *("amazement", "surprise", "astonishment"),
            # anger
            *("aggravation", "irritation", "agitation", "annoyance", "grouchiness", "grumpiness", "exasperation"),
            *("frustration", "anger", "rage", "outrage", "fury", "wrath", "hostility", "ferocity", "bitterness"),
            *("hate", "loathing", "scorn", "spite", "vengefulness", "dislike", "resentment", "disgust"),
            *("revulsion", "contempt", "envy", "jealousy", "torment"),
            # sadness
            *("agony", "suffering", "hurt", "anguish", "depression", "despair", "hopelessness", "gloom", "glumness"),
            *("sadness", "unhappiness", "grief", "sorrow", "woe", "misery", "melancholy", "dismay"),
            *("disappointment", "displeasure", "guilt", "shame", "regret", "remorse", "alienation", "isolation"),
            *("neglect", "loneliness", "rejection", "homesickness", "defeat", "dejection", "insecurity"),
            *("embarrassment", "humiliation", "insult", "pity", "sympathy"),
            # fear
            *("alarm", "shock", "fear", "fright", "horror", "terror", "panic", "hysteria", "mortification"),
            *("anxiety", "nervousness", "tenseness", "uneasiness", "apprehension", "worry", "distress", "dread"),
        ),
        kind="multi-label",
        source=CITATIONS["parrott2001"],
    ),
    LabelSpace(
        name="geneva-emotion-wheel",
        # Round the wheel: the pleasant half from most control to least, then the unpleasant half back up.
        labels=(
            *("interest", "amusement", "pride", "joy", "pleasure", "contentment", "love", "admiration", "relief"),
            *("compassion", "sadness", "guilt", "regret", "shame", "disappointment", "fear", "disgust", "contempt"),
            *("hate", "anger"),
        ),
        kind="multi-label",
        source=cite(
            "[scherer2013]: version 3.0, each family with rings from low to high intensity; its two further answers, "
            "'none' and 'other', stand outside the wheel"
        ),
    ),
    LabelSpace(
        name="mikels",
        labels=("amusement", "anger", "awe", "contentment", "disgust", "excitement", "fear", "sadness"),
        kind="exclusive",
        source=cite("[mikels2005]; in this order the labels of EmoSet: [yang2023]"),
    ),
)

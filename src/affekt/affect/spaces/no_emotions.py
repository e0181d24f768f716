"""What stands beside emotions and does not become them: appraisals, instruments, wellness, traits, tags."""

from __future__ import annotations

from affekt.affect.citations import CITATIONS, cite
from affekt.types import LabelSpace

ALL = (
    LabelSpace(
        name="enisear-appraisals",
        labels=("attention", "certainty", "effort", "pleasant", "responsibility", "control", "circumstance"),
        kind="appraisals",
        source=CITATIONS["hofmann2020"],
    ),
    LabelSpace(
        name="crowd-envent-appraisals",
        labels=(
            *("suddenness", "familiarity", "predict_event", "pleasantness", "unpleasantness", "goal_relevance"),
            *("chance_responsblt", "self_responsblt", "other_responsblt", "predict_conseq", "goal_support"),
            *("urgency", "self_control", "other_control", "chance_control", "accept_conseq", "standards"),
            *("social_norms", "attention", "not_consider", "effort"),
        ),
        kind="appraisals",
        source=cite("[troiano2023], each on a scale from 1 to 5; spelled as in the corpus's files"),
    ),
    LabelSpace(
        name="x-envent-appraisals",
        labels=(
            *("suddenness", "familiarity", "pleasantness", "understand", "goal_relevance", "self_responsibility"),
            *("other_responsibility", "situational_responsibility", "effort", "exert", "attend", "consider"),
            *("outcome_probability", "expectation_discrepancy", "goal_conduciveness", "urgency", "self_control"),
            *("other_control", "situational_control", "adjustment_check", "internal_check", "external_check"),
        ),
        kind="appraisals",
        source=cite("[troiano2022], each on a scale from 1 to 5; spelled as in the corpus's files"),
    ),
    LabelSpace(
        name="panas",
        labels=(
            *("interested", "distressed", "excited", "upset", "strong", "guilty", "scared", "hostile"),
            *("enthusiastic", "proud", "irritable", "alert", "ashamed", "inspired", "nervous", "determined"),
            *("attentive", "jittery", "active", "afraid"),
        ),
        kind="instrument",
        source=cite("[watson1988], each item on a scale from 1 to 5; ten add up to positive affect, ten to negative"),
    ),
    LabelSpace(
        name="sam",
        labels=("valence", "arousal", "dominance"),
        kind="instrument",
        source=cite("[bradley1994], each on a row of five figures, usually scored from 1 to 9"),
    ),
    LabelSpace(
        name="wellness",
        labels=("spiritual", "physical", "intellectual", "social", "vocational", "emotional"),
        kind="wellness",
        source=cite("the six of MultiWD, after Halbert Dunn's wellness, as used by [mohammadi2024]"),
    ),
    LabelSpace(
        name="big-five",
        labels=("openness", "conscientiousness", "extraversion", "agreeableness", "neuroticism"),
        kind="traits",
        source=CITATIONS["costa1992"],
    ),
    LabelSpace(
        name="16pf",
        labels=(
            *("warmth", "reasoning", "emotional stability", "dominance", "liveliness", "rule-consciousness"),
            *("social boldness", "sensitivity", "vigilance", "abstractedness", "privateness", "apprehension"),
            *("openness to change", "self-reliance", "perfectionism", "tension"),
        ),
        kind="traits",
        source=CITATIONS["cattell1993"],
    ),
    LabelSpace(
        name="mtg-jamendo-moodtheme",
        labels=(
            *("action", "adventure", "advertising", "background", "ballad", "calm", "children", "christmas"),
            *("commercial", "cool", "corporate", "dark", "deep", "documentary", "drama", "dramatic", "dream"),
            *("emotional", "energetic", "epic", "fast", "film", "fun", "funny", "game", "groovy", "happy", "heavy"),
            *("holiday", "hopeful", "inspiring", "love", "meditative", "melancholic", "melodic", "motivational"),
            *("movie", "nature", "party", "positive", "powerful", "relaxing", "retro", "romantic", "sad", "sexy"),
            *("slow", "soft", "soundscape", "space", "sport", "summer", "trailer", "travel", "upbeat", "uplifting"),
        ),
        kind="tags",
        source=cite("[bogdanov2019]; moods beside themes, as its musicians tagged their tracks"),
    ),
    LabelSpace(
        name="att-hack",
        # In the order of the paper.
        labels=("friendly", "seductive", "dominant", "distant"),
        kind="tags",
        source=cite("[lemoine2020]; attitudes that a speaker takes to the one spoken to"),
    ),
)

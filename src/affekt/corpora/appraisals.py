"""The appraisal dimensions of four corpora under shared names, so that their numbers can stand in one column.

The names are crowd-enVENT's where it asks the same question (compared by the wording of each corpus's
guidelines), and the corpus's own where it does not. `QUESTIONS` says what every name means.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

# Appraisal enISEAR: Hofmann et al. 2020, COLING, section 3; x-enVENT: its guidelines.pdf, definition 4;
# APPReddit: its annotation guidelines; crowd-enVENT: Troiano et al. 2023, table 3.
QUESTIONS: Mapping[str, str] = MappingProxyType(
    {
        "suddenness": "the event was sudden or abrupt",
        "familiarity": "the event was familiar to the experiencer",
        "predict_event": "the experiencer could have predicted that the event would occur",
        "unexpectedness": "the event was unexpected, took the experiencer unaware",
        "pleasantness": "the event was pleasant for the experiencer, agreed with what they want",
        "unpleasantness": "the event was unpleasant for the experiencer",
        "goal_relevance": "the event was important or relevant for the experiencer's goals",
        "goal_support": "the event was positive or had positive consequences for the experiencer",
        "chance_responsblt": "the event was caused by chance or special circumstances",
        "self_responsblt": "the event was caused by the experiencer's own behaviour",
        "other_responsblt": "the event was caused by somebody else's behaviour",
        "certainty": "the experiencer was certain of what was happening",
        "predict_conseq": "the experiencer could anticipate the consequences of the event",
        "urgency": "the event required an immediate response",
        "self_control": "the experiencer had the capacity to affect what was going on",
        "other_control": "someone or something other than the experiencer was influencing what was going on",
        "chance_control": "the situation was the result of outside influences of which nobody had control",
        "accept_conseq": "the experiencer could live with the consequences of the event",
        "standards": "the event clashed with the experiencer's ideals and standards",
        "social_norms": "the event violated laws or social norms",
        "attention": "the experiencer had to pay attention to the situation",
        "not_consider": "the experiencer wanted to shut the situation out of their mind",
        "consider": "the experiencer wanted to consider the situation",
        "effort": "the situation required a great deal of energy of the experiencer",
        "exert": "the experiencer felt they needed to exert themselves to handle the event",
    }
)

# What a corpus calls a dimension → the shared name; what is not listed has the shared name already.
X_ENVENT: Mapping[str, str] = MappingProxyType(
    {
        **{"self_responsibility": "self_responsblt", "other_responsibility": "other_responsblt"},
        **{"situational_responsibility": "chance_responsblt", "situational_control": "chance_control"},
        **{"understand": "certainty", "attend": "attention", "outcome_probability": "predict_conseq"},
        **{"expectation_discrepancy": "unexpectedness", "goal_conduciveness": "goal_support"},
        **{"adjustment_check": "accept_conseq", "internal_check": "standards", "external_check": "social_norms"},
    }
)
ENISEAR: Mapping[str, str] = MappingProxyType(
    {
        **{"attention": "attention", "certainty": "certainty", "effort": "effort", "pleasant": "pleasantness"},
        **{"responsibility": "self_responsblt", "control": "self_control", "circumstance": "chance_control"},
    }
)
APPREDDIT: Mapping[str, str] = MappingProxyType(
    {
        **{"unexpectedness": "unexpectedness", "certainty": "certainty", "consistency": "pleasantness"},
        "control": "self_control",
    }
)

"""Corpora of biosignals without a reader."""

from __future__ import annotations

from affekt.cards import CorpusCard

CARDS = (
    CorpusCard(
        name="sri_adv",
        summary="SRI-ADV: EEG and gaze of over 4,600 viewers of 498 Chinese advertisements, pooled by audience group",
        modality="physiology",
        space=None,
        licence="not stated in its repository",
        permissive=False,
        homepage="https://github.com/suay1113/HMLLM",
        citation="Hypergraph Multi-modal Large Language Model: Exploiting EEG and Eye-tracking Modalities to Evaluate "
        "Heterogeneous Responses for Video Understanding, 2024",
        files=(),
        rows={"train": 426, "test": 72},
        languages=("zh",),
        notes="Rows are videos. Indicators: engagement, emotion, eye-movement ratio, in classes; 145,107 training "
        "questions; raw signals are not published as far as the README tells.",
        access="request",
        layout="unverified",
        sensitive="signals of people's brains and eyes",
        raters="none: indicators computed from signals",
        speakers="viewers are pooled by age, sex and profession; videos are disjoint",
        papers=("hmllm-sri-adv",),
    ),
)

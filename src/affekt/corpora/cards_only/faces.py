"""Face corpora without a reader."""

from __future__ import annotations

from affekt.cards import CorpusCard

CARDS = (
    CorpusCard(
        name="affectnet_b",
        summary="AffectNet faces labelled anew: a distribution over basic and compound emotions from valence-arousal",
        modality="face",
        space=None,
        licence="not verified (the images are AffectNet's)",
        permissive=False,
        homepage="https://github.com/jbcnrlz/affectnet-b-annotation",
        citation="Revisiting Emotions Representation for Recognition in the Wild, 2025",
        files=(),
        rows={},
        languages=(),
        notes="Annotations only, computed from AffectNet's own valence and arousal; the images need AffectNet's "
        "agreement. The layout was not seen.",
        access="agreement",
        layout="unverified",
        raters="none: computed",
        papers=("emotion-mixture-vad",),
    ),
    CorpusCard(
        name="aff_wild",
        summary="Aff-Wild: the first set of in-the-wild videos with per-frame valence-arousal, now part of Aff-Wild2",
        modality="video",
        space=None,
        licence="by mail to the makers, for non-commercial research",
        permissive=False,
        homepage="http://ibug.doc.ic.ac.uk/resources/first-affect-wild-challenge",
        citation="Zafeiriou et al. 2017, Aff-Wild: Valence and Arousal in-the-wild Challenge, CVPR Workshops",
        files=(),
        rows={},
        languages=(),
        notes="Its videos are in Aff-Wild2: never test on the one what was trained on the other.",
        access="request",
        layout="unverified",
        papers=("affwild-unified",),
    ),
    CorpusCard(
        name="fea_20k",
        summary="FEA-20K: action units, emotion and a written reasoning for faces of seven other corpora",
        modality="face",
        space=None,
        licence="not verified (annotations only; each image is its own corpus's)",
        permissive=False,
        homepage="https://huggingface.co/datasets/QBiscuits/FEA-20K",
        citation="Wu et al. 2026, Facial-R1: Aligning Reasoning and Recognition for Facial Emotion Analysis, AAAI",
        files=(),
        rows={"train": 17737, "test": 1688},
        languages=("en",),
        notes="JSON lines with id, dataset, image, question, AUs, labels, description, meta_info (README of "
        "RobitsG/Facial-R1). Images: DISFA, BP4D, RAF-AU, FER2013, AffectNet, RAF-DB, FABA, from their makers. The "
        "reasoning was written by models, in stages.",
        access="open",
        layout="unverified",
        raters="labels of the source corpora; text by language models",
        speakers="those of the source corpora",
        papers=("facial-r1",),
    ),
    CorpusCard(
        name="multi_expr",
        summary="Multi-Expr and ExprBench: videos of several and of single portraits for expression-driven animation",
        modality="video",
        space=None,
        licence="not verified",
        permissive=False,
        homepage="https://fantasy-amap.github.io/fantasy-portrait/",
        citation="FantasyPortrait: Enhancing Multi-Character Portrait Animation with Expression-Augmented Diffusion "
        "Transformers, 2025",
        files=(),
        rows={},
        languages=(),
        notes="No emotion labels: expressions are implicit. Whether the data are released was not verified.",
        access="request",
        layout="unverified",
        papers=("fantasyportrait",),
    ),
)

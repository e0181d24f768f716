"""Image corpora without a reader: people in context, and what a picture makes its viewers feel."""

from __future__ import annotations

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard

CARDS = (
    CorpusCard(
        name="emotic",
        summary="EMOTIC: people in context, several of 26 categories and valence, arousal, dominance each",
        modality="image",
        space=find_space("emotic"),
        licence="non-commercial research and education only",
        permissive=False,
        homepage="https://github.com/rkosti/emotic",
        citation="Kosti et al. 2019, Context Based Emotion Recognition using EMOTIC Dataset, IEEE TPAMI",
        files=(),
        rows={},
        languages=(),
        notes="Annotations come as a MATLAB file, which base affekt does not read; size and file layout were not "
        "verified. Valence, arousal, dominance 1 to 10.",
        access="request",
        layout="unverified",
        raters="one annotator in train, several in validation and test, as the paper has it",
        speakers="no identities",
        papers=("emotic",),
    ),
    CorpusCard(
        name="emoset",
        summary="EmoSet: 118,102 pictures labelled by people with Mikels' eight and six attributes; 3.3 million in all",
        modality="image",
        space=find_space("mikels"),
        licence="not verified",
        permissive=False,
        homepage="https://vcc.tech/EmoSet",
        citation="Yang et al. 2023, EmoSet: A Large-scale Visual Emotion Dataset with Rich Attributes, ICCV",
        files=(),
        rows={"all": 118102},
        languages=(),
        notes="Attributes: brightness, colorfulness, scene type, object class, facial expression, human action. That "
        "the eight are Mikels' was taken from papers that use it, and the layout was not verified.",
        access="request",
        layout="unverified",
        raters="several people each picture; number not verified",
        papers=("emoset",),
    ),
    CorpusCard(
        name="emo8",
        summary="Emo8: cartoon, natural, realistic, science-fiction and advertising pictures with eight emotions",
        modality="image",
        space=None,
        licence="not stated for the pictures (the code is MIT)",
        permissive=False,
        homepage="https://github.com/chincharles/u-emo",
        citation="Chen, Sun & Liu 2024, UniEmoX: Cross-modal Semantic-Guided Large-Scale Pretraining for Universal "
        "Scene Emotion Perception",
        files=(),
        rows={},
        languages=(),
        notes="Linked from the home with splits on a file host; size, label names and layout were not verified.",
        access="open",
        layout="unverified",
        papers=("uniemox",),
    ),
    CorpusCard(
        name="emoreason",
        summary="EmoReason: emotion instructions for pictures, written by models, to train small vision-language "
        "models",
        modality="image",
        space=None,
        licence="not verified",
        permissive=False,
        homepage="https://huggingface.co/collections/ggcristian/tinyemo-emoreason-dataset-66fd16963c945fb7058a8f55",
        citation="Gutierrez 2024, TinyEmo: Scaling down Emotional Reasoning via Metric Projection",
        files=(),
        rows={},
        languages=("en",),
        notes="Built on several picture corpora (Emotion6, FI, ArtPhoto, Abstract, UnbiasedEmo among those scored), "
        "whose licences bind too.",
        access="open",
        layout="unverified",
        raters="none: written by models",
        papers=("tinyemo",),
    ),
    CorpusCard(
        name="user_vlm_360",
        summary="User-VLM 360: conversations about a user's picture, with demographic, emotional and relational data",
        modality="image",
        space=None,
        licence="not verified",
        permissive=False,
        homepage="https://huggingface.co/ACIDE",
        citation="Rahimi et al. 2025, User-VLM 360: Personalized Vision Language Models with User-aware Tuning for "
        "Social Human-Robot Interactions",
        files=(),
        rows={},
        languages=("en",),
        notes="Several sets of instructions; names, sizes and layout were not verified.",
        access="open",
        layout="unverified",
        papers=("user-vlm-360",),
    ),
)

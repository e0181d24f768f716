"""Text corpora without a reader."""

from __future__ import annotations

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard

CARDS = (
    CorpusCard(
        name="tone",
        summary="TONE: emotion terms under each node of Parrott's three tiers, with links between emotions (OWL)",
        modality="text",
        space=find_space("parrott-tertiary"),
        licence="not verified",
        permissive=False,
        homepage="https://arxiv.org/abs/2401.06810",
        citation="Gupta, Garg & Dandapat 2024, TONE: A 3-Tiered ONtology for Emotion analysis",
        files=(),
        rows={},
        languages=("en",),
        notes="An ontology, not rated text. No home could be verified: the address is the paper's. Links: "
        "isOppositeOf, isComposedOf and a leads-to relation. affekt's own hierarchy (`affekt spaces parrott`) holds "
        "Parrott's terms, not TONE's vocabulary.",
        access="request",
        layout="unverified",
        raters="one annotator with strong English chosen by a quiz; people judged the result",
        papers=("tone",),
    ),
    CorpusCard(
        name="emo_pillars",
        summary="400,000 sentences written and labelled by a language model, 100,000 with their story context",
        modality="text",
        space=find_space("goemotions"),
        licence="not verified",
        permissive=False,
        homepage="https://aclanthology.org/2025.findings-acl.10/",
        citation="Shvets 2025, Emo Pillars: Knowledge Distillation to Support Fine-Grained Context-Aware and "
        "Context-Less Emotion Classification, Findings of ACL",
        files=(),
        rows={},
        languages=("en",),
        notes="The address is the paper's; the makers' own home was not verified (a preprocessed copy of the "
        "context-less part is redistributed as Apache-2.0). Labels are GoEmotions' 28, given softly by Mistral-7b.",
        access="open",
        layout="unverified",
        raters="a language model; people checked a sample",
        papers=("emo-pillars",),
    ),
    CorpusCard(
        name="ren_20k",
        summary="REN-20k: news with the share of readers who felt each emotion",
        modality="text",
        space=None,
        licence="not verified",
        permissive=False,
        homepage="",
        citation="REDAffectiveLM: Leveraging Affect Enriched Embedding and Transformer-based Neural Language Model for "
        "Readers' Emotion Detection, 2023",
        files=(),
        rows={},
        languages=("en",),
        notes="No home: none was found; ask the authors. Readers' emotion votes per document; label set, size and "
        "language (English here) were not verified. Its smaller sister is RENh-4k.",
        access="request",
        layout="none public",
        raters="readers of a news site; number per document not verified",
        papers=("redaffectivelm",),
    ),
    CorpusCard(
        name="dens",
        summary="DENS: passages of novels from Project Gutenberg and Wattpad, one of nine emotions each",
        modality="text",
        space=None,
        licence="not verified (part of the passages are Wattpad authors')",
        permissive=False,
        homepage="https://aclanthology.org/D19-1656/",
        citation="Liu, Osama & de Andrade 2019, DENS: A Dataset for Multi-class Emotion Analysis, EMNLP-IJCNLP",
        files=(),
        rows={},
        languages=("en",),
        notes="The address is the paper's; the data's own home was not verified. Nine classes, built on Plutchik's, "
        "with a mark for annotator agreement; their names and the number of passages were not verified.",
        access="request",
        layout="unverified",
        raters="workers of Amazon Mechanical Turk; number per passage not verified",
        papers=("dens",),
    ),
    CorpusCard(
        name="kpoem",
        summary="KPoEM: lines and whole works of modern Korean poetry, several of 44 emotions each",
        modality="text",
        space=find_space("kpoem"),
        licence="MIT",
        permissive=True,
        homepage="https://huggingface.co/datasets/AKS-DHLAB/KPoEM",
        citation="Lim, Ji & Kim 2026, KPoEM: A Human-Annotated Dataset for Emotion Classification and RAG-Based Poetry "
        "Generation in Korean Modern Poetry, The Review of Korean Studies 29(1):161-206",
        files=(),
        rows={},
        languages=("ko",),
        notes="The paper gives 7,662 entries of which 7,007 are lines and 615 works, which add up to 7,622; the files "
        "were not seen. Also on Zenodo.",
        access="open",
        layout="unverified",
        raters="several annotators; number per entry not verified",
        papers=("kpoem",),
    ),
    CorpusCard(
        name="ethioemo",
        summary="EthioEmo: social-media texts in Amharic, Oromo, Somali, Tigrinya, several emotions with intensity",
        modality="text",
        space=None,
        licence="MIT",
        permissive=True,
        homepage="https://huggingface.co/datasets/Tadesse/EthioEmo",
        citation="Belay et al. 2025, Enhancing Multi-Label Emotion Analysis and Corresponding Intensities for "
        "Ethiopian Languages",
        files=(),
        rows={},
        languages=("am", "om", "so", "ti"),
        notes="{train,dev,test}/{amh,orm,som,tir}.csv and amh-int.csv with intensities; its viewer shows 5,920 "
        "Amharic, 5,740 Oromo, 5,650 Somali and 6,140 Tigrinya rows (rounded). The header was not seen.",
        access="open",
        layout="unverified",
        raters="number per text not verified",
        papers=("ethioemo-intensity",),
    ),
    CorpusCard(
        name="measles_videos",
        summary="titles and descriptions of 4,011 videos on the 2024 measles outbreak: sentiment, subjectivity, "
        "emotion",
        modality="text",
        space=None,
        licence="not verified (IEEE DataPort)",
        permissive=False,
        homepage="https://dx.doi.org/10.21227/40s8-xf63",
        citation="A Labelled Dataset for Sentiment Analysis of Videos on YouTube, TikTok, and Other Sources about the "
        "2024 Outbreak of Measles, 2024",
        files=(),
        rows={"all": 4011},
        languages=("en",),
        notes="Fine-grained classes: fear, surprise, joy, sadness, anger, disgust, neutral; sentiment in three "
        "classes; subjectivity in three. 264 sites, January to May 2024. The labels of titles and of descriptions come "
        "from VADER, TextBlob and a DistilRoBERTa, as the abstract says: `affekt annotate --add "
        "polarity,subjectivity,emotions` makes the like for any table. Free at "
        "https://zenodo.org/doi/10.5281/zenodo.11711229; column names and language (English here) were not verified.",
        access="open",
        layout="unverified",
        papers=("measles-video-sentiment",),
    ),
)

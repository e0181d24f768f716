"""Speech corpora without a reader."""

from __future__ import annotations

from affekt.cards import CorpusCard

CARDS = (
    CorpusCard(
        name="cameo",
        summary="13 public emotional speech corpora under one schema of emotion states, for multilingual benchmarks",
        modality="speech",
        space=None,
        licence="that of each source corpus, named in its license column; the collection CC BY-NC-SA 4.0",
        permissive=False,
        homepage="https://huggingface.co/datasets/amu-cai/CAMEO",
        citation="Christop & Czajka 2025, CAMEO: Collection of Multilingual Emotional Speech Corpora",
        files=(),
        rows={},
        languages=("bn", "de", "en", "es", "fr", "it", "pl", "ru"),
        notes="Columns file_id, audio, emotion, transcription, speaker_id, gender, age, dataset, language, license. "
        "Sources seen in its configuration list: CaFE, CREMA-D, EMNS, Emozionalmente, JL-Corpus, nEMO, Oreau, "
        "PAVOQUE, RAVDESS, RESD, SUBESCO and others (the whole list was not verified). It is a test collection: one "
        "split per source corpus.",
        access="open",
        layout="unverified",
        raters="those of the source corpora",
        speakers="no training split; speakers of a source corpus are all in its one split",
        papers=("cameo",),
    ),
    CorpusCard(
        name="emoset_pp",
        summary="EmoSet++: 37 speech emotion corpora with 150,907 samples (119.5 hours) mapped to one label scheme",
        modality="speech",
        space=None,
        licence="that of each of the 37 source corpora; the collection itself is not distributed",
        permissive=False,
        homepage="https://huggingface.co/amiriparian/ExHuBERT",
        citation="Amiriparian et al. 2024, ExHuBERT: Enhancing HuBERT Through Block Extension and Fine-Tuning on 37 "
        "Emotion Datasets, Interspeech",
        files=(),
        rows={"all": 150907},
        languages=(),
        notes="The home is that of the model: only weights are published. Each source corpus has to be had from its "
        "own makers. The list of the 37 corpora and its languages were not verified.",
        access="not public",
        layout="none public",
        raters="those of the source corpora",
        papers=("exhubert",),
    ),
    CorpusCard(
        name="cusemo",
        summary="real customer service calls with continuous emotion traces and context (gender, empathy level)",
        modality="speech",
        space=None,
        licence="none: the recordings are a company's and are not published",
        permissive=False,
        homepage="https://arxiv.org/abs/2310.02281",
        citation="Feng & Devillers 2023, End-to-End Continuous Speech Emotion Recognition in Real-life Customer "
        "Service Call Center Conversations, ACIIW",
        files=(),
        rows={},
        languages=("fr",),
        notes="No home of its own: the address is the paper's. Funded by a company; no release was found. The language "
        "(French here) was not verified. Ask the authors.",
        access="not public",
        layout="none public",
        sensitive="real calls of customers",
        papers=("cusemo",),
    ),
    CorpusCard(
        name="naturalvoices",
        summary="NaturalVoices: 5,049 hours of spontaneous podcast speech, annotated by machine for voice conversion",
        modality="speech",
        space=None,
        licence="not verified",
        permissive=False,
        homepage="https://huggingface.co/JHU-SmileLab",
        citation="NaturalVoices: A Large-Scale, Spontaneous and Emotional Podcast Dataset for Voice Conversion, 2025",
        files=(),
        rows={},
        languages=("en",),
        notes="Emotion categories and attributes, speech quality, transcripts, speaker identity and sound events are "
        "the answers of models, not of people. Language (English here), licence and layout were not verified.",
        access="open",
        layout="unverified",
        raters="none: machine annotation",
        speakers="thousands of speakers; splits not verified",
        papers=("naturalvoices",),
    ),
    CorpusCard(
        name="deepdialogue",
        summary="DeepDialogue: 40,150 dialogues written by language models, spoken with 20 emotions by speech "
        "synthesis",
        modality="speech",
        space=None,
        licence="CC BY-NC 4.0",
        permissive=False,
        homepage="https://huggingface.co/datasets/SALT-Research/DeepDialogue-xtts",
        citation="DeepDialogue: A Multi-Turn Emotionally-Rich Spoken Dialogue Dataset, 2025, arXiv:2505.19978",
        files=(),
        rows={"all": 40150},
        languages=("en",),
        notes="Rows are dialogues over 41 domains, a JSON file each with audio per utterance; folders name the "
        "language models (dialogues_llama3-8B …). A second voice, Orpheus, may have a home of its own (not verified). "
        "The loading script beside it says CC BY-NC-SA.",
        access="open",
        layout="unverified",
        raters="none: the emotion was asked of the language model",
        speakers="synthetic voices; no split by voice",
        papers=("deepdialogue",),
    ),
)

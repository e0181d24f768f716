"""Dialogue corpora without a reader."""

from __future__ import annotations

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard

CARDS = (
    CorpusCard(
        name="emoinhindi",
        summary="EmoInHindi: 1,814 Wizard-of-Oz counselling dialogues, several of 16 emotions with intensity",
        modality="text",
        space=find_space("emoinhindi"),
        licence="not verified",
        permissive=False,
        homepage="https://arxiv.org/abs/2205.13908",
        citation="Singh et al. 2022, EmoInHindi: A Multi-label Emotion and Intensity Annotated Dataset in Hindi for "
        "Emotion Recognition in Dialogues, LREC",
        files=(),
        rows={"all": 44247},
        languages=("hi",),
        notes="No home could be verified: the address is the paper's. Rows are utterances on mental health and legal "
        "counselling of crime victims.",
        access="request",
        layout="unverified",
        sensitive="counselling of people who suffered crimes or abuse",
        papers=("emoinhindi",),
    ),
    CorpusCard(
        name="mc_eiu",
        summary="MC-EIU: dialogues of English and Mandarin series, an emotion of 7 and an intent of 9 per utterance",
        modality="video",
        space=None,
        licence="not stated in its repository",
        permissive=False,
        homepage="https://github.com/MC-EIU/MC-EIU",
        citation="Emotion and Intent Joint Understanding in Multimodal Conversation: A Benchmarking Dataset, 2024",
        files=(),
        rows={},
        languages=("en", "zh"),
        notes="Features are on a file host; the extraction code is had from the authors by mail. Label names and size "
        "were not verified.",
        access="request",
        layout="unverified",
        papers=("mc-eiu",),
    ),
    CorpusCard(
        name="emotiontalk",
        summary="EmotionTalk: 19,250 Mandarin utterances by 19 actors in dyads, emotion, sentiment and speech captions",
        modality="video",
        space=None,
        licence="not verified",
        permissive=False,
        homepage="https://github.com/NKU-HLT/EmotionTalk",
        citation="EmotionTalk: An Interactive Chinese Multimodal Emotion Dataset With Rich Annotations, 2025",
        files=(),
        rows={"all": 19250},
        languages=("zh",),
        notes="Labels: happy, surprise, sad, disgust, anger, fear, neutral; sentiment in five steps; captions on "
        "speaker, style, emotion and overall; 23.6 hours.",
        access="request",
        layout="unverified",
        speakers="19 actors; whether splits share any was not verified",
        papers=("emotiontalk",),
    ),
    CorpusCard(
        name="avamerg",
        summary="AvaMERG: EmpatheticDialogues spoken by talking-face avatars, 33,048 dialogues, 152,021 utterances",
        modality="video",
        space=find_space("empathetic-dialogues"),
        licence="not verified (the text is EmpatheticDialogues, CC BY-NC 4.0)",
        permissive=False,
        homepage="https://avamerg.github.io/",
        citation="Zhang et al. 2025, Towards Multimodal Empathetic Response Generation: A Rich Text-Speech-Vision "
        "Avatar-based Benchmark, WWW",
        files=(),
        rows={"all": 33048},
        languages=("en",),
        notes="Rows are dialogues. JSON with conversation_id, speaker_profile and listener_profile (age, gender, "
        "timbre, ID); 32 emotions of the situation, 7 of the utterances. Test items are EmpatheticDialogues'.",
        access="open",
        layout="unverified",
        raters="several rounds of human checking",
        speakers="avatar profiles recur over splits (not verified)",
        papers=("avamerg-empatheia",),
    ),
)

"""Lists of text corpora."""

from __future__ import annotations

from affekt.affect.citations import CITATIONS, cite
from affekt.types import LabelSpace

ALL = (
    LabelSpace(
        name="dair-emotion",
        labels=("sadness", "joy", "love", "anger", "fear", "surprise"),
        kind="exclusive",
        source=CITATIONS["saravia2018"],
    ),
    LabelSpace(
        name="isear",
        labels=("joy", "fear", "anger", "sadness", "disgust", "shame", "guilt"),
        kind="exclusive",
        source=CITATIONS["scherer1994"],
    ),
    LabelSpace(
        name="crowd-envent",
        labels=(
            *("anger", "boredom", "disgust", "fear", "guilt", "joy", "pride", "relief", "sadness", "shame"),
            *("surprise", "trust", "no-emotion"),
        ),
        kind="exclusive",
        source=CITATIONS["troiano2023"],
        neutral="no-emotion",
    ),
    LabelSpace(
        name="x-envent",
        # The ten of the guidelines, what the annotators added to them, and the answer that there is none.
        labels=(
            *("joy", "sadness", "anger", "fear", "hope", "surprise", "disgust", "shame", "guilt", "trust"),
            *("disappointment", "frustration", "contentment", "anticipation", "pride", "other", "no-emotion"),
        ),
        kind="exclusive",
        source=cite("[troiano2022]; with the further emotions that its annotators wrote in"),
        neutral="no-emotion",
    ),
    LabelSpace(
        name="semeval-2018",
        labels=(
            *("anger", "anticipation", "disgust", "fear", "joy", "love", "optimism", "pessimism", "sadness"),
            *("surprise", "trust"),
        ),
        kind="multi-label",
        source=CITATIONS["mohammad2018"],
    ),
    LabelSpace(
        name="brighter",
        labels=("anger", "disgust", "fear", "joy", "sadness", "surprise"),
        kind="multi-label",
        source=CITATIONS["muhammad2025"],
    ),
    LabelSpace(
        name="mahaemotions",
        labels=(
            *("neutral", "happiness", "respect", "anger", "disgust", "pride", "sadness", "surprise", "excitement"),
            *("fear", "sarcasm"),
        ),
        kind="exclusive",
        source=cite("[kowtal2025]; the corpus has a second form in which anger and disgust are one label"),
        neutral="neutral",
    ),
    LabelSpace(
        name="emotexttokids",
        labels=(
            *("anger", "disgust", "joy", "fear", "surprise", "sadness", "admiration", "guilt", "embarrassment"),
            *("pride", "jealousy", "other"),
        ),
        kind="multi-label",
        source=CITATIONS["etienne2024"],
    ),
    LabelSpace(
        name="kpoem",
        labels=(
            *("불평/불만", "환영/호의", "감동/감탄", "지긋지긋", "고마움", "슬픔", "화남/분노", "존경", "기대감"),
            *("우쭐댐/무시함", "안타까움/실망", "비장함", "의심/불신", "뿌듯함", "편안/쾌적", "신기함/관심"),
            *("아껴주는", "부끄러움", "공포/무서움", "절망", "한심함", "역겨움/징그러움", "짜증", "어이없음", "없음"),
            *("패배/자기혐오", "귀찮음", "힘듦/지침", "즐거움/신남", "깨달음", "죄책감", "증오/혐오"),
            *("흐뭇함(귀여움/예쁨)", "당황/난처", "경악", "부담/안_내킴", "서러움", "재미없음", "불쌍함/연민"),
            *("놀람", "행복", "불안/걱정", "기쁨", "안심/신뢰"),
        ),
        kind="multi-label",
        source=cite("[lim2025]; the labels, and their order, are those of KOTE: [jeon2022]"),
        neutral="없음",
    ),
    LabelSpace(
        name="armanemo",
        labels=("happy", "sad", "angry", "fear", "surprise", "hate", "other"),
        kind="exclusive",
        source=CITATIONS["mirzaee2022"],
    ),
    LabelSpace(
        name="covid19-worry",
        labels=("anger", "disgust", "fear", "anxiety", "sadness", "happiness", "relaxation", "desire"),
        kind="exclusive",
        source=cite("[kleinberg2020]; the eight of the Discrete Emotions Questionnaire: [harmonjones2016]"),
    ),
    LabelSpace(
        name="emotionbench",
        labels=("anger", "anxiety", "depression", "frustration", "jealousy", "guilt", "fear", "embarrassment"),
        kind="exclusive",
        source=CITATIONS["huang2024"],
    ),
    LabelSpace(
        name="depechemood",
        labels=("afraid", "amused", "angry", "annoyed", "dont_care", "happy", "inspired", "sad"),
        kind="multi-label",
        source=cite("[staiano2014]; the buttons of the news site whose readers voted, spelled as in the files"),
    ),
)

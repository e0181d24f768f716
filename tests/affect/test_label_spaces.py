"""The label spaces against the lists in the papers, typed here a second time, and against the corpora's own files."""

from __future__ import annotations

import csv
import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from affekt.affect.citations import CITATIONS, cite, shorten
from affekt.affect.spaces import KINDS_OF_EMOTION, NO_EMOTION, SPACES, find_space, holds_emotions, require_emotions
from affekt.errors import ConversionError, UnknownNameError
from affekt.types import LabelSpace

EMPATHETIC = (
    "afraid angry annoyed anticipating anxious apprehensive ashamed caring confident content devastated disappointed "
    "disgusted embarrassed excited faithful furious grateful guilty hopeful impressed jealous joyful lonely nostalgic "
    "prepared proud sad sentimental surprised terrified trusting"
)
# One line each: name, kind, neutral, labels between commas or spaces.
PUBLISHED = {
    "goemotions": "multi-label neutral: admiration amusement anger annoyance approval caring confusion curiosity "
    "desire disappointment disapproval disgust embarrassment excitement fear gratitude grief joy love nervousness "
    "optimism pride realization relief remorse sadness surprise neutral",
    "ekman": "multi-label -: anger disgust fear joy sadness surprise",
    "ekman-neutral": "exclusive neutral: anger disgust fear joy sadness surprise neutral",
    "sentiment": "exclusive neutral: negative neutral positive",
    "goemotions-sentiment": "multi-label neutral: positive negative ambiguous neutral",
    "plutchik": "multi-label -: joy trust fear surprise sadness disgust anger anticipation",
    "plutchik-intensities": "multi-label -: serenity joy ecstasy acceptance trust admiration apprehension fear terror "
    "distraction surprise amazement pensiveness sadness grief boredom disgust loathing annoyance anger rage interest "
    "anticipation vigilance",
    "plutchik-dyads": "multi-label -: love submission awe disapproval remorse contempt aggressiveness optimism "
    "guilt curiosity despair unbelief envy cynicism pride hope "
    "delight sentimentality shame outrage pessimism morbidness dominance anxiety",
    "parrott": "multi-label -: love joy surprise anger sadness fear",
    "parrott-secondary": "multi-label -: affection lust longing cheerfulness zest contentment pride optimism "
    "enthrallment relief surprise irritation exasperation rage disgust envy torment suffering sadness disappointment "
    "shame neglect sympathy horror nervousness",
    "parrott-tertiary": "multi-label -: adoration affection love fondness liking attraction caring tenderness "
    "compassion sentimentality arousal desire lust passion infatuation longing amusement bliss cheerfulness gaiety "
    "glee jolliness joviality joy delight enjoyment gladness happiness jubilation elation satisfaction ecstasy "
    "euphoria enthusiasm zeal zest excitement thrill exhilaration contentment pleasure pride triumph eagerness hope "
    "optimism enthrallment rapture relief amazement surprise astonishment aggravation irritation agitation annoyance "
    "grouchiness grumpiness exasperation frustration anger rage outrage fury wrath hostility ferocity bitterness hate "
    "loathing scorn spite vengefulness dislike resentment disgust revulsion contempt envy jealousy torment agony "
    "suffering hurt anguish depression despair hopelessness gloom glumness sadness unhappiness grief sorrow woe "
    "misery melancholy dismay disappointment displeasure guilt shame regret remorse alienation isolation neglect "
    "loneliness rejection homesickness defeat dejection insecurity embarrassment humiliation insult pity sympathy "
    "alarm shock fear fright horror terror panic hysteria mortification anxiety nervousness tenseness uneasiness "
    "apprehension worry distress dread",
    "geneva-emotion-wheel": "multi-label -: interest amusement pride joy pleasure contentment love admiration relief "
    "compassion sadness guilt regret shame disappointment fear disgust contempt hate anger",
    "mikels": "exclusive -: amusement anger awe contentment disgust excitement fear sadness",
    "dair-emotion": "exclusive -: sadness joy love anger fear surprise",
    "isear": "exclusive -: joy fear anger sadness disgust shame guilt",
    "crowd-envent": "exclusive no-emotion: anger boredom disgust fear guilt joy pride relief sadness shame surprise "
    "trust no-emotion",
    "x-envent": "exclusive no-emotion: joy sadness anger fear hope surprise disgust shame guilt trust disappointment "
    "frustration contentment anticipation pride other no-emotion",
    "semeval-2018": "multi-label -: anger anticipation disgust fear joy love optimism pessimism sadness surprise trust",
    "brighter": "multi-label -: anger disgust fear joy sadness surprise",
    "mahaemotions": "exclusive neutral: neutral happiness respect anger disgust pride sadness surprise excitement "
    "fear sarcasm",
    "emotexttokids": "multi-label -: anger disgust joy fear surprise sadness admiration guilt embarrassment pride "
    "jealousy other",
    "kpoem": "multi-label 없음: 불평/불만 환영/호의 감동/감탄 지긋지긋 고마움 슬픔 화남/분노 존경 기대감 "
    "우쭐댐/무시함 안타까움/실망 비장함 의심/불신 뿌듯함 편안/쾌적 신기함/관심 아껴주는 부끄러움 공포/무서움 "
    "절망 한심함 역겨움/징그러움 짜증 어이없음 없음 패배/자기혐오 귀찮음 힘듦/지침 즐거움/신남 깨달음 죄책감 "
    "증오/혐오 흐뭇함(귀여움/예쁨) 당황/난처 경악 부담/안_내킴 서러움 재미없음 불쌍함/연민 놀람 행복 불안/걱정 "
    "기쁨 안심/신뢰",
    "armanemo": "exclusive -: happy sad angry fear surprise hate other",
    "covid19-worry": "exclusive -: anger disgust fear anxiety sadness happiness relaxation desire",
    "emotionbench": "exclusive -: anger anxiety depression frustration jealousy guilt fear embarrassment",
    "depechemood": "multi-label -: afraid amused angry annoyed dont_care happy inspired sad",
    "empathetic-dialogues": f"exclusive -: {EMPATHETIC}",
    "edos": f"exclusive neutral: {EMPATHETIC} acknowledging agreeing consoling encouraging questioning suggesting "
    "sympathizing wishing neutral",
    "dailydialog": "exclusive no emotion: no emotion, anger, disgust, fear, happiness, sadness, surprise",
    "meld": "exclusive neutral: neutral surprise fear sadness joy disgust anger",
    "emorynlp": "exclusive neutral: neutral joyful peaceful powerful scared mad sad",
    "iemocap-4": "exclusive neutral: happy sad neutral angry",
    "iemocap-6": "exclusive neutral: happy sad neutral angry excited frustrated",
    "emoinhindi": "multi-label neutral: anger annoyed anticipation apprehensive compassion confident disgusted fear "
    "grateful guilty hopeful impressed joy sad surprised neutral",
    "cped": "exclusive neutral: neutral happy grateful relaxed positive-other anger sadness fear depress disgust "
    "astonished worried negative-other",
    "mer": "exclusive neutral: neutral angry happy sad worried surprise",
    "iemocap": "exclusive neutral: angry happy sad neutral frustrated excited fearful surprised disgusted other",
    "emowoz": "exclusive neutral: neutral fearful dissatisfied apologetic abusive excited satisfied",
    "emocontext": "exclusive -: others happy sad angry",
    "emotionlines": "exclusive neutral: neutral joy sadness fear anger surprise disgust non-neutral",
    "emonet-voice": "multi-label -: amusement, elation, pleasure/ecstasy, contentment, thankfulness/gratitude, "
    "affection, infatuation, hope/enthusiasm/optimism, triumph, pride, interest, awe, astonishment/surprise, "
    "concentration, contemplation, relief, longing, teasing, impatience and irritability, sexual lust, doubt, fear, "
    "distress, confusion, embarrassment, shame, disappointment, sadness, bitterness, contempt, disgust, anger, "
    "malevolence/malice, sourness, pain, helplessness, fatigue/exhaustion, emotional numbness, "
    "intoxication/altered states of consciousness, jealousy & envy",
    "emotic": "multi-label -: affection anger annoyance anticipation aversion confidence disapproval disconnection "
    "disquietment doubt/confusion embarrassment engagement esteem excitement fatigue fear happiness pain peace "
    "pleasure sadness sensitivity suffering surprise sympathy yearning",
    "c-expr": "exclusive -: fearfully surprised, happily surprised, sadly surprised, disgustedly surprised, "
    "angrily surprised, sadly fearful, sadly angry",
    "ferplus": "exclusive neutral: neutral happiness surprise sadness anger disgust fear contempt",
    "crema-d": "exclusive neutral: anger disgust fear happy neutral sad",
    "ravdess": "exclusive neutral: neutral calm happy sad angry fearful disgust surprised",
    "emodb": "exclusive neutral: anger boredom disgust fear happiness sadness neutral",
    "savee": "exclusive neutral: anger disgust fear happiness neutral sadness surprise",
    "esd": "exclusive neutral: neutral angry happy sad surprise",
    "tess": "exclusive neutral: anger, disgust, fear, happiness, pleasant surprise, sadness, neutral",
    "msp-podcast": "exclusive neutral: angry sad happy surprise fear disgust contempt neutral other",
    "zed": "exclusive neutral: neutral happy sad angry",
    "thai-ser": "exclusive neutral: neutral angry happy sad frustrated",
    "emov-db": "exclusive neutral: neutral amused angry sleepy disgust",
    "nemo": "exclusive neutral: anger fear happiness sadness surprised neutral",
    "turev-db": "exclusive -: anger calm happiness sadness",
    "emogator": "exclusive neutral: adoration, amusement, anger, awe, confusion, contempt, contentment, desire, "
    "disappointment, disgust, distress, ecstasy, elation, embarrassment, fear, guilt, interest, neutral, pain, pride, "
    "realization, relief, romantic love, sadness, serenity, shame, surprise (negative), surprise (positive), "
    "sympathy, triumph",
    "berst": "exclusive neutral: anger disgust fear joy neutral sadness surprise",
    "shemo": "exclusive neutral: anger fear happiness neutral sadness surprise",
    "jl-corpus": "exclusive neutral: neutral happy sad angry excited anxious apologetic assertive concerned "
    "encouraging",
    "emovo": "exclusive neutral: disgust joy neutral fear anger surprise sadness",
    "cafe": "exclusive neutral: anger disgust happiness neutral fear surprise sadness",
    "subesco": "exclusive neutral: anger disgust fear happiness neutral sadness surprise",
    "mesd": "exclusive neutral: anger disgust fear happiness neutral sadness",
    "aesdd": "exclusive -: anger disgust fear happiness sadness",
    "urdu": "exclusive neutral: angry happy neutral sad",
    "oreau": "exclusive neutral: anger disgust joy neutral fear surprise sadness",
    "ased": "exclusive neutral: neutral fear happiness sadness anger",
    "asvp-esd": "exclusive neutral: boredom neutral happy sad angry fear disgust surprise excited pleasure pain "
    "disappointment breath",
    "enterface": "exclusive -: anger disgust fear happiness sadness surprise",
    "raf-db": "exclusive neutral: surprise fear disgust happiness sadness anger neutral",
    "affectnet": "exclusive neutral: neutral happiness sadness surprise fear disgust anger contempt",
    "aff-wild2": "exclusive neutral: neutral anger disgust fear happiness sadness surprise other",
    "fer2013": "exclusive neutral: anger disgust fear happiness sadness surprise neutral",
    "music-emotions": "multi-label -: amazed-suprised happy-pleased relaxing-calm quiet-still sad-lonely "
    "angry-aggresive",
    "emopia": "exclusive -: q1 q2 q3 q4",
    "stress-predict": "exclusive -: no stress, stress",
    "wesad": "exclusive baseline: baseline stress amusement meditation",
    "seed-iv": "exclusive neutral: neutral sad fear happy",
    "amigos": "multi-label neutral: neutral disgust happiness surprise anger fear sadness",
    "enisear-appraisals": "appraisals -: attention certainty effort pleasant responsibility control circumstance",
    "crowd-envent-appraisals": "appraisals -: suddenness familiarity predict_event pleasantness unpleasantness "
    "goal_relevance chance_responsblt self_responsblt other_responsblt predict_conseq goal_support urgency "
    "self_control other_control chance_control accept_conseq standards social_norms attention not_consider effort",
    "x-envent-appraisals": "appraisals -: suddenness familiarity pleasantness understand goal_relevance "
    "self_responsibility other_responsibility situational_responsibility effort exert attend consider "
    "outcome_probability expectation_discrepancy goal_conduciveness urgency self_control other_control "
    "situational_control adjustment_check internal_check external_check",
    "panas": "instrument -: interested distressed excited upset strong guilty scared hostile enthusiastic proud "
    "irritable alert ashamed inspired nervous determined attentive jittery active afraid",
    "sam": "instrument -: valence arousal dominance",
    "wellness": "wellness -: spiritual physical intellectual social vocational emotional",
    "big-five": "traits -: openness conscientiousness extraversion agreeableness neuroticism",
    "16pf": "traits -: warmth, reasoning, emotional stability, dominance, liveliness, rule-consciousness, "
    "social boldness, sensitivity, vigilance, abstractedness, privateness, apprehension, openness to change, "
    "self-reliance, perfectionism, tension",
    "mtg-jamendo-moodtheme": "tags -: action adventure advertising background ballad calm children christmas "
    "commercial cool corporate dark deep documentary drama dramatic dream emotional energetic epic fast film fun "
    "funny game groovy happy heavy holiday hopeful inspiring love meditative melancholic melodic motivational movie "
    "nature party positive powerful relaxing retro romantic sad sexy slow soft soundscape space sport summer trailer "
    "travel upbeat uplifting",
    "att-hack": "tags -: friendly seductive dominant distant",
}
SIZES = {
    **{"goemotions": 28, "plutchik-intensities": 24, "plutchik-dyads": 24, "parrott-secondary": 25, "mikels": 8},
    **{"geneva-emotion-wheel": 20, "empathetic-dialogues": 32, "edos": 41, "emonet-voice": 40, "emotic": 26},
    **{"kpoem": 44, "mer": 6, "meld": 7, "emorynlp": 7, "emoinhindi": 16, "cped": 13, "mahaemotions": 11},
    **{"semeval-2018": 11, "brighter": 6, "c-expr": 7, "ferplus": 8, "enisear-appraisals": 7, "panas": 20, "sam": 3},
    **{"crowd-envent-appraisals": 21, "x-envent-appraisals": 22, "big-five": 5, "16pf": 16, "wellness": 6},
    **{"emogator": 30, "iemocap": 10, "mtg-jamendo-moodtheme": 56, "stress-predict": 2, "covid19-worry": 8},
}
DATA = os.environ.get("AFFEKT_DATA")
needs_data = pytest.mark.skipif(DATA is None, reason="AFFEKT_DATA is not set, so the corpora's files cannot be read")


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_space_is_the_published_list(name: str) -> None:
    about, _, labels = PUBLISHED[name].partition(": ")
    kind, _, neutral = about.partition(" ")
    space = SPACES[name]
    assert list(space.labels) == (labels.split(", ") if ", " in labels else labels.split())
    assert (space.kind, space.neutral or "-") == (kind, neutral)
    assert len(space) == SIZES.get(name, len(space))


def test_no_space_is_missing_here() -> None:
    assert list(SPACES) == list(PUBLISHED)


@pytest.mark.parametrize("space", SPACES.values(), ids=SPACES)
def test_a_space_is_complete(space: LabelSpace) -> None:
    assert len(set(space.labels)) == len(space)
    assert all(label == label.strip().lower() and label for label in space.labels)
    assert space.neutral is None or space.neutral in space
    assert {"neutral", "no emotion", "no-emotion"} & set(space.labels) <= {space.neutral}
    assert any(year in space.source for year in (" (19", " (20", " 19", " 20"))
    assert "[" not in space.source


def table(name: str) -> list[dict[str, str]]:
    assert DATA is not None
    delimiter = "\t" if ".tsv" in name else ","
    with gzip.open(Path(DATA) / "text" / name, "rt", encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter, quoting=csv.QUOTE_NONE if delimiter == "\t" else 0))


@needs_data
@pytest.mark.parametrize(
    ("name", "file", "column"),
    [
        ("mahaemotions", "mahaemotions/anger-disgust-separate_validation.csv.gz", "Label"),
        ("cped", "cped/test_split.csv.gz", "Emotion"),
        ("emorynlp", "emorynlp/emorynlp_test_final.csv.gz", "Emotion"),
        ("meld", "meld/test_sent_emo.csv.gz", "Emotion"),
    ],
)
def test_labels_are_those_in_the_corpus(name: str, file: str, column: str) -> None:
    assert {row[column].lower() for row in table(file)} == set(SPACES[name].labels)


@needs_data
def test_instruments_and_appraisals_are_the_columns_of_the_corpora() -> None:
    asked = [column[4:].lower() for column in table("emotionbench/crowd_panas.csv.gz")[0] if column.startswith("pre_")]
    assert tuple(asked) == SPACES["panas"].labels
    columns = table("appraisal-enisear/enISEAR_appraisal.tsv.gz")[0]
    judged = [column.removesuffix("_majority").lower() for column in columns if column.endswith("_majority")]
    assert tuple(judged) == SPACES["enisear-appraisals"].labels
    columns = table("crowd-envent/crowd-enVent-test.tsv.gz")[0]
    assert set(SPACES["crowd-envent-appraisals"].labels) < set(columns)
    assert set(SPACES["crowd-envent"].labels) - {"no-emotion"} < set(columns)


@needs_data
def test_x_envent_has_the_labels_and_appraisals_of_its_files() -> None:
    assert DATA is not None
    emotions, appraisals = set(), set()
    for name in ("x-enVENT-corpus.jsonl.gz", "x-enVENT-additional-180.jsonl.gz"):
        with gzip.open(Path(DATA) / "text" / "x-envent" / name, "rt", encoding="utf-8") as lines:
            for line in lines:
                for one in json.loads(line)["annotations"]["aggregated"]:
                    for experiencer in one["experiencers"]:
                        emotions |= set(experiencer["emotion"])
                        appraisals |= set(experiencer["appraisals"])
    assert {emotion.replace("no emotion", "no-emotion") for emotion in emotions} == set(SPACES["x-envent"].labels)
    assert appraisals == set(SPACES["x-envent-appraisals"].labels)


@needs_data
def test_goemotions_has_the_order_of_the_corpus() -> None:
    assert DATA is not None
    listed = Path(DATA) / "text" / "goemotions" / "emotions.txt"
    assert tuple(listed.read_text(encoding="utf-8").split()) == SPACES["goemotions"].labels


def test_corpora_speak_these_spaces() -> None:
    from affekt.corpora.index import CORPORA, READERS

    assert READERS
    for card in CORPORA.values():
        if card.space is not None:
            assert SPACES.get(card.space.name) == card.space, card.name


def test_no_reader_says_a_space_again() -> None:
    import affekt.corpora

    folder = Path(affekt.corpora.__path__[0])
    cards = [path for path in folder.rglob("*.py") if "CorpusCard(" in path.read_text(encoding="utf-8")]
    # `own` makes cards of what users bring, whose labels nobody can know before.
    said = [path.name for path in cards if "LabelSpace(" in path.read_text(encoding="utf-8")]
    assert len(cards) > 50 and [name for name in said if folder / "own" / name not in cards] == []


def test_plutchik_has_opposites_four_apart() -> None:
    wheel = SPACES["plutchik"].labels
    pairs = {frozenset((wheel[i], wheel[i + 4])) for i in range(4)}
    opposite = {("joy", "sadness"), ("trust", "disgust"), ("fear", "anger"), ("surprise", "anticipation")}
    assert pairs == {frozenset(pair) for pair in opposite}
    assert SPACES["plutchik-intensities"].labels[1::3] == wheel


def test_what_is_no_emotion_says_why() -> None:
    assert {space.kind for space in SPACES.values() if not holds_emotions(space)} == set(NO_EMOTION)
    assert not set(NO_EMOTION) & set(KINDS_OF_EMOTION)
    for name in ("enisear-appraisals", "panas", "wellness", "big-five"):
        with pytest.raises(ConversionError, match=f"{name!r} holds .+ no emotions: use it as it is"):
            require_emotions(name)
    assert require_emotions("ekman") is SPACES["ekman"]


def test_find_space() -> None:
    assert find_space("ekman") is SPACES["ekman"]
    own = LabelSpace("own", ("a", "b"), "exclusive", "us")
    assert find_space(own) is own
    with pytest.raises(UnknownNameError, match=r"Did you mean 'ekman'\? List them with `affekt spaces`"):
        find_space("ekmann")


def test_citations_are_written_out_and_cut_down() -> None:
    assert list(CITATIONS) == sorted(CITATIONS)
    for key, full in CITATIONS.items():
        short = shorten(cite(f"see [{key}]."))
        assert short != f"see {full}."
        assert short.endswith(f" {key[-4:]}.") or key == "plutchik2001"
        assert len(short) < 40
    assert cite("no key [here]") == "no key [here]"
    with pytest.raises(UnknownNameError, match="Did you mean 'ekman1992'"):
        cite("[ekman1991]")


def test_importing_the_spaces_loads_nothing_heavy_and_reads_no_file() -> None:
    program = (
        "import sys, affekt.types\n"
        "opened = []\n"
        "sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == 'open' else None)\n"
        "import affekt.affect.spaces, affekt.affect.terms\n"
        "assert 'numpy' not in sys.modules, 'numpy'\n"
        "assert not [name for name in opened if name.endswith('.tsv')], opened\n"
        "import affekt.affect.vad, affekt.affect.convert\n"
        "assert not [name for name in opened if name.endswith('.tsv')], opened\n"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr

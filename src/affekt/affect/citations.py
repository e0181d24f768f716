"""Who says so: the works that label spaces, maps and terms cite, by a short key.

Tables cite as ``under anger in the tree: [parrott2001]``; `cite` writes the key out, `shorten` takes a
written-out text back to names and years.
"""

from __future__ import annotations

import re
from functools import lru_cache

from affekt.errors import unknown_name

CITATIONS: dict[str, str] = {
    "adigwe2018": (
        "Adigwe, Tits, El Haddad, Ostadabbas & Dutoit (2018), The Emotional Voices Database: Towards Controlling the "
        "Emotion Dimension in Voice Generation Systems, arXiv:1806.09514"
    ),
    "barsoum2016": (
        "Barsoum, Zhang, Canton Ferrer & Zhang (2016), Training Deep Networks for Facial Expression Recognition with "
        "Crowd-Sourced Label Distribution, ICMI 2016, arXiv:1608.01041"
    ),
    "bogdanov2019": (
        "Bogdanov, Won, Tovstogan, Porter & Serra (2019), The MTG-Jamendo Dataset for Automatic Music Tagging, "
        "Machine Learning for Music Discovery Workshop at ICML 2019"
    ),
    "bradley1994": (
        "Bradley & Lang (1994), Measuring emotion: the Self-Assessment Manikin and the semantic differential, Journal "
        "of Behavior Therapy and Experimental Psychiatry 25(1), 49-59"
    ),
    "buhl2023": (
        "Buhl (2023), EmoGator: A New Open Source Vocal Burst Dataset with Baseline Machine Learning Classification "
        "Methodologies, arXiv:2301.00508"
    ),
    "burkhardt2005": (
        "Burkhardt, Paeschke, Rolfes, Sendlmeier & Weiss (2005), A Database of German Emotional Speech, Interspeech "
        "2005, 1517-1520"
    ),
    "busso2008": (
        "Busso, Bulut, Lee, Kazemzadeh, Mower, Kim, Chang, Lee & Narayanan (2008), IEMOCAP: interactive emotional "
        "dyadic motion capture database, Language Resources and Evaluation 42(4), 335-359"
    ),
    "canpolat2020": (
        "Canpolat, Ormanoğlu & Zeyrek (2020), Turkish Emotion Voice Database (TurEV-DB), SLTU-CCURL 2020, 368-375"
    ),
    "cao2014": (
        "Cao, Cooper, Keutmann, Gur, Nenkova & Verma (2014), CREMA-D: Crowd-sourced Emotional Multimodal Actors "
        "Dataset, IEEE Transactions on Affective Computing 5(4), 377-390"
    ),
    "cattell1993": (
        "Cattell, Cattell & Cattell (1993), Sixteen Personality Factor Questionnaire, fifth edition, Institute for "
        "Personality and Ability Testing"
    ),
    "chatterjee2019": (
        "Chatterjee, Narahari, Joshi & Agrawal (2019), SemEval-2019 Task 3: EmoContext Contextual Emotion Detection in "
        "Text, SemEval 2019, 39-48"
    ),
    "chen2018": (
        "Chen, Hsu, Kuo, Huang & Ku (2018), EmotionLines: An Emotion Corpus of Multi-Party Conversations, LREC 2018, "
        "arXiv:1802.08379"
    ),
    "chen2022": (
        "Chen, Fan, Xing, Pang, Huang, Han, Tie & Xu (2022), CPED: A Large-Scale Chinese Personalized and Emotional "
        "Dialogue Dataset for Conversational AI, arXiv:2205.14727"
    ),
    "christop2024": "Christop (2024), nEMO: Dataset of Emotional Speech in Polish, LREC-COLING 2024, arXiv:2404.06292",
    "costa1992": (
        "Costa & McCrae (1992), Revised NEO Personality Inventory and NEO Five-Factor Inventory: professional manual, "
        "Psychological Assessment Resources"
    ),
    "costantini2014": (
        "Costantini, Iaderola, Paoloni & Todisco (2014), EMOVO Corpus: an Italian Emotional Speech Database, LREC 2014"
    ),
    "dejoli2021": (
        "Dejoli, He & Xie (2021), ASVP-ESD: A dataset and its benchmark for emotion recognition using both speech "
        "and non-speech utterances, Zenodo 7132783"
    ),
    "demszky2020": (
        "Demszky, Movshovitz-Attias, Ko, Cowen, Nemade & Ravi (2020), GoEmotions: A Dataset of Fine-Grained Emotions, "
        "ACL 2020, 4040-4054, https://aclanthology.org/2020.acl-main.372"
    ),
    "du2014": (
        "Du, Tao & Martinez (2014), Compound facial expressions of emotion, Proceedings of the National Academy of "
        "Sciences 111(15), E1454-E1462"
    ),
    "duville2021": (
        "Duville, Alonso-Valerdi & Ibarra-Zarate (2021), The Mexican Emotional Speech Database (MESD): elaboration "
        "and assessment based on machine learning, EMBC 2021"
    ),
    "ekman1992": "Ekman (1992), An argument for basic emotions, Cognition and Emotion 6(3-4), 169-200",
    "etienne2024": (
        "Étienne, Battistelli & Lecorvé (2024), Emotion Identification for French in Written Texts: Considering their "
        "Modes of Expression as a Step Towards Text Complexity Analysis, WASSA"
    ),
    "feng2022": (
        "Feng, Lubis, Geishauser, Lin, Heck, van Niekerk & Gasic (2022), EmoWOZ: A Large-Scale Corpus and Labelling "
        "Scheme for Emotion Recognition in Task-Oriented Dialogue Systems, LREC 2022, arXiv:2109.04919"
    ),
    "goodfellow2013": (
        "Goodfellow et al. (2013), Challenges in Representation Learning: A report on three machine learning "
        "contests, arXiv:1307.0414"
    ),
    "gournay2018": (
        "Gournay, Lahaie & Lefebvre (2018), A Canadian French Emotional Speech Dataset, ACM Multimedia Systems 2018"
    ),
    "haq2010": (
        "Haq & Jackson (2010), Multimodal Emotion Recognition, in Machine Audition: Principles, Algorithms and "
        "Systems, IGI Global, 398-423"
    ),
    "harmonjones2016": (
        "Harmon-Jones, Bastian & Harmon-Jones (2016), The Discrete Emotions Questionnaire: A New Tool for Measuring "
        "State Self-Reported Emotions, PLOS ONE 11(8), e0159915"
    ),
    "hofmann2020": (
        "Hofmann, Troiano, Sassenberg & Klinger (2020), Appraisal Theories for Emotion Classification in Text, COLING "
        "2020, 125-138"
    ),
    "huang2024": (
        "Huang, Lam, Li, Ren, Wang, Jiao, Tu & Lyu (2024), Apathetic or Empathetic? Evaluating LLMs' Emotional "
        "Alignments with Humans, NeurIPS 2024, arXiv:2308.03656"
    ),
    "hung2021": (
        "Hung, Ching, Doh, Kim, Nam & Yang (2021), EMOPIA: A Multi-Modal Pop Piano Dataset For Emotion Recognition and "
        "Emotion-based Music Generation, ISMIR 2021, arXiv:2108.01374"
    ),
    "iqbal2022": (
        "Iqbal, Simpkin, Roshan, Glynn, Killilea, Walsh, Molloy, Ganly, Ryman, Coen, Elahi, Wijns & Shahzad (2022), "
        "Stress Monitoring Using Wearable Sensors: A Pilot Study and Stress-Predict Dataset, Sensors 22(21), 8135"
    ),
    "james2018": (
        "James, Tian & Watson (2018), An Open Source Emotional Speech Corpus for Human Robot Interaction "
        "Applications, Interspeech 2018"
    ),
    "jeon2022": (
        "Jeon, Lee & Kim (2022), User Guide for KOTE: Korean Online That-gul Emotions Dataset, arXiv:2205.05300"
    ),
    "kerkeni2020": (
        "Kerkeni, Cleder, Serrestou & Raoof (2020), French Emotional Speech Database - Oréau, Zenodo 4405783"
    ),
    "kleinberg2020": (
        "Kleinberg, van der Vegt & Mozes (2020), Measuring Emotions in the COVID-19 Real World Worry Dataset, "
        "NLP-COVID19 Workshop at ACL 2020, arXiv:2004.04225"
    ),
    "kollias2019": (
        "Kollias & Zafeiriou (2019), Expression, Affect, Action Unit Recognition: Aff-Wild2, Multi-Task Learning and "
        "ArcFace, BMVC 2019"
    ),
    "kollias2023": (
        "Kollias (2023), Multi-Label Compound Expression Recognition: C-EXPR Database & Network, CVPR 2023, 5589-5598"
    ),
    "kosti2019": (
        "Kosti, Alvarez, Recasens & Lapedriza (2019), Context Based Emotion Recognition using EMOTIC Dataset, IEEE "
        "Transactions on Pattern Analysis and Machine Intelligence 42(11), 2755-2766"
    ),
    "kowtal2025": "Kowtal & Joshi (2025), L3Cube-MahaEmotions, arXiv:2506.00863",
    "latif2018": (
        "Latif, Qayyum, Usman & Qadir (2018), Cross Lingual Speech Emotion Recognition: Urdu vs. Western Languages, "
        "FIT 2018"
    ),
    "lemoine2020": (
        "Le Moine & Obin (2020), Att-HACK: An Expressive Speech Database with Social Attitudes, Speech Prosody 2020, "
        "arXiv:2004.04410"
    ),
    "li2017": "Li et al. 2017, DailyDialog: A Manually Labelled Multi-turn Dialogue Dataset, IJCNLP",
    "lian2023": (
        "Lian et al. (2023), MER 2023: Multi-label Learning, Modality Robustness, and Semi-Supervised Learning, ACM "
        "Multimedia 2023, 9610-9614"
    ),
    "lideng2017": (
        "Li, Deng & Du (2017), Reliable Crowdsourcing and Deep Locality-Preserving Learning for Expression "
        "Recognition in the Wild, CVPR 2017"
    ),
    "lim2025": (
        "Lim, Ji & Kim (2025), KPoEM: A Human-Annotated Dataset for Emotion Classification and RAG-Based Poetry "
        "Generation in Korean Modern Poetry, arXiv:2509.03932"
    ),
    "livingstone2018": (
        "Livingstone & Russo (2018), The Ryerson Audio-Visual Database of Emotional Speech and Song (RAVDESS), PLoS "
        "ONE 13(5), e0196391"
    ),
    "lotfian2019": (
        "Lotfian & Busso (2019), Building Naturalistic Emotionally Balanced Speech Corpus by Retrieving Emotional "
        "Speech from Existing Podcast Recordings, IEEE Transactions on Affective Computing 10(4), 471-483"
    ),
    "martin2006": (
        "Martin, Kotsia, Macq & Pitas (2006), The eNTERFACE'05 Audio-Visual Emotion Database, ICDE Workshops 2006"
    ),
    "mikels2005": (
        "Mikels, Fredrickson, Larkin, Lindberg, Maglio & Reuter-Lorenz (2005), Emotional category data on images from "
        "the International Affective Picture System, Behavior Research Methods 37(4), 626-630"
    ),
    "miranda2021": (
        "Miranda-Correa, Abadi, Sebe & Patras (2021), AMIGOS: A Dataset for Affect, Personality and Mood Research on "
        "Individuals and Groups, IEEE Transactions on Affective Computing 12(2)"
    ),
    "mirzaee2022": (
        "Mirzaee, Peymanfard, Habibzadeh Moshtaghin & Zeinali (2022), ArmanEmo: A Persian Dataset for Text-based "
        "Emotion Detection, arXiv:2207.11808"
    ),
    "mohammad2018": (
        "Mohammad, Bravo-Marquez, Salameh & Kiritchenko (2018), SemEval-2018 Task 1: Affect in Tweets, SemEval-2018, "
        "1-17, https://aclanthology.org/S18-1001"
    ),
    "mohammadi2024": (
        "Mohammadi, Raff, Malekar, Palit, Ferraro & Gaur (2024), WellDunn: On the Robustness and Explainability of "
        "Language Models and Large Language Models in Identifying Wellness Dimensions, BlackboxNLP 2024, 364-388"
    ),
    "mollahosseini2019": (
        "Mollahosseini, Hasani & Mahoor (2019), AffectNet: A Database for Facial Expression, Valence, and Arousal "
        "Computing in the Wild, IEEE Transactions on Affective Computing 10(1)"
    ),
    "muhammad2025": "Muhammad et al. 2025, BRIGHTER, ACL; Belay et al. 2025, EthioEmo, COLING",
    "nakov2013": (
        "Nakov, Rosenthal, Kozareva, Stoyanov, Ritter & Wilson (2013), SemEval-2013 Task 2, SemEval 2013, 312-320"
    ),
    "nezami2019": (
        "Mohamad Nezami, Jamshid Lou & Karami (2019), ShEMO: a large-scale validated database for Persian speech "
        "emotion detection, Language Resources and Evaluation 53, 1-16"
    ),
    "parrott2001": (
        "Parrott (2001), Emotions in Social Psychology: Essential Readings, Psychology Press; after Shaver, Schwartz, "
        "Kirson & O'Connor (1987), Emotion knowledge, Journal of Personality and Social Psychology 52(6), 1061-1086"
    ),
    "pichorafuller2020": (
        "Pichora-Fuller & Dupuis (2020), Toronto emotional speech set (TESS), Borealis, https://doi.org/10.5683/SP2/E8H2MF"
    ),
    "plutchik2001": (
        "Plutchik (1980), A general psychoevolutionary theory of emotion, in Emotion: Theory, Research, and "
        "Experience, vol. 1, 3-33; Plutchik (2001), The nature of emotions, American Scientist 89(4), 344-350"
    ),
    "poria2019": (
        "Poria, Hazarika, Majumder, Naik, Cambria & Mihalcea (2019), MELD: A Multimodal Multi-Party Dataset for "
        "Emotion Recognition in Conversations, ACL 2019, 527-536"
    ),
    "rashkin2019": "Rashkin et al. 2019, Towards Empathetic Open-domain Conversation Models, ACL",
    "retta2023": (
        "Retta, Sutcliffe, Almekhlafi, Enku, Alemu, Gemechu, Berwo, Mhamed & Feng (2023), A New Amharic Speech "
        "Emotion Dataset and Classification Benchmark, ACM TALLIP 22(1)"
    ),
    "saravia2018": "Saravia et al. 2018, CARER: Contextualized Affect Representations for Emotion Recognition, EMNLP",
    "scherer1994": "Scherer & Wallbott 1994, Evidence for universality and cultural variation of emotion, JPSP 66",
    "scherer2013": (
        "Scherer, Shuman, Fontaine & Soriano (2013), The GRID meets the Wheel: assessing emotional feeling via "
        "self-report, in Components of Emotional Meaning, Oxford University Press, 281-298"
    ),
    "schmidt2018": (
        "Schmidt, Reiss, Duerichen, Marberger & Van Laerhoven (2018), Introducing WESAD, a Multimodal Dataset for "
        "Wearable Stress and Affect Detection, ICMI 2018, 400-408"
    ),
    "schuhmann2025": (
        "Schuhmann et al. (2025), EmoNet-Voice: A Fine-Grained, Expert-Verified Benchmark for Speech Emotion "
        "Detection, arXiv:2506.09827"
    ),
    "singh2022": (
        "Singh, Priya, Firdaus, Ekbal & Bhattacharyya (2022), EmoInHindi: A Multi-label Emotion and Intensity "
        "Annotated Dataset in Hindi for Emotion Recognition in Dialogues, LREC 2022, arXiv:2205.13908"
    ),
    "staiano2014": (
        "Staiano & Guerini (2014), DepecheMood: a Lexicon for Emotion Analysis from Crowd-Annotated News, ACL 2014, "
        "427-433"
    ),
    "sultana2021": (
        "Sultana, Rahman, Selim & Iqbal (2021), SUST Bangla Emotional Speech Corpus (SUBESCO): An audio-only "
        "emotional speech corpus for Bangla, PLOS ONE 16(4)"
    ),
    "trohidis2008": (
        "Trohidis, Tsoumakas, Kalliris & Vlahavas (2008), Multi-Label Classification of Music into Emotions, ISMIR "
        "2008, 325-330"
    ),
    "troiano2022": (
        "Troiano, Oberländer, Wegge & Klinger (2022), x-enVENT: A Corpus of Event Descriptions with "
        "Experiencer-specific Emotion and Appraisal Annotations, LREC 2022"
    ),
    "troiano2023": (
        "Troiano, Oberländer & Klinger 2023, Dimensional Modeling of Emotions in Text, Computational Linguistics 49"
    ),
    "tuttosi2025": (
        "Tuttösí, Dhillon, Sang, Eastwood, Bhatia, Dinh, Kapoor, Jin & Lim (2025), BERSting at the Screams: A "
        "Benchmark for Distanced, Emotional and Shouted Speech Recognition, Computer Speech & Language 95, "
        "arXiv:2505.00059"
    ),
    "vryzas2018": (
        "Vryzas, Kotsakis, Liatsou, Dimoulas & Kalliris (2018), Speech Emotion Recognition for Performance "
        "Interaction, Journal of the Audio Engineering Society 66(6)"
    ),
    "wang2023": (
        "Wang, Ravanelli & Yacoubi (2023), Speech Emotion Diarization: Which Emotion Appears When?, ASRU 2023, "
        "arXiv:2306.12991"
    ),
    "watson1988": (
        "Watson, Clark & Tellegen (1988), Development and validation of brief measures of positive and negative "
        "affect: the PANAS scales, Journal of Personality and Social Psychology 54(6), 1063-1070"
    ),
    "welivita2021": "Welivita, Xie & Pu 2021, A Large-Scale Dataset for Empathetic Response Generation, EMNLP",
    "willcox1982": "Willcox (1982), The feeling wheel, Transactional Analysis Journal 12(4), 274-276",
    "wongpithayadisai2025": (
        "Wongpithayadisai et al. (2025), THAI Speech Emotion Recognition (THAI-SER) corpus, arXiv:2507.09618"
    ),
    "yang2023": (
        "Yang, Huang, Ding, Lischinski, Cohen-Or & Huang (2023), EmoSet: A Large-scale Visual Emotion Dataset with "
        "Rich Attributes, ICCV 2023"
    ),
    "zahiri2018": (
        "Zahiri & Choi (2018), Emotion Detection on TV Show Transcripts with Sequence-Based Convolutional Neural "
        "Networks, AAAI Workshops 2018"
    ),
    "zheng2015": (
        "Zheng & Lu (2015), Investigating Critical Frequency Bands and Channels for EEG-based Emotion Recognition "
        "with Deep Neural Networks, IEEE Transactions on Autonomous Mental Development 7(3)"
    ),
    "zheng2019": (
        "Zheng, Liu, Lu, Lu & Cichocki (2019), EmotionMeter: A Multimodal Framework for Recognizing Human Emotions, "
        "IEEE Transactions on Cybernetics 49(3)"
    ),
    "zhou2022": (
        "Zhou, Sisman, Liu & Li (2022), Emotional voice conversion: Theory, databases and ESD, Speech Communication "
        "137, 1-18"
    ),
}
_KEY = re.compile(r"\[([a-z]+\d{4}[a-z]?)\]")
_NAMES_AND_YEAR = re.compile(r"(.+?) \(?(\d{4})\)?,")


def cite(text: str) -> str:
    """Return `text` with every ``[key]`` written out. Raises `UnknownNameError` for a key that is none.

    >>> cite("the six of [ekman1992]")
    'the six of Ekman (1992), An argument for basic emotions, Cognition and Emotion 6(3-4), 169-200'
    """
    return _KEY.sub(lambda found: citation(found[1]), text)


def citation(key: str) -> str:
    """Return the citation of that key. Raises `UnknownNameError`, which offers the nearest.

    >>> citation("ekman1992").partition(",")[0]
    'Ekman (1992)'
    """
    if key not in CITATIONS:
        raise unknown_name("citation", key, CITATIONS, "affekt.affect.citations.CITATIONS")
    return CITATIONS[key]


def shorten(text: str) -> str:
    """Return `text` with every citation it holds in full cut down to names and year.

    >>> shorten(cite("under anger in the tree: [parrott2001], as [demszky2020] has it"))
    'under anger in the tree: Parrott 2001, as Demszky et al. 2020 has it'
    """
    for full, short in _short_forms().items():
        text = text.replace(full, short)
    return text


def works_in(text: str) -> tuple[str, ...]:
    """Return the short forms of the works that `text` cites in full, in the order in which they come.

    >>> works_in(cite("[ekman1992]; with neutral, as in [demszky2020]"))
    ('Ekman 1992', 'Demszky et al. 2020')
    """
    places = {text.find(full): short for full, short in _short_forms().items() if full in text}
    return tuple(places[place] for place in sorted(places))


@lru_cache(maxsize=1)
def _short_forms() -> dict[str, str]:
    """Return each citation's short form: one or two names, or the first and "et al.", and the year."""
    short = {}
    for full in CITATIONS.values():
        found = _NAMES_AND_YEAR.match(full)
        if found is None:
            continue
        names = re.split(r", | & ", found[1])
        whom = " & ".join(names) if len(names) < 3 else f"{names[0]} et al."
        short[full] = f"{whom} {found[2]}"
    return short

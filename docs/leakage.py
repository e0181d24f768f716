"""Write docs/leakage.md: what the splits of every corpus at hand share, and where corpora share texts.

AFFEKT_DATA=<folder of corpora> python docs/leakage.py          write it
AFFEKT_DATA=<folder of corpora> python docs/leakage.py NAME ..   look at some corpora, print, write nothing

The page holds counts and names, no text of any corpus.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from itertools import permutations
from pathlib import Path

from affekt.corpora.check import CorpusCheck, check_corpus
from affekt.corpora.index import CORPORA, READERS
from affekt.corpora.leakage import SHORT
from affekt.corpora.near_duplicates import SHINGLE, THRESHOLD, normalised
from affekt.corpora.read import find_folder
from affekt.errors import AffektError

PAGE = Path(__file__).resolve().parent / "leakage.md"
_FROM = 0.001  # the smallest share of the smaller corpus that the table of corpora tells


def main() -> int:
    names = sys.argv[1:]
    here = [name for name in READERS if _is_here(name)]
    if not here:
        print("No corpus is here. Set AFFEKT_DATA to the folder that holds them.", file=sys.stderr)
        return 1
    checks: list[CorpusCheck] = []
    texts: dict[str, set[str]] = {}
    for name in names or here:
        try:
            checks.append(check_corpus(name))
            texts[name] = _texts(name)
        except AffektError as error:
            print(f"{name}: {error}", file=sys.stderr)
            continue
        print(f"{name}: {len(checks[-1].findings)} findings", file=sys.stderr, flush=True)
    page = leakage_page(checks, texts)
    if names:
        print(page)
    else:
        PAGE.write_text(page, encoding="utf-8")
    return 0


def leakage_page(checks: Sequence[CorpusCheck], texts: dict[str, set[str]]) -> str:
    """Return the page: texts across splits, speakers and groups, drift of labels, texts across corpora."""
    records = sum(sum(check.rows.values()) for check in checks)
    parts = [
        "# What the corpora leak",
        "<!-- Written by `python docs/leakage.py` from the real corpora. Do not edit. -->",
        f"{len(checks)} corpora, {records:,} records, checked as `affekt corpora check NAME` does. Texts are the same "
        "where letters and digits are (case, punctuation and spacing aside), and nearly the same where the sets of "
        f"their character {SHINGLE}-grams have a Jaccard similarity of {THRESHOLD} or more; every such pair is found. "
        f"Short texts, below {SHORT} characters, are often the same without being copies. These are properties of "
        "the published splits: affekt changes no split, it says what a score on one is worth.",
        "## What stands out",
        _headlines(checks),
        "## Texts that stand in several splits",
        _table(
            (
                "Corpus",
                "Items of",
                "also in",
                "Items",
                "Same",
                "Nearly",
                "Same, other labels",
                "Short",
                "Share",
                "Share, not short",
            ),
            (
                (
                    check.corpus,
                    one.split,
                    one.other,
                    f"{one.of:,}",
                    f"{one.exact:,}",
                    f"{one.near:,}",
                    f"{one.other_labels:,}",
                    f"{one.short:,}",
                    f"{one.share:.1%}",
                    f"{one.long_share:.1%}",
                )
                for check in checks
                for one in check.overlaps
            ),
        ),
        "## Speakers, groups and media in several splits",
        "A group is what a split should keep together: a document, a dialogue. Corpora whose two speakers are roles "
        "(A and B of each dialogue) are left out.",
        _table(
            ("Corpus", "Splits", "Shared", "How many", "Of"),
            (
                (check.corpus, f"{one.first}, {one.second}", f"{one.what}s", f"{one.count:,}", f"{one.of:,}")
                for check in checks
                for one in check.shared
                if one.what != "speaker" or one.of > 2
            ),
        ),
        "## Labels in other shares",
        "Jensen-Shannon divergence of the labels, in bits, with the p of a permutation of whole groups (999 draws; "
        "0.001 is the least it can be). Differences below 0.001 bits are left out.",
        _table(
            ("Corpus", "Splits", "Bits", "p", "Largest change"),
            (
                (
                    check.corpus,
                    f"{one.first}, {one.second}",
                    f"{one.divergence:.4f}",
                    f"{one.p:.3f}",
                    f"{one.label} {one.change:+.1%}",
                )
                for check in checks
                for one in check.drifts
                if one.divergence >= 0.001
            ),
        ),
        "## Texts that stand in several corpora",
        f"Distinct texts of {SHORT} characters or more that both hold, spelling aside. A model trained on the one has "
        f"seen them when it is scored on the other. Shares below {_FROM:.1%} are left out.",
        _table(
            ("Corpus", "Texts", "also in", "How many", "Share"),
            (
                (one, f"{len(texts[one]):,}", other, f"{both:,}", f"{both / len(texts[one]):.1%}")
                for one, other in permutations(texts, 2)
                if (both := len(texts[one] & texts[other])) and both / len(texts[one]) >= _FROM
            ),
        ),
        "## What else the checks found",
        _table(
            ("Corpus", "Release", "Level", "Finding"),
            (
                (check.corpus, check.release, finding.level, _plain(finding.message))
                for check in checks
                for finding in check.findings
                if " in two splits" not in finding.what and finding.what != "labels drift"
            ),
        ),
        f"Checked: {', '.join(check.corpus for check in checks)}.",
    ]
    return "\n\n".join(parts) + "\n"


def _headlines(checks: Iterable[CorpusCheck]) -> str:
    """Return a list of the evaluation splits that most of all stand in the training split, short texts aside."""
    found = sorted(
        (
            (one.long_share, check.corpus, one)
            for check in checks
            for one in check.overlaps
            if one.other == "train" and one.split in ("test", "dev", "val", "valid", "validation")
        ),
        key=lambda row: -row[0],
    )
    return "\n".join(
        f"- {corpus}: {share:.1%} of the {one.of:,} items of {one.split} stand in train, short texts aside "
        f"({one.exact:,} the same and {one.near:,} nearly; {one.other_labels:,} with labels that no twin has)."
        for share, corpus, one in found[:10]
    )


def _is_here(name: str) -> bool:
    try:
        find_folder(name)
    except AffektError:
        return False
    return True


def _texts(name: str) -> set[str]:
    """Return a corpus's distinct texts that are long enough to be somebody's own."""
    if CORPORA[name].modality != "text":
        return set()
    found = (normalised(record.signal.text) for record in READERS[name](find_folder(name)))
    return {text for text in found if len(text) >= SHORT}


def _plain(message: str) -> str:
    """Return a message without the folders of the machine that wrote it."""
    return " ".join(Path(word).name if word.startswith("/") else word for word in message.split())


def _table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    columns, rows = list(columns), [list(row) for row in rows]
    if not rows:
        return "None."
    lines = [columns, ["---"] * len(columns), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


if __name__ == "__main__":
    sys.exit(main())

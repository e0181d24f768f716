"""The appraisals recipe on planted events: what the words give away is found, merged or alone."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAMES = ("Attention", "Certainty", "Effort", "Pleasant", "Responsibility", "Control", "Circumstance")
COUNT = 40


def plant(folder: Path) -> None:
    """Events that are pleasant where they hold a holiday, and one's own doing where they hold "chose"."""
    header = ["Sentence_id", "Prior_Emotion", "Sentence"]
    header += [f"{name}_{who}" for name in NAMES for who in ("a1", "a2", "a3", "majority")]
    events, posts, folds = ["\t".join(header)], [], ["round,testset,Sentence_id"]
    for n in range(COUNT):
        pleasant, own = n % 2, n // 2 % 2
        text = f"I felt ... when I {'chose' if own else 'was sent'} {'a holiday' if pleasant else 'a fine'} number {n}."
        marks = {"Pleasant": pleasant, "Responsibility": own, "Attention": n % 3 == 0}
        answers = [str(int(marks.get(name, 0))) for name in NAMES for _ in range(4)]
        events.append("\t".join([str(n), "Joy" if pleasant else "Fear", text, *answers]))
        folds.append(f"1,{n % 10 + 1},{n}")
        # The other corpus has some of the very same texts, with the answer turned: training on them would show.
        post = (
            text
            if n < 20
            else f"Reddit, I {'chose' if own else 'was sent'} {'a holiday' if pleasant else 'a fine'}, {n}."
        )
        answer = 1 - pleasant if n < 20 else pleasant
        posts.append(f'p{n},0,"{post}",-1,4,{4 if answer else 1},"2,5",{0 if own else 1}')
    for path, lines in {
        "text/appraisal-enisear/enISEAR_appraisal.tsv": events,
        "text/appraisal-enisear/cv_splits.csv": folds,
        "text/appreddit/AppReddit.csv": [
            "postid,groupid,text,Unexpectedness,Certainty,Consistency,Control,Responsibility",
            *posts,
        ],
    }.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.mark.slow
def test_planted_appraisals_are_found_on_either_corpus_and_merged(tmp_path: Path) -> None:
    plant(tmp_path)
    out = tmp_path / "appraisals.csv"
    command = [sys.executable, str(ROOT / "recipes/appraisals/run.py"), "--partial", "--rounds", "1", "--out", str(out)]
    chosen = ["--resamples", "99", "--features", "tfidf", "--corpora", "enisear_appraisal,appreddit,x_envent"]
    environment = {**os.environ, "AFFEKT_DATA": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [*command, *chosen], check=True, cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert "left out: The corpus x_envent is not here" in done.stdout
    with out.open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    found = {(row["corpus"], row["protocol"], row["metric"]): float(row["value"]) for row in rows}
    enisear, appreddit = "enisear_appraisal", "appreddit"
    assert found[enisear, "authors-folds:alone", "f1:pleasantness"] == 1
    assert found[enisear, "authors-folds:alone", "f1:self_responsblt"] == 1
    assert found[enisear, "authors-folds:with-appreddit", "f1:pleasantness"] > 0.9
    assert found[enisear, "authors-folds:with-appreddit", "f1_gain:pleasantness"] <= 0
    assert found[appreddit, "drawn-folds:with-enisear_appraisal", "f1:self_responsblt"] == 1
    assert found[appreddit, "drawn-folds:from-enisear_appraisal", "f1:self_responsblt"] == 1
    assert found[enisear, "always-yes", "f1:pleasantness"] == pytest.approx(2 / 3, abs=1e-6)
    # What only one of them asks is not merged, and what the words do not hold is not found.
    assert (enisear, "authors-folds:with-appreddit", "f1:attention") not in found
    assert found[enisear, "authors-folds:alone", "f1:attention"] < 0.6
    assert all(row["split"] == "cv-1x10" and int(row["n"]) <= COUNT for row in rows)

"""Submissions to SemEval-2025 Task 11: the organisers' scores by hand, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import pearsonr
from sklearn.metrics import f1_score, jaccard_score

from affekt.errors import InputError, UnknownNameError
from affekt.evaluation.submissions import score_submission

HEAD = "id,anger,fear,joy"


def put(folder: Path, name: str, *rows: str, head: str = HEAD) -> Path:
    path = folder / name
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


def random_rows(seed: int, top: int, count: int = 60) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, top + 1, (count, 3))


def lines(table: np.ndarray) -> list[str]:
    return [f"x{number},{','.join(map(str, row))}" for number, row in enumerate(table.tolist())]


def test_tracks_a_and_c_by_hand(tmp_path: Path) -> None:
    gold = put(tmp_path, "deu.csv", "x1,1,0,0", "x2,0,1,1", "x3,0,0,0", "x4,1,0,1")
    for track in "ac":
        mine = put(tmp_path, f"pred_deu_{track}.csv", "x1,1,0,0", "x2,0,1,0", "x3,0,1,0", "x4,1,0,1")
        scored = score_submission(mine, gold)
        # Anger: two of two; fear: one hit, one false; joy: one hit, one missed.
        assert dict(scored.emotions) == pytest.approx({"anger": 1, "fear": 2 / 3, "joy": 2 / 3})
        assert scored.metrics["macro_f1"] == pytest.approx(7 / 9)
        assert scored.metrics["micro_f1"] == pytest.approx(2 * 4 / 10)
        assert scored.metrics["jaccard"] == pytest.approx((1 + 0.5 + 0 + 1) / 4)
        assert (scored.language, scored.track, scored.items) == ("deu", track, 4)


def test_track_b_by_hand(tmp_path: Path) -> None:
    gold = put(tmp_path, "gold.csv", "x1,0,0,3", "x2,1,2,2", "x3,2,1,0", "x4,3,3,1")
    mine = put(tmp_path, "pred_eng_b.csv", "x1,0,3,3", "x2,1,1,2", "x3,2,2,0", "x4,3,0,1")
    scored = score_submission(mine, gold)
    assert dict(scored.emotions) == pytest.approx({"anger": 1, "fear": -1, "joy": 1})
    assert scored.metrics == pytest.approx({"pearson": 1 / 3})


@pytest.mark.parametrize("seed", range(3))
def test_scores_are_those_of_the_libraries_that_the_task_uses(seed: int, tmp_path: Path) -> None:
    truth, answers = random_rows(seed, 1), random_rows(seed + 10, 1)
    # In another order: items are matched by their ids.
    scored = score_submission(
        put(tmp_path, "pred_hin_a.csv", *lines(answers)[::-1]), put(tmp_path, "gold.csv", *lines(truth))
    )
    assert scored.metrics["macro_f1"] == pytest.approx(f1_score(truth, answers, average="macro"))
    assert scored.metrics["micro_f1"] == pytest.approx(f1_score(truth, answers, average="micro"))
    assert scored.metrics["jaccard"] == pytest.approx(jaccard_score(truth, answers, average="samples", zero_division=0))
    truth, answers = random_rows(seed, 3), random_rows(seed + 10, 3)
    scored = score_submission(put(tmp_path, "pred_hin_b.csv", *lines(answers)), put(tmp_path, "g.csv", *lines(truth)))
    expected = [pearsonr(truth[:, place], answers[:, place])[0] for place in range(3)]
    assert list(scored.emotions.values()) == pytest.approx(expected)


GOLD = ("x1,1,0,0", "x2,0,1,1")


@pytest.mark.parametrize(
    ("name", "head", "rows", "problem"),
    [
        ("eng_a.csv", HEAD, GOLD, r"eng_a\.csv is no name of a submission\. It has to be pred_<language>_<track>"),
        ("pred_eng_d.csv", HEAD, GOLD, "with the track a, b or c"),
        ("pred_eng_a.csv", "id,anger,joy,fear", GOLD, "has the columns anger, joy, fear after id; .* anger, fear, joy"),
        ("pred_eng_a.csv", "anger,fear,joy,id", GOLD, "has to begin with the columns id"),
        ("pred_eng_a.csv", "id,anger,fear", ("x1,1,0", "x2,0,1"), "has the columns anger, fear after id"),
        ("pred_eng_a.csv", HEAD, GOLD[:1], r"pred_eng_a\.csv lacks 1 ids: x2"),
        ("pred_eng_a.csv", HEAD, (*GOLD, "x9,0,0,0"), "answers items that the gold file lacks, 1 ids: x9"),
        ("pred_eng_a.csv", HEAD, (*GOLD, GOLD[0]), "line 4: the id x1 is there twice"),
        ("pred_eng_a.csv", HEAD, ("x1,1,0,0", "x2,0,1,2"), r"line 3: joy is '2', allowed in track A is 0 to 1"),
        ("pred_eng_b.csv", HEAD, ("x1,1,0,0", "x2,0,1,yes"), r"line 3: joy is 'yes', allowed in track B is 0 to 3"),
        ("pred_eng_a.csv", HEAD, ("x1,1,0", "x2,0,1,1"), "line 2: 3 cells under 4 columns"),
        ("pred_eng_a.csv", HEAD, (), "has no rows"),
    ],
)
def test_a_wrong_submission_is_refused(
    name: str, head: str, rows: tuple[str, ...], problem: str, tmp_path: Path
) -> None:
    gold = put(tmp_path, "gold.csv", *GOLD)
    with pytest.raises(InputError, match=problem):
        score_submission(put(tmp_path, name, *rows, head=head), gold)


def test_a_language_that_the_task_does_not_have(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="'xyz'"):
        score_submission(put(tmp_path, "pred_xyz_a.csv", *GOLD), put(tmp_path, "gold.csv", *GOLD))

"""SEED-IV: EEG of 15 people watching 72 film clips over three sessions, neutral, sad, fearful or happy.

Zheng, Liu, Lu, Lu & Cichocki 2019, EmotionMeter: A Multimodal Framework for Recognizing Human Emotions, IEEE
Transactions on Cybernetics 49(3).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.seed import sessions, trials
from affekt.errors import CorpusError
from affekt.types import Record

_LABELS = ("neutral", "sad", "fear", "happy")
# The label of each clip by session, as the release's readme lists them: numbers into the labels above.
_CLIPS = (
    (1, 2, 3, 0, 2, 0, 0, 1, 0, 1, 2, 1, 1, 1, 2, 3, 2, 2, 3, 3, 0, 3, 0, 3),
    (2, 1, 3, 0, 0, 2, 0, 2, 3, 3, 2, 3, 2, 0, 1, 1, 2, 1, 0, 3, 0, 1, 3, 1),
    (1, 2, 2, 1, 3, 3, 3, 1, 1, 2, 1, 0, 2, 3, 3, 0, 2, 3, 0, 0, 2, 0, 1, 0),
)

SPACE = find_space("seed-iv")

CARD = CorpusCard(
    name="seed_iv",
    summary="EEG of 15 people watching 72 film clips over three sessions, neutral, sad, fearful or happy",
    modality="physiology",
    space=SPACE,
    licence="own agreement, for academic research",
    permissive=False,
    homepage="https://bcmi.sjtu.edu.cn/home/seed/seed-iv.html",
    citation=SPACE.source,
    files=(SourceFile("eeg_raw_data", None),),
    rows={"all": 1080},
    languages=(),
    notes=(
        "A record is a trial; the label is the clip's, the same for everybody, by a list of the release that affekt "
        "carries. The signal is the EEG (62 channels at 200 Hz), `member` the variable of the person's MATLAB file "
        "that holds it, `values` its seconds. `conditions` are session (1 to 3; other clips in each), date and clip. "
        "Eye movements and the features are not read. Needs SciPy; no recording is loaded."
    ),
    access="agreement",
    layout_source=(
        "torcheeg/torcheeg, torcheeg/datasets/module/emotion_recognition/seed_iv.py, commit "
        "b6039b13e701edd860eb054242e64c3ec5a43fdc (folders, file names, variables, labels per session, rate). Never "
        "run on the corpus itself"
    ),
    sensitive="signals of people's brains and eyes",
    raters="none: the label is the clip's",
    speakers="15 people, no official split: leave one subject out",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the trials by session, person and clip.

    Layout: ``eeg_raw_data/1/1_20160518.mat`` (session, person, date) … with a variable ending in ``_eeg1`` to
    ``_eeg24`` each, in `folder` or in its ``eeg_raw_data/``. Raises `CorpusError`, `MissingDependencyError` without
    SciPy.
    """
    root = folder / "eeg_raw_data" if (folder / "eeg_raw_data").is_dir() else folder
    for session, clips in enumerate(_CLIPS, 1):
        place = root / str(session)
        if not place.is_dir():
            raise CorpusError(f"{root} has no folder {session}. Put the release's eeg_raw_data with its folders there.")
        labels = [_LABELS[clip] for clip in clips]
        for path, person, date, _ in sessions(place):
            yield from trials(path, labels, {"session": str(session), "date": date}, f"person-{person:02d}.{session}")

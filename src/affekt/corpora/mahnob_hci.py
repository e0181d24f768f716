"""MAHNOB-HCI: people watch film clips and rate what they felt, with EEG and signals of the body.

Soleymani, Lichtenauer, Pun & Pantic 2012, A Multimodal Database for Affect Recognition and Implicit Tagging, IEEE TAC
3(1).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.files import Row
from affekt.corpora.finding import files_in
from affekt.errors import CorpusError
from affekt.types import VAD, Rating, Record, Signal

# What was felt, and what the file calls it.
_SCALES = {
    **{"valence": "feltVlnc", "arousal": "feltArsl", "dominance": "feltCtrl", "predictability": "feltPred"},
}

CARD = CorpusCard(
    name="mahnob_hci",
    summary="EEG and peripheral signals of people watching 20 film clips, self-rated (emotion elicitation part)",
    modality="physiology",
    space=None,
    licence="own EULA, for academic research (wording not verified)",
    permissive=False,
    homepage="https://mahnob-db.eu/hci-tagging/",
    citation="Soleymani, Lichtenauer, Pun & Pantic 2012, A Multimodal Database for Affect Recognition and Implicit "
    "Tagging, IEEE TAC 3(1)",
    files=(SourceFile("Sessions", None),),
    rows={"all": 527},
    languages=(),
    notes=(
        "A record is a session of the emotion elicitation part that holds a clip (isStim) and its ratings; others are "
        "passed over. Valence, arousal and control (here dominance) are moved from 1-9 to [-1, 1] (`vad`), "
        "predictability too (`values`). The label that the person chose is a number, feltEmo, whose meaning could not "
        "be checked: it stays in `conditions` (emotion_code), with the clip. `values` hold the clip's seconds. The "
        "signal is the BDF file (32 channels of EEG at 512 Hz and more), 30 seconds of rest on either side of the clip "
        "included. The number of rows is from memory of papers."
    ),
    access="agreement",
    layout_source=(
        "torcheeg/torcheeg, torcheeg/datasets/module/emotion_recognition/mahnob.py, commit "
        "b6039b13e701edd860eb054242e64c3ec5a43fdc (folders, file names, attributes of session.xml, scales). Never run "
        "on the corpus itself"
    ),
    raters="each participant their own trials",
    speakers="up to 30 people, no official split: leave one subject out",
    sensitive="signals of people's bodies and brains",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the sessions in the order of their numbers.

    Layout: ``Sessions/1/session.xml`` and ``Part_1_N_Trial1_emotion.bdf`` …, in `folder` or right in it. Raises
    `CorpusError`.
    """
    root = folder / "Sessions" if (folder / "Sessions").is_dir() else folder
    sessions = [each for each in root.glob("*") if each.is_dir() and each.name.isdigit()]
    if not sessions:
        raise CorpusError(f"{root} has no folder named by a number. Put the corpus's Sessions there.")
    for session in sorted(sessions, key=lambda each: int(each.name)):
        row, person = _told(session)
        if row["isStim"] == "1" and "feltArsl" in row.cells:
            yield _record(session, row, person)


def _record(session: Path, row: Row, person: str) -> Record:
    values = {}
    for name, column in _SCALES.items():
        if column not in row.cells:
            raise row.error(f"the session has no {column}")
        values[name] = row.signed(column, 1, 9)
    recordings = files_in(session, "*.bdf")
    return Record(
        id=session.name,
        signal=Signal(source=row.file, modality="physiology", path=recordings[0] if recordings else None),
        split="all",
        vad=VAD(values["valence"], values["arousal"], values["dominance"]),
        ratings=(Rating(person, (), values, "writer"),),
        speaker=person,
        group=person,
        values={**values, "seconds": row.number("cutLenSec", 0, 1e4)},
        conditions={"clip": row.cells.get("mediaFile", ""), "emotion_code": row.cells.get("feltEmo", "")},
    )


def _told(session: Path) -> tuple[Row, str]:
    """The attributes of the session, and its person."""
    path = session / "session.xml"
    if not path.is_file():
        raise CorpusError(f"session.xml is not in {session}. Put the corpus's official files there.")
    content = path.read_bytes()
    try:
        # The files declare no entities: whoever does means harm.
        if b"<!" in content.replace(b"<!--", b""):
            raise ElementTree.ParseError("it declares a document type")
        root = ElementTree.fromstring(content)
    except (ElementTree.ParseError, ValueError) as error:
        raise CorpusError(f"{path} cannot be read ({error}). Fetch it again from {CARD.homepage}.") from error
    row, subject = Row(path.name, 1, dict(root.attrib)), root.find("subject")
    if root.tag != "session" or "isStim" not in row.cells or subject is None or not subject.get("id"):
        raise CorpusError(f"{path} is no session with isStim and a subject. Is it the official file?")
    return row, f"subject-{subject.get('id')}"

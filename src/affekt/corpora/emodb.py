"""EMO-DB: ten German sentences spoken by ten actors in seven emotions, with what twenty listeners heard.

Burkhardt, Paeschke, Rolfes, Sendlmeier & Weiss 2005, A Database of German Emotional Speech, Interspeech.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.finding import Clip, agree, named_clips, stored
from affekt.errors import CorpusError
from affekt.types import Record, Signal

_EMOTIONS = {
    **{"W": "anger", "L": "boredom", "E": "disgust", "A": "fear"},
    **{"F": "happiness", "T": "sadness", "N": "neutral"},
}
_TEXTS = {
    "a01": "Der Lappen liegt auf dem Eisschrank.",
    "a02": "Das will sie am Mittwoch abgeben.",
    "a04": "Heute abend könnte ich es ihm sagen.",
    "a05": "Das schwarze Stück Papier befindet sich da oben neben dem Holzstück.",
    "a07": "In sieben Stunden wird es soweit sein.",
    "b01": "Was sind denn das für Tüten, die da unter dem Tisch stehen?",
    "b02": "Sie haben es gerade hochgetragen und jetzt gehen sie wieder runter.",
    "b03": "An den Wochenenden bin ich jetzt immer nach Hause gefahren und habe Agnes besucht.",
    "b09": "Ich will das eben wegbringen und dann mit Karl was trinken gehen.",
    "b10": "Die wird auf dem Platz sein, wo wir sie immer hinlegen.",
}


class _Actor(NamedTuple):
    sex: str
    age: int


_ACTORS = {
    **{"03": _Actor("male", 31), "08": _Actor("female", 34), "09": _Actor("female", 21), "10": _Actor("male", 32)},
    **{"11": _Actor("male", 26), "12": _Actor("male", 30), "13": _Actor("female", 32), "14": _Actor("female", 35)},
    **{"15": _Actor("male", 25), "16": _Actor("female", 31)},
}
_NAME = re.compile(rf"({'|'.join(_ACTORS)})({'|'.join(_TEXTS)})([{''.join(_EMOTIONS)}])[a-z]\.wav")
_HEARD = "erkennung.txt"

SPACE = find_space("emodb")

CARD = CorpusCard(
    name="emodb",
    summary="535 German utterances: ten sentences, ten actors, seven emotions, and what twenty listeners heard",
    modality="speech",
    space=SPACE,
    licence="CC0-1.0 (audEERING's release; the authors offer it without conditions)",
    permissive=True,
    homepage="http://emodb.bilderbar.info/",
    citation=SPACE.source,
    files=(SourceFile("download.zip", None),),
    rows={"all": 535},
    languages=("de",),
    notes=(
        "The label is the emotion the actor played, as is `conditions`: intended, take, sex, age. `values` hold the "
        "shares of the twenty listeners who named it (`recognised`) and found it natural (`natural`), in [0, 1], where "
        "erkennung.txt is there. The published 535 were chosen by what listeners recognised. The compact copy has all "
        "535 cut to their first two seconds, which is the record's signal, and 339 complete ones (anger, happiness, "
        "neutral, sadness) as a further signal: never mix the two in one experiment, length and codec would give the "
        "class away. Phone and syllable labels are not read. No split is published: make folds by speaker."
    ),
    layout_source=(
        "audeering/audformat, docs/emodb-example.rst (names, actors, texts, emotions, erkennung.txt), commit "
        "7a62bc03d46283e18ce1ebcd507e5c46241f56b2; one of its authors made the corpus"
    ),
    raters="20 listeners per utterance, published as shares",
    speakers="ten actors (5 women, 5 men), no published split: make folds by speaker",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the utterances in the order of their names.

    Layout: ``wav/03a01Fa.wav`` and so on, unpacked or in ``download.zip``: speaker, text, emotion,
    version; beside it ``erkennung.txt``, if it is there; or ``metadata.csv`` beside ``audio.tar`` and
    ``audio_2s.tar``. Raises `CorpusError`.
    """
    heard = dict(_heard(folder))
    columns = ("file_2s", "emotion", "listener_recognition_pct", "listener_naturalness_pct")
    for clip in named_clips(folder, _NAME, like="03a01Fa.wav", columns=columns):
        speaker, text, emotion, version = clip.name[:2], clip.name[2:5], clip.name[5], clip.name[6]
        actor, label = _ACTORS[speaker], _EMOTIONS[emotion]
        signal, *further = (
            replace(signal, text=_TEXTS[text], language="de", modality="speech") for signal in _signals(folder, clip)
        )
        if clip.row is not None:
            agree(clip.row, "emotion", label)
            heard[clip.name] = {
                "recognised": clip.row.share("listener_recognition_pct", 0, 100),
                "natural": clip.row.share("listener_naturalness_pct", 0, 100),
            }
        yield Record(
            id=clip.name,
            signal=signal,
            split="all",
            labels=(label,),
            speaker=speaker,
            group=speaker,
            values=heard.get(clip.name, {}),
            further=tuple(further),
            conditions={"intended": label, "take": version, "sex": actor.sex, "age": str(actor.age)},
        )


def _signals(folder: Path, clip: Clip) -> list[Signal]:
    """The copy's cut of two seconds first, which all utterances have, then the complete one."""
    if clip.row is None:
        return [clip.signal]
    cut = stored(folder, "audio_2s.tar", clip.row["file_2s"], source=clip.row.file)
    return [cut, clip.signal] if clip.row["file"] else [cut]


def _heard(folder: Path) -> Iterator[tuple[str, dict[str, float]]]:
    """What listeners heard: a table in Latin-1 with decimal commas, columns apart by white space."""
    path = folder / _HEARD
    if not path.is_file():
        return
    header, *lines = path.read_text(encoding="latin-1").replace("\xa0", " ").splitlines() or [""]
    columns = header.split()
    if columns[:2] != ["Satz", "erkannt"]:
        raise CorpusError(f"{path} does not begin with the columns Satz, erkannt: {header[:80]!r}.")
    natural = [at for at, column in enumerate(columns) if column.startswith("nat")]
    places = {"recognised": 1, **({"natural": natural[0]} if natural else {})}
    for number, line in enumerate(lines, 2):
        cells = line.split()
        if not cells:
            continue
        try:
            shares = {name: float(cells[at].replace(",", ".")) / 100 for name, at in places.items()}
        except (ValueError, IndexError) as error:
            raise CorpusError(f"{path}, line {number}: {line!r} is no file name and shares in per cent.") from error
        if not all(0 <= share <= 1 for share in shares.values()):
            raise CorpusError(f"{path}, line {number}: {line!r} holds a share outside 0 to 100 per cent.")
        yield cells[0].removesuffix(".wav"), shares

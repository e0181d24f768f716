"""ESConv: conversations in which one person supports another in distress, with the strategy of each turn.

Liu et al. 2021, Towards Emotional Support Dialog Systems, ACL.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.documents import Node, read_json, read_json_lines
from affekt.corpora.files import checksums, has_file
from affekt.types import Record, Signal

_COMMIT = "f262d062ad74cb39b17ea476facc81568ddcba24"
_RAW = f"https://raw.githubusercontent.com/thu-coai/Emotional-Support-Conversation/{_COMMIT}"
_NAMES = ("ESConv.json", "FailedESConv.json")
# FailedESConv calls them speaker and listener, MultiESC usr and sys.
_SPEAKERS = {"seeker": "seeker", "supporter": "supporter", "speaker": "seeker", "listener": "supporter"} | {
    **{"usr": "seeker", "sys": "supporter"},
}
_SURVEY = {
    "initial_emotion_intensity": "initial_intensity",
    "final_emotion_intensity": "final_intensity",
    "empathy": "empathy",
    "relevance": "relevance",
}

CARD = CorpusCard(
    name="esconv",
    summary="1,300 conversations of emotional support with strategies, the seeker's emotion and its intensities",
    modality="text",
    space=None,
    licence='CC BY-NC 4.0, "for academic research use only"',
    permissive=False,
    homepage="https://github.com/thu-coai/Emotional-Support-Conversation",
    citation="Liu et al. 2021, Towards Emotional Support Dialog Systems, ACL",
    # ESConv.json is larger than what we could fetch: it has no checksum here.
    files=tuple(SourceFile(name, f"{_RAW}/{name}", checksums("esconv").get(name)) for name in _NAMES),
    rows={"failed": 5230},
    languages=("en",),
    notes=(
        "An item is an utterance, the group its conversation, the speaker seeker or supporter. No utterance has an "
        "emotion of its own: `conditions` hold what is said of the conversation (emotion_type, problem_type, "
        "experience_type, situation) and the supporter's strategy, spelled as published; `values` hold the survey "
        "(initial_intensity, final_intensity, empathy, relevance) and the seeker's feedback, each 1-5. Splits: all "
        "(ESConv.json, published in none; its number of utterances could not be checked), failed (196 conversations "
        "that did not help), or valid and test of a copy. The publisher's later splits are drawn by its code. "
        "Crowd workers played seekers and supporters; the topics are distressing."
    ),
    copies={"MultiESC's valid and test, with failed": {"valid": 4467, "test": 4752, "failed": 5230}},
    layout_source=(
        "thu-coai/Emotional-Support-Conversation, FailedESConv.json and codes_zcj/_reformat/process.py (which reads "
        f"ESConv.json), {_COMMIT}; copy: lwgkzl/MultiESC, MultiESC/data, 46834e134320253e51920a2f5d34f166335bd965"
    ),
    sensitive="people in distress who ask for support",
    raters="seeker and supporter themselves",
    speakers="crowd workers without ids: one may be in several conversations",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the utterances; the id is ``<split>-<conversation>-<turn>``, both numbered from 0.

    Layout: ``ESConv.json`` and ``FailedESConv.json`` (the publisher's); where the first is absent,
    ``multiesc_valid.jsonl`` and ``multiesc_test.jsonl``, whose own readings of valence and cause are not
    read. Raises `CorpusError`.
    """
    if has_file(folder, "ESConv.json") or not has_file(folder, "multiesc_valid.jsonl"):
        for number, conversation in enumerate(read_json(folder, "ESConv.json")):
            yield from _conversation(conversation, f"all-{number}")
    else:
        for split in ("valid", "test"):
            for number, conversation in enumerate(read_json_lines(folder, f"multiesc_{split}.jsonl")):
                yield from _copied(conversation, f"{split}-{number}")
    for number, conversation in enumerate(read_json(folder, "FailedESConv.json")):
        yield from _conversation(conversation, f"failed-{number}")


def _conversation(conversation: Node, group: str) -> Iterator[Record]:
    keys = ("experience_type", "emotion_type", "problem_type", "situation")
    about = {key: conversation[key].text() for key in keys}
    survey = {
        ours: float(conversation["survey_score"]["seeker"][theirs].whole(1, 5))
        for theirs, ours in _SURVEY.items()
        if theirs in conversation["survey_score"]["seeker"]
    }
    for turn, said in enumerate(conversation["dialog"]):
        annotation = said["annotation"]
        strategy = {"strategy": annotation["strategy"].text()} if "strategy" in annotation else {}
        yield _record(said, said["content"], group, turn, about | strategy, survey | _feedback(annotation))


def _copied(conversation: Node, group: str) -> Iterator[Record]:
    about = {key: conversation[key].text() for key in ("emotion_type", "problem_type", "situation")}
    survey = {
        "initial_intensity": float(conversation["init_intensity"].whole(1, 5)),
        "final_intensity": float(conversation["final_intensity"].whole(1, 5)),
    }
    for turn, said in enumerate(conversation["dialog"]):
        strategies = [strategy.text() for strategy in said["all_strategy"]] if "all_strategy" in said else []
        strategy = {"strategy": "|".join(strategies)} if strategies else {}
        yield _record(said, said["text"], group, turn, about | strategy, survey | _feedback(said))


def _feedback(node: Node) -> dict[str, float]:
    if "feedback" not in node or node["feedback"].value is None:
        return {}
    return {"feedback": float(node["feedback"].whole(1, 5))}


def _record(
    said: Node, text: Node, group: str, turn: int, conditions: dict[str, str], values: dict[str, float]
) -> Record:
    return Record(
        id=f"{group}-{turn}",
        signal=Signal(text.text().strip(), source=said.file, language="en"),
        split=group.partition("-")[0],
        speaker=_SPEAKERS[said["speaker"].one_of(tuple(_SPEAKERS))],
        group=group,
        values=values,
        turn=turn,
        conditions=conditions,
    )

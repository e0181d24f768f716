"""What is declared about a model, a corpus and an evaluation: plain values in light modules."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Literal

from affekt.types import LabelSpace, Modality

Access = Literal["open", "request", "agreement", "not public"]
Layout = Literal["verified", "unverified", "none public"]


@dataclass(frozen=True, slots=True)
class Fit:
    """What was fitted on dev after training: calibration and thresholds.

    Probability of label k is σ(scale[k] · logit[k] + shift[k]); the standard deviation of each VAD
    dimension is multiplied by `sd_factor`. `thresholds` maps the name of a space (the model's own,
    and each it is rolled up into) to one threshold per label of that space.
    """

    scale: tuple[float, ...]
    shift: tuple[float, ...]
    sd_factor: tuple[float, float, float]
    thresholds: Mapping[str, tuple[float, ...]]


@lru_cache(maxsize=16)
def read_fit(path: Path) -> Fit:
    """Return the `Fit` that a recipe wrote to `path`, a JSON file."""
    values = json.loads(path.read_text(encoding="utf-8"))
    valence, arousal, dominance = values["sd_factor"]
    return Fit(
        tuple(values["scale"]),
        tuple(values["shift"]),
        (valence, arousal, dominance),
        {space: tuple(limits) for space, limits in values["thresholds"].items()},
    )


@dataclass(frozen=True, slots=True)
class ModelCard:
    """One model: what it reads, what it answers, what it was made from, where its weights lie.

    `folder` holds the weights; `files` maps each file in it to its sha256; `tokenizer` is a
    ``tokenizer.json``, shared by models that cut text alike, None where a model has its own way (``ngrams``).
    `licence` binds the weights; `commercial` says whether that licence lets a business use them. `window` is in
    tokens, of ``ngrams`` in words. A model of several (runtime ``several``) has the cards it asks in `members`, in
    order: a text is read by the first that reads its language. What `affekt train` makes is a ``head`` on the one model
    in `members`, or an ``encoder`` with its own tokenizer in `folder`.
    Runtime ``open`` scores `labels` of the user's own, ``name`` or ``name: definition``, by the encoder in `members`.
    A model of speech reads sound at `rate` Hz as log-mel spectra of `bands` bands, `window` seconds at once at most,
    and answers for every `hop_s` seconds besides (`affekt.inference.speech`).
    `opinions` are the spaces over which it learned people's votes (``raters.npz`` in `folder`).
    `golden` are texts with the top label that the shipped weights must give.
    """

    name: str
    version: str
    summary: str
    modality: Modality
    space: LabelSpace
    runtime: Literal["onnx", "numpy", "ngrams", "several", "head", "encoder", "open"]
    folder: Path
    files: dict[str, str]
    tokenizer: Path | None
    languages: tuple[str, ...]
    window: int
    licence: str
    commercial: bool
    code_licence: str
    trained_on: tuple[str, ...]
    paper: str
    recipe: str
    dimensions: bool = True
    intensity: bool = True
    opinions: tuple[LabelSpace, ...] = ()
    golden: tuple[tuple[str, str], ...] = ()
    scores_published: dict[str, float] = field(default_factory=dict)
    members: tuple[ModelCard, ...] = ()
    labels: tuple[str, ...] = ()
    rate: int = 16_000
    bands: int = 64
    hop_s: float = 0.5

    @property
    def fit(self) -> Fit:
        """The calibration and thresholds that belong to these weights."""
        return read_fit(self.folder / "fit.json")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One official file of a corpus: its name below the corpus folder, where it is published, its sha256.

    `sha256` is None where the publisher gives none and we could not fetch the original to take it;
    the reader then checks the number of rows instead and says so.
    """

    name: str
    url: str | None
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class CorpusCard:
    """One corpus: what is in it, who made it, what its licence lets you do.

    `licence` is the publisher's wording; `permissive` says whether weights trained on it may be shipped as
    a default (BY-SA counts, and binds the weights). `access` says what stands before the files: nothing, a
    request, an agreement to sign, or that they are not public at all. `layout` says whether the reader's
    file layout was checked against the publisher's files, code or documentation, which `layout_source`
    names (repository, path, commit); a corpus of unverified or no public layout has a card and no reader, save where
    `layout_source` says what the reader assumes.
    `raters` is who judged and how many each item, `speakers` whether speakers (writers, actors, subjects)
    are in several splits, `papers` the ids of the papers it serves. `sensitive` says what of it could hurt the
    people in it (texts of people in distress, health, signals of bodies, private conversations), "" where nothing:
    affekt then shows none of its items unless asked to. `rows` is the official number of items
    per split; `copies` are the numbers of known partial or re-split redistributions, by a name that says
    what they are.
    """

    name: str
    summary: str
    modality: Modality
    space: LabelSpace | None
    licence: str
    permissive: bool
    homepage: str
    citation: str
    files: tuple[SourceFile, ...]
    rows: dict[str, int]
    languages: tuple[str, ...]
    notes: str = ""
    copies: dict[str, dict[str, int]] = field(default_factory=dict)
    access: Access = "open"
    layout: Layout = "verified"
    layout_source: str = ""
    raters: str = ""
    speakers: str = ""
    papers: tuple[str, ...] = ()
    sensitive: str = ""


@dataclass(frozen=True, slots=True)
class EvaluationCard:
    """One evaluation: corpus, split, protocol (how labels and thresholds are treated), metrics."""

    name: str
    corpus: str
    split: str
    protocol: str
    metrics: tuple[str, ...]
    primary: str

"""Music corpora without a reader."""

from __future__ import annotations

from affekt.cards import CorpusCard

CARDS = (
    CorpusCard(
        name="deam",
        summary="DEAM: 1,802 songs and excerpts with valence and arousal, static and every half second",
        modality="music",
        space=None,
        licence="not verified (annotations for research; each song its own Creative Commons licence)",
        permissive=False,
        homepage="https://cvml.unige.ch/databases/DEAM/",
        citation="Aljanaki, Yang & Soleymani 2017, Developing a benchmark for emotional analysis of music, PLOS ONE "
        "12(3)",
        files=(),
        rows={"all": 1802},
        languages=(),
        notes="Static ratings 1 to 9, dynamic ratings -1 to 1 at 2 Hz; the songs of MediaEval 2013 to 2015.",
        access="open",
        layout="unverified",
        raters="crowd workers, at least five each excerpt, as the paper has it",
    ),
    CorpusCard(
        name="emopia",
        summary="EMOPIA: pop piano clips as audio and MIDI, each in one quadrant of valence and arousal",
        modality="music",
        space=None,
        licence="not verified",
        permissive=False,
        homepage="https://annahung31.github.io/EMOPIA/",
        citation="Hung et al. 2021, EMOPIA: A Multi-Modal Pop Piano Dataset for Emotion Recognition and Emotion-based "
        "Music Generation, ISMIR",
        files=(),
        rows={},
        languages=(),
        notes="Q1 to Q4: high valence and arousal, low valence high arousal, low both, high valence low arousal.",
        access="open",
        layout="unverified",
        raters="one of four annotators each clip, as the paper has it",
        speakers="several clips of one song: split by song",
    ),
)

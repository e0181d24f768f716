"""Score `text`, `text-nano` and the TF-IDF baseline on GoEmotions test and EmoBank dev, in one run.

    python recipes/text/evaluate.py [--systems text,text-nano,tfidf,vader]

Writes `results/goemotions.csv` and `results/emobank.csv`, and per-item predictions under `runs/`.
Thresholds and calibration are those on the cards, fitted on GoEmotions dev and on EmoBank train
documents that training left out; this is the only script that opens the test labels.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from data import label_matrix, vad_matrix

from affekt.corpora.read import read_corpus
from affekt.evaluation import baselines, emobank, goemotions
from affekt.evaluation.predictions import write_predictions
from affekt.evaluation.records import write_results
from affekt.inference.text import open_reader
from affekt.models.index import find_model

RESULTS = Path("results")

"""The five-row trees of all text corpora by name: official layouts, and compact ones where they exist."""

from __future__ import annotations

import official_trees
import text_trees

OFFICIAL = official_trees.OFFICIAL | text_trees.OFFICIAL
COMPACT = official_trees.COMPACT | text_trees.COMPACT

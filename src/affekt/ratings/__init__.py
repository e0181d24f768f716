"""People's judgements: every vote kept, and the views, agreements and rater models drawn from them."""

from __future__ import annotations

from affekt.ratings.building import concatenate, from_counts, from_values, from_votes
from affekt.ratings.table import Ratings, Scale

__all__ = ["Ratings", "Scale", "concatenate", "from_counts", "from_values", "from_votes"]

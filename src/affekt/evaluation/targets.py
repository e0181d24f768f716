"""Moved to `affekt.corpora.targets`; this line goes when every import names the new place."""

from affekt.corpora.targets import *  # noqa: F403

"""What all tests share: how hypothesis runs."""

from __future__ import annotations

from hypothesis import settings

from chat_server import chat_server  # noqa: F401 (a fixture that several rooms share)

# A deadline per example measures how busy the machine is, not whether the code is right.
settings.register_profile("affekt", deadline=None, max_examples=60)
settings.load_profile("affekt")

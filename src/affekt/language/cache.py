"""Replies kept on disk, a file each, so that nothing is paid for twice and a run that died goes on."""

from __future__ import annotations

import json
import os
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from affekt.errors import OutputError
from affekt.language.chat import Prompt, Settings

SCHEMA = "affekt.reply/1"


class Kept(NamedTuple):
    """A reply as it is kept."""

    content: str
    finish: str | None


def reply_key(address: str, model: str, prompt: Prompt, settings: Settings) -> str:
    """Return the name a reply is kept under: a hash of endpoint, model, messages and settings."""
    drawn = [settings.temperature, settings.tokens, settings.seed, settings.schema]
    told = [SCHEMA, address, model, [list(message) for message in prompt], drawn]
    return sha256(json.dumps(told, ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()


def read_reply(folder: Path | None, key: str) -> Kept | None:
    """Return the reply kept under `key`; None where there is none, or its file is damaged."""
    if folder is None:
        return None
    try:
        found = json.loads(_place(folder, key).read_text(encoding="utf-8"))
        if found["schema"] != SCHEMA or found["key"] != key or not isinstance(found["content"], str):
            return None
        return Kept(found["content"], found.get("finish"))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def keep_reply(folder: Path | None, key: str, kept: Kept) -> None:
    """Keep a reply: written beside its place, then put there, so a process that dies leaves no half of one.

    The prompt itself is not kept. Raises `OutputError`.
    """
    if folder is None:
        return
    path = _place(folder, key)
    value = {"schema": SCHEMA, "key": key, "content": kept.content, "finish": kept.finish}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
        partial = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(json.dumps(value, ensure_ascii=True).encode())
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(
            f"Cannot keep a reply below {folder}: {error.strerror or error}. Free the disk or choose another folder."
        ) from error


def _place(folder: Path, key: str) -> Path:
    # Two levels: folders of a hundred thousand files are slow to list.
    return folder / key[:2] / f"{key[2:40]}.json"

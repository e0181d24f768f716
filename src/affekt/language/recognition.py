"""From speech to words: PocketSphinx on this machine, or an OpenAI-compatible endpoint that transcribes."""

from __future__ import annotations

import http.client
import io
import json
import secrets
import time
import urllib.error
import urllib.parse
import urllib.request
import wave
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike

from affekt.errors import EndpointError, InputError, MissingDependencyError, unknown_name
from affekt.language.wire import KEY_VARIABLE, complaint, endpoint_key, refusal, retry_after

RATE = 16_000
POCKETSPHINX = "pocketsphinx"
ENDPOINT = "endpoint:"
_AGAIN = (408, 409, 425, 429)
_LOCAL = ("localhost", "::1")
_LONGEST_WAIT = 60.0


class Recognizer(Protocol):
    """What writes down speech: samples float (time,) at 16 kHz, full scale 1, in; the words out, "" where none."""

    def __call__(self, samples: ArrayLike, /) -> str:
        """Return the words of one recording."""


def open_recognizer(name: str, *, retries: int = 3, timeout: float = 120.0) -> Recognizer:
    """Return a recogniser: ``pocketsphinx``, or ``endpoint:URL#MODEL``, which is asked at ``URL/audio/transcriptions``.

    PocketSphinx brings its English model and runs offline; its words are those of a dictionary, in lower case. Of an
    endpoint, recordings leave this machine for that URL and for nowhere else; a key is read from AFFEKT_ENDPOINT_KEY,
    and a call that fails is made `retries` times again. Raises `UnknownNameError` for another name, `InputError` for
    an address that is none, and `MissingDependencyError`.
    """
    if name == POCKETSPHINX:
        return _pocketsphinx()
    if not name.startswith(ENDPOINT):
        raise unknown_name("recogniser", name, (POCKETSPHINX, f"{ENDPOINT}URL#MODEL"), "affekt conditions --help")
    url, _, model = name.removeprefix(ENDPOINT).partition("#")
    parts = urllib.parse.urlsplit(url)
    if not model or parts.scheme not in ("http", "https") or not parts.hostname:
        raise InputError(f"{name!r} is no endpoint. Write endpoint:http://host:port/v1#model-name.")
    if parts.username or parts.password:
        raise InputError(f"Keep names and passwords out of the URL. A key is read from {KEY_VARIABLE}.")
    return _endpoint(url.rstrip("/"), model, retries, timeout)


def _pocketsphinx() -> Recognizer:
    try:
        from pocketsphinx import Decoder
    except ImportError as error:
        raise MissingDependencyError(
            "Recognising words offline needs PocketSphinx. Install it with: pip install 'affekt[words]'"
        ) from error
    decoder = Decoder(samprate=float(RATE), loglevel="FATAL")

    def recognize(samples: ArrayLike, /) -> str:
        sound = _pcm(samples)
        if not sound:
            return ""
        decoder.start_utt()
        decoder.process_raw(sound, no_search=False, full_utt=True)
        decoder.end_utt()
        found = decoder.hyp()
        return "" if found is None else str(found.hypstr)

    return recognize


def _endpoint(url: str, model: str, retries: int, timeout: float) -> Recognizer:
    host = urllib.parse.urlsplit(url).hostname or ""
    own = host in _LOCAL or host.startswith("127.")
    handlers: list[urllib.request.BaseHandler] = [_NoRedirect()]
    handlers += [urllib.request.ProxyHandler({})] if own else []
    opener = urllib.request.build_opener(*handlers)

    def recognize(samples: ArrayLike, /) -> str:
        body, kind = _form(_wav(samples), model)
        return _asked(lambda: _post(opener, f"{url}/audio/transcriptions", body, kind, timeout), url, retries)

    return recognize


def _asked(call: Callable[[], str], url: str, retries: int) -> str:
    """The words, after as many tries as it takes. Raises `EndpointError` where none is left, or none will help."""
    failure, wait = "", 1.0
    for left in range(retries, -1, -1):
        try:
            return call()
        except urllib.error.HTTPError as error:
            with error:
                told = complaint(error)
            if error.code not in _AGAIN and error.code < 500:
                raise EndpointError(refusal(url, error, told)) from error
            failure, wait = f"{error.code} {error.reason}", max(wait, retry_after(error.headers.get("Retry-After")))
        except (OSError, http.client.HTTPException, ValueError, LookupError, TypeError) as error:
            cause = error.reason if isinstance(error, urllib.error.URLError) else error
            failure = str(cause) or type(cause).__name__
        if left:
            time.sleep(min(_LONGEST_WAIT, wait))
            wait *= 2
    raise EndpointError(f"{url} transcribed nothing in {retries + 1} tries: {failure}. Is it running?")


def _post(opener: urllib.request.OpenerDirector, url: str, body: bytes, kind: str, timeout: float) -> str:
    headers = {"Content-Type": kind, "Accept": "application/json", "User-Agent": "affekt"}
    if key := endpoint_key():
        headers["Authorization"] = f"Bearer {key}"
    with opener.open(urllib.request.Request(url, body, headers, method="POST"), timeout=timeout) as reply:
        text = json.loads(reply.read(1_000_000))["text"]
    if not isinstance(text, str):
        raise TypeError(f"the transcript is {type(text).__name__}")
    return text.strip()


def _form(sound: bytes, model: str) -> tuple[bytes, str]:
    """A form with the model's name and the recording, and what kind of body it is."""
    mark = secrets.token_hex(16)
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="model"\r\n\r\n{model}\r\n'.encode(),
        f'--{mark}\r\nContent-Disposition: form-data; name="response_format"\r\n\r\njson\r\n'.encode(),
        f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="speech.wav"\r\n'.encode(),
        b"Content-Type: audio/wav\r\n\r\n" + sound + f"\r\n--{mark}--\r\n".encode(),
    ]
    return b"".join(parts), f"multipart/form-data; boundary={mark}"


def _wav(samples: ArrayLike) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(_pcm(samples))
    return out.getvalue()


def _pcm(samples: ArrayLike) -> bytes:
    """16-bit samples of one channel; what is no number is silence."""
    sound = np.nan_to_num(np.asarray(samples, np.float64).reshape(-1), posinf=0, neginf=0)
    return (np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes()


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Refuses redirects: they would carry the key and the recording elsewhere."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None

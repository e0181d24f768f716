"""A chat model behind an OpenAI-compatible endpoint, asked over the standard library.

One POST and one JSON object per reply need no HTTP library, and the base install has none: seconds of a model's time
outweigh a new connection. Proxies of the environment are used save for this machine; redirects are refused, since they
would carry the key elsewhere.
"""

from __future__ import annotations

import http.client
import json
import random
import re
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from affekt.errors import EndpointError, InputError
from affekt.language.cache import Kept, keep_reply, read_reply, reply_key
from affekt.language.chat import Prompt, Reply, Settings
from affekt.language.wire import (
    KEY_VARIABLE,
    complaint,
    content_of,
    endpoint_key,
    refusal,
    request_body,
    retry_after,
    usage_of,
)

_AGAIN = (408, 409, 425, 429)
_REFUSED = (400, 413, 422)
_MOST_BYTES = 8_000_000
_LOCAL = ("localhost", "::1")


@dataclass(frozen=True, slots=True)
class ClientOptions:
    """How an endpoint is called: seconds before a call counts as lost (`timeout`), how often a lost or refused one is
    made again (`retries`), seconds before the first of these, doubled each time (`wait`, at most `longest_wait`, which
    bounds Retry-After too), and the folder replies are kept in (None: nowhere)."""

    timeout: float = 60.0
    retries: int = 3
    wait: float = 1.0
    longest_wait: float = 60.0
    cache: Path | None = Path("runs/endpoint")


def open_endpoint(address: str, *, options: ClientOptions | None = None) -> Endpoint:
    """Return the chat model that ``URL#MODEL`` names. Nothing is asked yet. Raises `InputError`.

    >>> open_endpoint("http://localhost:8000/v1#org/model").name
    'org/model'
    """
    url, _, model = address.partition("#")
    parts = urllib.parse.urlsplit(url)
    if not model or parts.scheme not in ("http", "https") or not parts.hostname:
        raise InputError(f"{address!r} is no endpoint. Write endpoint:http://host:port/v1#model-name.")
    if parts.username or parts.password:
        raise InputError(f"Keep names and passwords out of the URL. A key is read from {KEY_VARIABLE}.")
    return Endpoint(url, model, options=options)


class Endpoint:
    """A chat model at ``URL/chat/completions``. Safe to ask from several threads; `open_endpoint` makes one.

    A key, if one is needed, is read from AFFEKT_ENDPOINT_KEY. Texts leave this machine for that URL and for nowhere
    else. What it holds: until when the endpoint asked to be left alone, and which settings it turned out not to know.
    """

    def __init__(self, url: str, model: str, *, options: ClientOptions | None = None) -> None:
        trimmed = url.rstrip("/")
        self.url = trimmed if trimmed.endswith("/chat/completions") else f"{trimmed}/chat/completions"
        self.name = model
        self._options = options or ClientOptions()
        self._lock = threading.Lock()
        self._rest_until = 0.0
        self._unknown: frozenset[str] = frozenset()
        host = urllib.parse.urlsplit(url).hostname or ""
        own = host in _LOCAL or host.startswith("127.")
        handlers: list[urllib.request.BaseHandler] = [_NoRedirect()]
        handlers += [urllib.request.ProxyHandler({})] if own else []
        self._opener = urllib.request.build_opener(*handlers)

    def keeps(self, prompt: Prompt, settings: Settings) -> bool:
        """Return whether the reply is kept on disk, so that it costs nothing to ask."""
        return read_reply(self._options.cache, reply_key(self.url, self.name, prompt, settings)) is not None

    def reply(self, prompt: Prompt, settings: Settings) -> Reply:
        """Return the reply, from the cache or by calls; `content` is None where all tries failed or it was refused.

        Timeouts, broken connections, replies that are no JSON, 408, 409, 425, 429 and 5xx are tried again, after
        Retry-After where it is told. 400, 413 and 422 refuse this prompt alone, unless a setting is what they refuse:
        that one is left out from then on. Raises `EndpointError` for every other refusal (key, model, URL), and
        `OutputError` where a reply cannot be kept.
        """
        key = reply_key(self.url, self.name, prompt, settings)
        kept = read_reply(self._options.cache, key)
        if kept is not None:
            return Reply(kept.content, requests=0, cached=True, finish=kept.finish)
        requests, tries, failure = 0, 0, ""
        while tries <= self._options.retries:
            self._rest(tries)
            unknown, requests = self._unknown, requests + 1
            try:
                answer = self._post(request_body(self.name, prompt, settings, unknown))
                content, finish = content_of(answer)
            except EndpointError:
                raise  # it is an OSError too, and no lost call
            except urllib.error.HTTPError as error:
                with error:
                    told = complaint(error)
                if error.code in _AGAIN or error.code >= 500:
                    self._hold(error, told)
                    tries, failure = tries + 1, f"{error.code} {error.reason}"
                elif error.code not in _REFUSED:
                    raise EndpointError(refusal(self.url, error, told)) from error
                elif not self._learn(told, settings, unknown):
                    return Reply(None, requests=requests, failure=f"refused: {told or error.reason}")
                continue
            except (OSError, http.client.HTTPException, ValueError, LookupError, TypeError, AttributeError) as error:
                cause = error.reason if isinstance(error, urllib.error.URLError) else error
                late = isinstance(cause, TimeoutError)
                failure = f"no answer in {self._options.timeout:g} s" if late else str(cause) or type(cause).__name__
                tries += 1
                continue
            keep_reply(self._options.cache, key, Kept(content, finish))
            return Reply(content, usage_of(answer, prompt, content), requests, finish=finish)
        return Reply(None, requests=requests, failure=failure)

    def _rest(self, tries: int) -> None:
        """Sleep as long as the endpoint asked for, or longer after each try that failed."""
        backoff = 0.0
        if tries:
            backoff = self._options.wait * 2 ** (tries - 1) * random.uniform(0.75, 1.25)
        asked = self._rest_until - time.monotonic()
        seconds = min(self._options.longest_wait, max(backoff, asked))
        if seconds > 0:
            time.sleep(seconds)

    def _hold(self, error: urllib.error.HTTPError, told: str) -> None:
        """Note when the endpoint wants to be asked again; all threads keep to it. Raises where no wait will help."""
        if "insufficient_quota" in told:
            raise EndpointError(refusal(self.url, error, told)) from error
        seconds = retry_after(error.headers.get("Retry-After"))
        with self._lock:
            self._rest_until = max(self._rest_until, time.monotonic() + min(seconds, self._options.longest_wait))

    def _learn(self, told: str, settings: Settings, tried: frozenset[str]) -> bool:
        """Return whether what was refused is a setting that can be left out; it is, from now on."""
        sent = request_body(self.name, (), settings, tried)
        named = [name for name in ("max_tokens", "temperature", "seed", "response_format") if name in sent]
        found = [name for name in named if re.search(rf"\b{name}\b", told)]
        if not found and "response_format" in named and re.search(r"json_schema|schema|guided|grammar", told):
            found = ["response_format"]
        with self._lock:
            # Another thread may have learned it meanwhile: then this prompt is worth another try as well.
            news = self._unknown - tried
            self._unknown |= frozenset(found)
        return bool(found or news)

    def _post(self, body: dict[str, Any]) -> Any:
        headers = {"Content-Type": "application/json", "Accept": "application/json", "User-Agent": "affekt"}
        if key := endpoint_key():
            headers["Authorization"] = f"Bearer {key}"
        request = urllib.request.Request(self.url, json.dumps(body).encode(), headers, method="POST")
        end = time.monotonic() + self._options.timeout
        with self._opener.open(request, timeout=self._options.timeout) as reply:
            parts, size = [], 0
            # A timeout of urllib is one of each read: a reply that drips would last for ever.
            while part := reply.read1(65536):
                parts.append(part)
                size += len(part)
                if time.monotonic() > end:
                    raise TimeoutError
                if size > _MOST_BYTES:
                    raise ValueError("the reply is longer than 8 MB")
            if reply.length:
                raise http.client.IncompleteRead(b"", reply.length)
        return json.loads(b"".join(parts))


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Refuses redirects: urllib would turn the POST into a GET and take the key along."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None

"""A scripted chat endpoint on this machine, for the tests of whatever asks one."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest


@dataclass
class Refuse:
    """A reply that is none: a status, what is said, headers."""

    status: int
    said: Any = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Raw:
    """A reply byte by byte: `body`, told to be `length` long, after `pause` seconds; `drip` seconds between bytes."""

    body: bytes = b""
    length: int | None = None
    pause: float = 0.0
    drip: float = 0.0


@dataclass
class ChatServer:
    """A running endpoint: what it was asked (`bodies`, `headers`), and the script, which may be changed at any time."""

    url: str = ""
    script: Callable[[dict[str, Any], int], Any] = lambda body, count: "{}"
    usage: Any = field(default_factory=lambda: {"prompt_tokens": 10, "completion_tokens": 2})
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    active: int = 0
    most: int = 0
    lock: Any = field(default_factory=threading.Lock)


def last(body: dict[str, Any]) -> str:
    """Return the text that a prompt of ours asks about."""
    first = body["messages"][0]["content"]
    return first.rpartition("Text: ")[2].partition("\n")[0].strip('"')


def _handler(server: ChatServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with server.lock:
                server.bodies.append(body)
                server.headers.append(dict(self.headers))
                server.active += 1
                server.most = max(server.most, server.active)
                count = len(server.bodies)
            try:
                said = server.script(body, count)
            finally:
                # Before the reply leaves: whoever has it may ask again at once.
                with server.lock:
                    server.active -= 1
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                self.answer(said)

        def answer(self, said):
            if isinstance(said, Raw):
                time.sleep(said.pause)
                self.start(200, {"Content-Length": str(len(said.body) if said.length is None else said.length)})
                for byte in said.body:
                    self.wfile.write(bytes([byte]))
                    self.wfile.flush()
                    time.sleep(said.drip)
                self.close_connection = True
            elif isinstance(said, Refuse):
                self.whole(said.status, said.said, said.headers)
            else:
                value = said if isinstance(said, dict) else {"choices": [{"message": {"content": said}}]}
                if server.usage is not None:
                    value = {"usage": server.usage, **value}
                self.whole(200, value, {})

        def whole(self, status, value, headers):
            content = value.encode() if isinstance(value, str) else json.dumps(value).encode()
            self.start(status, {"Content-Length": str(len(content)), **headers})
            self.wfile.write(content)

        def do_GET(self):
            server.bodies.append({"get": self.path})
            self.whole(200, {}, {})

        def start(self, status, headers):
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_):
            pass

    return Handler


@pytest.fixture
def chat_server():
    """A scripted endpoint: set ``chat_server.script = lambda body, count: "what it says"``."""
    server = ChatServer()
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(server)) as running:
        # A handler that still waits when its test is over must not hold the next one up.
        running.daemon_threads = True
        running.block_on_close = False
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        server.url = f"http://127.0.0.1:{running.server_port}/v1"
        yield server
        running.shutdown()
        thread.join()

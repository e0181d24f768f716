"""Downloading from a server on the loopback interface: whole, broken, wrong, refused."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.download import download, main
from affekt.errors import CorpusError, LicenceError

CONTENT = {"/train.tsv": b"I am glad.\t17\tx1\n" * 9000, "/more/dev%20set.tsv": b"Oh.\t27\tx2\n"}


class Home(BaseHTTPRequestHandler):
    """Serves `CONTENT`; breaks off in the middle of what `broken` names."""

    broken: set[str] = set()  # noqa: RUF012
    asked: list[str] = []  # noqa: RUF012

    def do_GET(self) -> None:
        self.asked.append(self.path)
        content = CONTENT.get(self.path)
        if content is None:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if self.path in self.broken else content)

    def log_message(self, *arguments: object) -> None:
        """Keep quiet."""


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for proxy in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(proxy, raising=False)
    monkeypatch.setattr(Home, "broken", set())
    monkeypatch.setattr(Home, "asked", [])
    server = ThreadingHTTPServer(("127.0.0.1", 0), Home)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def card(home: str, *, sha256: str | None = "right") -> CorpusCard:
    right = hashlib.sha256(CONTENT["/train.tsv"]).hexdigest()
    return CorpusCard(
        name="toy",
        summary="A toy",
        modality="text",
        space=None,
        licence="CC BY 4.0",
        permissive=True,
        homepage="https://example.org/toy",
        citation="Nobody 2026",
        files=(
            SourceFile("train.tsv", f"{home}/train.tsv", right if sha256 == "right" else sha256),
            SourceFile("more/dev set.tsv", f"{home}/more/dev%20set.tsv"),
            SourceFile("by hand.tsv", None),
        ),
        rows={"train": 9000},
        languages=("en",),
    )


def files_in(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_files_arrive_whole_under_their_names(home: str, tmp_path: Path) -> None:
    seen: list[str] = []
    target = download(card(home), accept_licence=True, folder=tmp_path, report=lambda file: seen.append(file.name))
    assert target == tmp_path
    assert files_in(tmp_path) == ["more/dev set.tsv", "train.tsv"]
    assert (tmp_path / "train.tsv").read_bytes() == CONTENT["/train.tsv"]
    assert seen == ["train.tsv", "more/dev set.tsv"]


def test_what_is_there_and_right_is_not_fetched_again(home: str, tmp_path: Path) -> None:
    download(card(home), accept_licence=True, folder=tmp_path)
    Home.asked.clear()
    download(card(home), accept_licence=True, folder=tmp_path)
    assert Home.asked == []
    (tmp_path / "train.tsv").write_bytes(b"spoilt")
    download(card(home), accept_licence=True, folder=tmp_path)
    assert Home.asked == ["/train.tsv"]
    assert (tmp_path / "train.tsv").read_bytes() == CONTENT["/train.tsv"]


def test_the_licence_is_asked_for_before_anything_is_fetched(home: str, tmp_path: Path) -> None:
    with pytest.raises(LicenceError, match=r"licence: CC BY 4\.0\. Read it at https://example\.org/toy"):
        download(card(home), folder=tmp_path / "toy")
    assert Home.asked == []
    assert not (tmp_path / "toy").exists()


def test_a_wrong_checksum_leaves_nothing_behind(home: str, tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=f"expected {'0' * 64}"):
        download(card(home, sha256="0" * 64), accept_licence=True, folder=tmp_path)
    assert files_in(tmp_path) == []


@pytest.mark.parametrize("sha256", ["right", None])
def test_a_transfer_that_breaks_off_leaves_nothing_behind(sha256: str | None, home: str, tmp_path: Path) -> None:
    Home.broken.add("/train.tsv")
    size = len(CONTENT["/train.tsv"])
    with pytest.raises(CorpusError, match=rf"broke off after {size // 2} of {size} bytes"):
        download(card(home, sha256=sha256), accept_licence=True, folder=tmp_path)
    assert files_in(tmp_path) == []
    Home.broken.clear()
    download(card(home, sha256=sha256), accept_licence=True, folder=tmp_path)
    assert "train.tsv" in files_in(tmp_path)


def test_ctrl_c_leaves_nothing_behind(home: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*arguments: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("affekt.corpora.download._receive", interrupt)
    with pytest.raises(KeyboardInterrupt):
        download(card(home), accept_licence=True, folder=tmp_path)
    assert files_in(tmp_path) == []


def test_a_broken_transfer_does_not_spoil_the_file_that_was_there(home: str, tmp_path: Path) -> None:
    (tmp_path / "train.tsv").write_bytes(b"an older release")
    Home.broken.add("/train.tsv")
    with pytest.raises(CorpusError):
        download(card(home), accept_licence=True, folder=tmp_path)
    assert (tmp_path / "train.tsv").read_bytes() == b"an older release"


def test_an_address_that_is_gone_and_a_server_that_is_off(home: str, tmp_path: Path) -> None:
    gone = card(f"{home}/gone")
    with pytest.raises(CorpusError, match=r"/gone/train\.tsv could not be fetched .*404"):
        download(gone, accept_licence=True, folder=tmp_path)
    with pytest.raises(CorpusError, match="could not be fetched"):
        download(card("http://127.0.0.1:9"), accept_licence=True, folder=tmp_path)
    assert files_in(tmp_path) == []


def test_a_folder_that_cannot_be_made(home: str, tmp_path: Path) -> None:
    (tmp_path / "taken").write_bytes(b"a file")
    with pytest.raises(CorpusError, match="cannot be written"):
        download(card(home), accept_licence=True, folder=tmp_path / "taken")


def test_a_corpus_without_addresses_says_where_to_get_it(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CorpusError, match=r"dair_emotion cannot be downloaded.*github\.com/dair-ai/emotion_dataset"):
        download("dair_emotion", accept_licence=True)
    assert main(["dair_emotion", "--accept-licence"]) == 1
    assert "cannot be downloaded" in capsys.readouterr().err


def test_the_command_asks_for_the_licence_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["emobank", "--folder", str(tmp_path)]) == 1
    assert "CC BY-SA 4.0" in capsys.readouterr().err
    assert files_in(tmp_path) == []

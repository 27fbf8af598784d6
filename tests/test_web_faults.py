"""The page among faults: killed while saving, a full disk, slow senders, files that change."""

from __future__ import annotations

import errno
import http.client
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

import pytest
from tools_web import BASE, log_in, make_app, post, text_of

from store import files
from web import listening
from web.server import make_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import WorkspaceMaker
    from flask import Flask

ROOT = Path(__file__).parent.parent
RULE = """---
标题: 印章管理办法
类别: 管理制度
状态: 草案
---

1. 印章由办公室保管。
"""
_CSRF = re.compile(r'name="csrf" value="([0-9a-f]+)"')
_SEEN = re.compile(r'name="seen" value="([0-9a-f]+)"')
linux = pytest.mark.skipif(sys.platform != "linux", reason="several processes are for Linux")


def body(letter: str) -> str:
    """A long text that is all of one letter, so that a half of it would show."""
    return "1. " + letter * 60_000 + "。\n"


class Browser:
    """One connection with its cookies; comes back after the server went away."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}

    def ask(self, method: str, address: str, fields: dict[str, str] | None = None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        data = None
        if fields is not None:
            data = urlencode(fields).encode()
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, address, data, headers)
            answer = connection.getresponse()
            text = answer.read().decode("utf-8")
            for value in answer.headers.get_all("Set-Cookie") or []:
                name, _, rest = value.partition("=")
                self.cookies[name] = rest.partition(";")[0]
            return answer.status, text
        finally:
            connection.close()

    def save(self, document: str, text: str) -> int:
        """Open the editor and save this body."""
        page = self.ask("GET", f"/edit/text/{quote(document)}")[1]
        found, seen = _CSRF.search(page), _SEEN.search(page)
        assert found, page[:300]
        assert seen, page[:300]
        fields = {"csrf": found[1], "seen": seen[1], "body": text, "why": ""}
        return self.ask("POST", f"/edit/text/{quote(document)}", fields)[0]


def children(process: int) -> list[int]:
    found = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="utf-8")
    return [int(number) for number in found.split()]


def alive(number: int) -> bool:
    try:
        return Path(f"/proc/{number}/stat").read_text(encoding="utf-8").split(") ")[1][0] != "Z"
    except OSError:
        return False


def until(done, seconds: float = 15.0) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end
        time.sleep(0.02)


@contextmanager
def serving(root: Path, *more: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The real command, with the port it tells."""
    command = [sys.executable, "-m", "cli.main", "-w", str(root), "serve", "--port", "0", *more]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, env={**os.environ, "PYTHONUTF8": "1"}
    )
    assert process.stdout is not None
    try:
        told = process.stdout.readline().decode("utf-8")
        yield process, int(re.search(r":(\d+)/", told)[1])
    finally:
        process.terminate()
        process.wait(timeout=30)
        process.stdout.close()


@linux
def test_killed_in_the_middle_of_saves(make_workspace: WorkspaceMaker) -> None:
    """kill -9 at twenty instants: the file is the old or the new one, and the next save goes."""
    root = make_workspace({"制度/印章": RULE}).root
    path = root / "kb/制度/印章.md"
    rng = random.Random(4)
    letters = "甲乙丙丁"
    with serving(root, "--processes", "2") as (process, port):
        browser = Browser(port)
        until(lambda: browser.save("制度/印章", body(letters[0])) == 302)
        old, killed = letters[0], 0
        for at in range(20):
            new = letters[(at + 1) % len(letters)]
            delay = rng.uniform(0.0, 0.06)

            def kill(after: float = delay) -> None:
                time.sleep(after)
                for child in children(process.pid):
                    os.kill(child, signal.SIGKILL)

            killer = threading.Thread(target=kill)
            killer.start()
            try:
                browser.save("制度/印章", body(new))
            except (OSError, http.client.HTTPException):
                killed += 1
            killer.join()
            text = path.read_text(encoding="utf-8")
            letter = next(c for c in letters if c in text)
            assert letter in {old, new}
            assert text.endswith("\n" + body(letter))
            assert text.startswith("---\n标题: 印章管理办法")
            old = letter
        assert killed > 3
        until(lambda: browser.save("制度/印章", body("戊")) == 302)
        assert "戊" in browser.ask("GET", f"/documents/{quote('制度/印章')}")[1]
    assert len(list((root / ".wenshu/history").rglob("*.md"))) >= 2


@linux
def test_processes_share_what_was_written_and_end_with_their_parent(
    make_workspace: WorkspaceMaker,
) -> None:
    """A save through one process is seen in the next page, whichever process answers."""
    root = make_workspace({"制度/印章": RULE}).root
    with serving(root, "--processes", "3") as (process, port):
        browser = Browser(port)
        until(lambda: len(children(process.pid)) == 3)
        for word in ("春天", "夏天", "秋天", "冬天"):
            assert browser.save("制度/印章", f"1. {word}用印。\n") == 302
            for _ in range(9):
                assert word in browser.ask("GET", f"/documents/{quote('制度/印章')}")[1]
            assert f"<mark>{word}</mark>" in browser.ask("GET", f"/search?q={quote(word)}&all=1")[1]
        workers = children(process.pid)
        os.kill(process.pid, signal.SIGKILL)
        until(lambda: not any(alive(worker) for worker in workers), 5)


@linux
def test_processes_that_cannot_serve_are_given_up() -> None:
    """One that ends is replaced; when all end as they begin, the program says so and ends."""
    code = """
import os
from types import SimpleNamespace
from web.processes import Crew
from web.signals import Signals
signals = Signals()
site = SimpleNamespace(
    database=SimpleNamespace(close=lambda: None), library=SimpleNamespace(signals=signals)
)
try:
    Crew(2, site, lambda: os._exit(3)).run()
except Exception as error:
    print(type(error).__name__, error)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, timeout=60, check=True
    )
    assert b"EnvironmentRefused" in done.stdout


def opened(port: int) -> tuple[http.client.HTTPConnection, float]:
    """A connection that stays open, and how long its first answer took."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    began = time.monotonic()
    connection.request("GET", "/health")
    assert connection.getresponse().read() == b"ok\n"
    return connection, time.monotonic() - began


@linux
def test_no_new_connection_stands_and_waits(make_workspace: WorkspaceMaker) -> None:
    """However they are shared out, and while one process hangs."""
    root = make_workspace({"制度/印章": RULE}).root
    with serving(root, "--processes", "2") as (process, port):
        until(lambda: len(children(process.pid)) == 2)
        time.sleep(1.5)
        found = [opened(port) for _ in range(16)]
        assert sorted(took for _, took in found)[-3] < 0.5, [took for _, took in found]
        stopped = children(process.pid)[0]
        os.kill(stopped, signal.SIGSTOP)
        try:
            found += [opened(port) for _ in range(8)]
        finally:
            os.kill(stopped, signal.SIGCONT)
        assert sorted(took for _, took in found[16:])[-2] < 0.5, [took for _, took in found]
        for connection, _ in found:
            connection.close()


@linux
def test_ctrl_c_ends_all_processes(make_workspace: WorkspaceMaker) -> None:
    root = make_workspace({"制度/印章": RULE}).root
    with serving(root, "--processes", "2") as (process, port):
        until(lambda: len(children(process.pid)) == 2)
        assert Browser(port).ask("GET", "/health")[0] == 200
        workers = children(process.pid)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) in {0, 130}
        assert not any(alive(worker) for worker in workers)


@linux
def test_log_in_is_throttled_across_processes(make_workspace: WorkspaceMaker) -> None:
    root = make_workspace({"制度/印章": RULE}).root
    app = make_app(root, people=True)
    app.extensions["wenshu"].database.close()
    with serving(root, "--processes", "3") as (_, port):
        statuses = []
        for _ in range(7):
            browser = Browser(port)
            token = _CSRF.search(browser.ask("GET", "/account/login")[1])[1]
            fields = {"csrf": token, "name": "yuan", "password": "no-such-word-1"}
            statuses.append(browser.ask("POST", "/account/login", fields)[0])
    assert statuses[:5] == [401] * 5
    assert statuses[-1] == 429


def test_a_full_disk_is_said_and_nothing_is_lost(
    make_workspace: WorkspaceMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_workspace({"制度/印章": RULE}).root
    client = make_app(root).test_client()
    page = f"/edit/text/{quote('制度/印章')}"
    seen = _SEEN.search(text_of(client, page))[1]

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(files.os, "fsync", full)
        answer = post(client, page, page, seen=seen, body="1. 新写的一条。\n", why="")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 503
    assert "磁盘空间不足" in text
    assert "1. 新写的一条。" in text  # what was typed stays in the editor
    assert (root / "kb/制度/印章.md").read_text(encoding="utf-8") == RULE
    assert not list((root / "kb").rglob("*.tmp"))
    assert post(client, page, page, seen=seen, body="1. 新写的一条。\n", why="").status_code == 302


def fill(path: Path) -> None:
    """Leave no byte free on a disk."""
    with suppress(OSError), path.open("wb", buffering=0) as ballast:
        for size in (65536, 4096, 1):
            with suppress(OSError):
                while True:
                    ballast.write(b"0" * size)


@linux
def test_a_really_full_disk(tmp_path: Path) -> None:
    """On a small disk that is full: read, search and log in go on, saving says why not."""
    disk = tmp_path / "small"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(disk)]
    if not shutil.which("mount") or subprocess.run(mount, check=False).returncode:
        pytest.skip("only the administrator may make small disks")
    try:
        root = disk / "库"
        (root / "kb").mkdir(parents=True)
        (root / "kb/印章.md").write_text(RULE, encoding="utf-8")
        app = make_app(root, people=True)
        client = log_in(app, "zhi")
        seen = _SEEN.search(text_of(client, "/edit/text/印章"))[1]
        text_of(client, "/search?q=印章&all=1")
        fill(disk / "ballast")
        assert "印章由办公室保管" in text_of(client, "/documents/印章")
        fields = {"seen": seen, "body": "1. 新。\n", "why": ""}
        answer = post(client, "/edit/text/印章", "/edit/text/印章", **fields)
        assert answer.status_code in {503, 507}
        assert "磁盘空间不足" in answer.get_data(as_text=True)
        assert (root / "kb/印章.md").read_text(encoding="utf-8") == RULE
        (disk / "ballast").unlink()
        assert post(client, "/edit/text/印章", "/edit/text/印章", **fields).status_code == 302
        app.extensions["wenshu"].database.close()
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def test_what_cannot_be_recorded_is_told(
    make_workspace: WorkspaceMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The deed is done and stays done; that the record misses it is said."""
    app = make_app(make_workspace({"制度/印章": RULE}).root)
    client = app.test_client()
    page = f"/edit/text/{quote('制度/印章')}"
    seen = _SEEN.search(text_of(client, page))[1]
    with app.extensions["wenshu"].database.connection as connection:
        connection.execute(
            "CREATE TRIGGER full BEFORE INSERT ON audit "
            "BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
        )
    monkeypatch.setattr(
        "web.database.sqlite3.OperationalError", __import__("sqlite3").IntegrityError
    )
    assert post(client, page, page, seen=seen, body="1. 新。\n", why="").status_code == 302
    assert "没有记入操作记录" in text_of(client, "/")


def test_the_error_page_needs_no_database(make_workspace: WorkspaceMaker) -> None:
    app = make_app(make_workspace({"制度/印章": RULE}).root)
    app.extensions["wenshu"].database.run("ALTER TABLE account RENAME TO away")
    answer = app.test_client().get("/", base_url=BASE)
    assert answer.status_code == 503
    assert "账号数据库无法读取" in answer.get_data(as_text=True)


def test_a_network_drive_that_is_away_keeps_the_library(make_workspace: WorkspaceMaker) -> None:
    """What cannot be read for a moment is not taken for deleted."""
    root = make_workspace({"制度/印章": RULE.replace("草案", "现行")}).root
    client = make_app(root).test_client()
    assert "<mark>印章</mark>" in text_of(client, "/search?q=印章&all=1")
    (root / "kb").rename(root / "kb-away")
    assert "<mark>印章</mark>" in text_of(client, "/search?q=印章&all=1")
    assert "暂时读不到文件夹" in text_of(client, "/library/problems")
    (root / "kb-away").rename(root / "kb")
    assert "暂时读不到文件夹" not in text_of(client, "/library/problems")


def test_settings_broken_while_it_runs_are_told(make_workspace: WorkspaceMaker) -> None:
    root = make_workspace({"制度/印章": RULE, "wenshu.toml": '[公司]\n"名称" = "甲公司"\n'}).root
    client = make_app(root).test_client()
    assert "甲公司" in text_of(client, "/")
    (root / "wenshu.toml").write_text("[公司\n", encoding="utf-8")
    page = text_of(client, "/library/problems")
    assert "显示的是之前的内容" in page
    assert "甲公司" in text_of(client, "/")
    (root / "wenshu.toml").write_text('[公司]\n"名称" = "乙公司"\n', encoding="utf-8")
    assert "乙公司" in text_of(client, "/")


@pytest.mark.parametrize("harm", ["removed", "cut"])
def test_an_index_that_is_lost_while_it_runs_is_made_anew(
    make_workspace: WorkspaceMaker, harm: str
) -> None:
    root = make_workspace({"制度/印章": RULE}).root
    client = make_app(root).test_client()
    assert "<mark>印章</mark>" in text_of(client, "/search?q=印章&all=1")
    cache = root / ".wenshu/cache"
    if harm == "removed":
        shutil.rmtree(cache)
    else:
        for path in cache.rglob("*"):
            if path.is_file():
                path.write_bytes(path.read_bytes()[:40])
    (root / "kb/制度/车辆.md").write_text(RULE.replace("印章", "车辆"), encoding="utf-8")
    assert "<mark>车辆</mark>" in text_of(client, "/search?q=车辆&all=1")
    assert "<mark>印章</mark>" in text_of(client, "/search?q=印章&all=1")


@contextmanager
def running(app: Flask) -> Iterator[int]:
    """A server of this process."""
    server = make_server(app)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield int(server.effective_port)
    finally:
        server.close()
        thread.join(timeout=10)
        app.extensions["wenshu"].database.close()


@pytest.mark.parametrize(
    "start",
    [
        b"GET / HTTP/1.1\r\nHost: 127.0",
        b"POST /theme HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nab",
    ],
    ids=["head", "body"],
)
def test_who_never_ends_a_request_is_let_go(
    make_workspace: WorkspaceMaker, monkeypatch: pytest.MonkeyPatch, start: bytes
) -> None:
    """And others are answered meanwhile."""
    monkeypatch.setattr(listening, "HEADER_SECONDS", 0.6)
    monkeypatch.setattr(listening, "BODY_SECONDS", 0.6)
    monkeypatch.setattr(listening, "CLEANUP_SECONDS", 0)
    app = make_app(make_workspace({"制度/印章": RULE}).root, port=0)
    with running(app) as port, socket.create_connection(("127.0.0.1", port), timeout=15) as slow:
        slow.sendall(start)
        assert Browser(port).ask("GET", "/health")[0] == 200
        assert slow.recv(100) == b""


def test_changes_of_others_are_seen_within_two_seconds(make_workspace: WorkspaceMaker) -> None:
    """Under a steady stream of requests too, when a thread looks at the disk."""
    root = make_workspace({"制度/印章": RULE}).root
    app = make_app(root, refresh_seconds=1.0)
    client = app.test_client()
    text_of(client, "/")
    (root / "kb/制度/车辆.md").write_text(RULE.replace("印章", "车辆"), encoding="utf-8")
    written, found = time.monotonic(), False
    while not found and time.monotonic() - written < 5:
        found = "车辆管理办法" in text_of(client, "/library?q=车辆")
        time.sleep(0.02)
    assert time.monotonic() - written < 2


def test_no_page_may_be_framed_or_sniffed(make_workspace: WorkspaceMaker) -> None:
    client = make_app(make_workspace({"制度/印章": RULE}).root).test_client()
    for address in (
        "/",
        "/search?q=印章",
        "/no-such-page",
        "/static/wenshu.css",
        "/api/search?q=印",
    ):
        with client.get(address, base_url=BASE) as answer:
            headers = answer.headers
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"
        policy = headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy

"""How pages are served: kept, packed, in pages, one computing at a time, by several processes."""

from __future__ import annotations

import gzip
import re
import threading
import time
from typing import TYPE_CHECKING

import pytest
from tools_web import BASE, csrf, log_in, make_app, post, text_of

from web import processes
from web.checking import Checks
from web.config import WebConfig
from web.filters import device
from web.gate import Line
from web.kept import Kept
from web.signals import Signals

if TYPE_CHECKING:
    from conftest import WorkspaceMaker
    from flask import Flask

    from store.model import Problem

RULE = """---
标题: {title}
类别: 管理制度
状态: 现行
生效日期: 2024-01-01
---

1. {text}
"""
OFFICE = {"REMOTE_ADDR": "10.1.2.3"}


def rule(title: str, text: str = "印章由办公室保管。") -> str:
    return RULE.format(title=title, text=text)


@pytest.fixture
def app(make_workspace: WorkspaceMaker) -> Flask:
    return make_app(make_workspace({"制度/印章": rule("印章管理办法")}).root, people=True)


def test_a_page_that_did_not_change_is_not_sent_again(app: Flask) -> None:
    client = log_in(app, "yuan")
    text_of(client, "/search?q=印章")
    first = client.get("/search?q=印章", base_url=BASE)
    headers = {"If-None-Match": first.headers["ETag"]}
    again = client.get("/search?q=印章", base_url=BASE, headers=headers)
    assert (again.status_code, again.get_data()) == (304, b"")
    path = app.extensions["wenshu"].library.root / "kb/制度/印章.md"
    path.write_text(rule("印章管理办法", "印章由财务部保管。"), encoding="utf-8")
    changed = client.get("/search?q=印章", base_url=BASE, headers=headers)
    assert changed.status_code == 200
    assert "财务部" in changed.get_data(as_text=True)


def test_kept_pages_are_each_persons_own(app: Flask) -> None:
    """Same address, other person: other names, other links, another token."""
    first, second = log_in(app, "xi"), log_in(app, "yuan")
    texts = [text_of(client, "/search?q=印章") for client in (first, second, first, second)]
    assert ">管理</a>" in texts[0]
    assert ">管理</a>" in texts[2]
    assert ">管理</a>" not in texts[1] + texts[3]
    assert csrf(first, "/search?q=印章") != csrf(second, "/search?q=印章")
    answer = post(second, "/theme", "/search?q=印章", theme="dark", next="/search?q=印章")
    assert answer.status_code == 303
    assert 'data-theme="dark"' in text_of(second, "/search?q=印章")
    assert 'data-theme="dark"' not in text_of(first, "/search?q=印章")


def test_messages_of_the_moment_are_not_kept(make_workspace: WorkspaceMaker) -> None:
    client = make_app(make_workspace({"制度/印章": rule("印章管理办法")}).root).test_client()
    text_of(client, "/")
    with client.session_transaction(base_url=BASE) as session:
        session["_flashes"] = [("good", "刚刚做完的事")]
    assert "刚刚做完的事" in text_of(client, "/")
    assert "刚刚做完的事" not in text_of(client, "/")


def test_tokens_are_masked_anew_and_all_fit(app: Flask) -> None:
    client = log_in(app, "yuan")
    tokens = {csrf(client, "/account/") for _ in range(3)}
    assert len(tokens) == 3
    for token in tokens:
        data = {"csrf": token, "theme": "dark", "next": "/"}
        assert client.post("/theme", data=data, base_url=BASE).status_code == 303
    for wrong in ("", "xyz", "00", "0" * 128, "0" * 127, "好"):
        data = {"csrf": wrong, "theme": "dark", "next": "/"}
        assert client.post("/theme", data=data, base_url=BASE).status_code == 403


@pytest.mark.parametrize("address", ["/search?q=印章", "/static/wenshu.css", "/api/openapi.json"])
def test_answers_are_packed_for_the_wire(app: Flask, address: str) -> None:
    client = log_in(app, "xi")
    plain = client.get(address, base_url=BASE, environ_overrides=OFFICE, buffered=True)
    packed = client.get(
        address,
        base_url=BASE,
        headers={"Accept-Encoding": "gzip, br"},
        environ_overrides=OFFICE,
        buffered=True,
    )
    hidden = re.compile(r'name="csrf" value="[0-9a-f]+"')
    whole = gzip.decompress(packed.get_data()).decode("utf-8")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert hidden.sub("", whole) == hidden.sub("", plain.get_data(as_text=True))
    assert len(packed.get_data()) < len(whole.encode())


def test_long_lists_come_in_pages(make_workspace: WorkspaceMaker) -> None:
    files = {f"制度/{n:03}": rule(f"第{n}号办法") for n in range(130)}
    client = make_app(make_workspace(files).root).test_client()
    first = text_of(client, "/library/ledger?all=1")
    assert "共 130 份" in first
    assert "第 1 页，共 2 页" in first
    assert 'href="?all=1&amp;page=2"' in first
    assert text_of(client, "/library/ledger?all=1&page=2").count("<tr>") == 31
    assert "第 2 页，共 2 页" in text_of(client, "/library/ledger?all=1&page=99")
    assert "page=1" in text_of(client, "/library?q=号&page=2")


def test_one_computes_at_a_time_in_order_of_coming() -> None:
    line, order, lock = Line(1, long=5.0), [], threading.Lock()
    first = line.enter()

    def come(name: int) -> None:
        ticket = line.enter()
        with lock:
            order.append(name)
        line.leave(ticket)

    threads = []
    for name in range(5):
        threads.append(threading.Thread(target=come, args=(name,)))
        threads[-1].start()
        time.sleep(0.02)
    assert order == []
    line.leave(first)
    for thread in threads:
        thread.join(timeout=5)
    assert order == [0, 1, 2, 3, 4]


def test_who_takes_long_is_passed_but_not_by_all_at_once() -> None:
    line = Line(1, long=0.05, most=2)
    slow = line.enter()
    started = time.monotonic()
    second = line.enter()
    assert time.monotonic() - started < 2
    third: list[threading.Event] = []
    thread = threading.Thread(target=lambda: third.append(line.enter()))
    thread.start()
    thread.join(timeout=0.3)
    assert third == []
    line.leave(slow)
    thread.join(timeout=5)
    line.leave(third[0])
    line.leave(second)
    line.leave(line.enter())


def test_what_was_used_last_stays() -> None:
    made: list[str] = []
    kept = Kept(4, 1, frozenset({"word"}))

    def get(*key: str) -> str:
        return kept.get(key, lambda: made.append("/".join(key)) or "/".join(key))

    assert [get("a"), get("b"), get("a"), get("word", "1"), get("word", "2")]
    assert get("word", "1") == "word/1"
    assert made == ["a", "b", "word/1", "word/2", "word/1"]
    assert [get("c"), get("d"), get("a"), get("b")] == ["c", "d", "a", "b"]
    assert made[5:] == ["c", "d", "b"]


def test_processes_hear_of_each_others_changes() -> None:
    signals = Signals()
    signals.join(2)
    assert signals.changes() == 0
    assert signals.changed() == 1
    signals.connections(7)
    assert signals.fewest(2) == 0
    assert signals.fewest(3) == 7  # the others have not begun
    signals.join(0)
    signals.connections(3)
    signals.join(1)
    signals.connections(5)
    assert signals.fewest(3) == 3
    signals.forget(0)
    assert signals.fewest(3) == 5
    assert signals.changed() == 2


def test_who_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    signals = Signals()
    signals.join(0)
    signals.join(1)
    signals.connections(4)
    assert signals.fewest(2) == 0
    later = time.monotonic_ns() + 3_000_000_000
    monkeypatch.setattr("web.signals.time.monotonic_ns", lambda: later)
    signals.connections(4)
    assert signals.fewest(2) == 4


@pytest.mark.parametrize(
    ("platform", "wanted", "people", "expected"),
    [
        ("linux", 0, False, 1),
        ("linux", 0, True, 3),
        ("linux", 5, False, 5),
        ("linux", 99, True, 16),
        ("win32", 4, True, 1),
        ("darwin", 0, True, 1),
    ],
)
def test_how_many_processes(
    make_workspace: WorkspaceMaker,
    monkeypatch: pytest.MonkeyPatch,
    platform: str,
    wanted: int,
    people: bool,  # noqa: FBT001
    expected: int,
) -> None:
    app = make_app(make_workspace({"制度/印章": rule("印章管理办法")}).root, people=people)
    monkeypatch.setattr(processes.sys, "platform", platform)
    monkeypatch.setattr(processes.os, "cpu_count", lambda: 3)
    assert processes.how_many(app.extensions["wenshu"], wanted) == expected


def test_accounts_in_memory_are_served_by_one_process(
    make_workspace: WorkspaceMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(make_workspace({"制度/印章": rule("印章管理办法")}).root)
    app.extensions["wenshu"].database.path = None
    assert processes.how_many(app.extensions["wenshu"], 4) == 1
    assert WebConfig().is_loopback


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        ("(Windows NT 10.0; Win64; x64) Chrome/120 Safari/537.36 Edg/120", "Edge，Windows"),
        ("(X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox，Linux"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/120 Mobile MicroMessenger/8.0", "微信，安卓手机"),
        ("curl/8.5", "curl/8.5"),
        ("", "未知的浏览器"),
    ],
)  # fmt: skip
def test_browsers_are_named_as_people_say(agent: str, said: str) -> None:
    assert device(agent) == said


def test_a_long_check_runs_beside_and_shows_what_was_found_before(
    make_workspace: WorkspaceMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.pages.keep._AT_ONCE", 0)
    wrong = rule("印章管理办法").replace("状态:", "替代: 没有的文件\n状态:")
    root = make_workspace({"制度/印章": wrong}).root
    client = make_app(root).test_client()
    assert "正在检查全部 1 份文档" in text_of(client, "/library/problems")
    end = time.monotonic() + 10
    while "正在" in (page := text_of(client, "/library/problems")):
        assert time.monotonic() < end
        time.sleep(0.02)
    assert "没有的文件" in page
    (root / "kb/制度/印章.md").write_text(rule("印章管理办法"), encoding="utf-8")
    again = text_of(client, "/library/problems")
    assert "正在重新检查" in again
    assert "没有的文件" in again
    assert 'http-equiv="refresh"' in again
    while "正在" in (page := text_of(client, "/library/problems")):
        time.sleep(0.02)
    assert "没有的文件" not in page


def test_what_was_checked_is_kept_and_a_failed_check_is_tried_again() -> None:
    checks, calls = Checks(), []

    def fail() -> list[Problem]:
        calls.append("fail")
        raise OSError("away")

    first = checks.get(("a",), fail, wait=False)
    assert (first.problems, first.is_current) == (None, False)
    end = time.monotonic() + 5
    while not checks.get(("a",), list, wait=False).is_current:
        assert time.monotonic() < end
        time.sleep(0.01)
    assert checks.get(("a",), fail, wait=True).problems == []
    assert calls == ["fail"]


def test_of_a_large_library_the_index_follows_a_save(
    make_workspace: WorkspaceMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page shows the new text at once, the search a little later; nothing hidden shows."""
    monkeypatch.setattr("web.library._LARGE", 0)
    root = make_workspace({"制度/印章": rule("印章管理办法"), "制度/车辆": rule("车辆办法")}).root
    app = make_app(root, people=True)
    client = log_in(app, "yuan")
    text_of(client, "/search?q=印章")
    for text in ("冬瓜一个。", "南瓜两个。", "西瓜三个。"):
        (root / "kb/制度/印章.md").write_text(rule("印章管理办法", text), encoding="utf-8")
        assert text in text_of(client, "/documents/制度/印章")
    end = time.monotonic() + 15
    while "<mark>西瓜</mark>" not in text_of(client, "/search?q=西瓜"):
        assert time.monotonic() < end
        time.sleep(0.02)
    assert "<mark>南瓜</mark>" not in text_of(client, "/search?q=南瓜")
    hidden = rule("印章管理办法", "西瓜三个。").replace("状态:", "密级: 商密\n状态:")
    (root / "kb/制度/印章.md").write_text(hidden, encoding="utf-8")
    assert "西瓜</mark>" not in text_of(client, "/search?q=西瓜")


def test_an_index_that_cannot_follow_is_told_and_tried_again(
    make_workspace: WorkspaceMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.library._LARGE", 0)
    root = make_workspace({"制度/印章": rule("印章管理办法")}).root
    library = make_app(root).extensions["wenshu"].library

    def fail(_workspace: object) -> None:
        raise ValueError("broken")

    def write(text: str) -> None:
        (root / "kb/制度/印章.md").write_text(rule("印章管理办法", text), encoding="utf-8")
        library.notice()
        end = time.monotonic() + 15
        while library._follower is not None:
            assert time.monotonic() < end
            time.sleep(0.02)

    with monkeypatch.context() as patch:
        patch.setattr("web.library._open_index", fail)
        write("冬瓜一个。")
    library.notice()
    assert "检索索引更新失败" in library.trouble
    write("南瓜两个。")
    assert library.trouble == ""
    assert library.state().index.search("南瓜", limit=1).total == 1


def test_a_text_of_noughts_is_not_taken_for_the_token(make_workspace: WorkspaceMaker) -> None:
    text = "0" * 128
    client = make_app(make_workspace({"制度/印章": rule("印章管理办法", text)}).root).test_client()
    assert text in text_of(client, "/documents/制度/印章")
    assert f'value="{text}"' in text_of(client, f"/search?q={text}")

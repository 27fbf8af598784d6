from __future__ import annotations

from contextlib import contextmanager
from datetime import date

import pytest
from tools_store import document

from store import closing, history, publishing, revising
from store import locks as locks_module
from store.checker import check_workspace
from store.exceptions import ConflictError, LockedDocument, UsageError
from store.history import document_path, records, text_of
from store.placeholders import UnfinishedText, find_placeholders
from store.publishing import (
    RECORD_FILE,
    body_hash,
    changed_since_published,
    correct,
    is_locked,
    lock_records,
    locks,
    next_version,
    publish,
    revise,
    save_text,
)

TODAY = date(2026, 11, 23)
OLD = document("1. 旧文。\n", 版本="2020", 生效日期="2020-01-01", 编号="A-1")


@pytest.fixture(autouse=True)
def fixed_day(monkeypatch):
    monkeypatch.setattr("store.versions.today", lambda: TODAY)
    for module in (publishing, revising):
        monkeypatch.setattr(module, "today", lambda: TODAY)


def read(workspace, document_id: str) -> str:
    return document_path(workspace, document_id).read_text(encoding="utf-8")


def rewrite(workspace, document_id: str, old: str, new: str) -> None:
    path = document_path(workspace, document_id)
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8", newline="")
    workspace.refresh()


def state(workspace) -> dict[str, tuple[str, str, str, str]]:
    """Each document: (status, effective, expires, version)."""
    workspace.refresh()
    return {
        e.id: (
            e.meta.status,
            str(e.meta.effective or "-"),
            str(e.meta.expires or "-"),
            e.meta.version,
        )
        for e in workspace.entries
    }


def drafted(make_workspace, old: str = OLD, effective: date | None = None):
    """A workspace with an old text and a draft with a new body."""
    workspace = make_workspace({"制度/甲": old})
    draft = revise(workspace, "制度/甲", effective=effective)
    rewrite(workspace, draft, "旧文", "新文")
    return workspace, draft


# -- the next version's name --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "effective", "expected"),
    [
        ("1.0", None, "2.0"),
        ("1.2", None, "1.3"),
        ("1.9", None, "1.10"),
        ("3", None, "4"),
        ("V1.0", None, "V2.0"),
        ("V2.3", None, "V2.4"),
        ("第3版", None, "第4版"),
        ("1.2.3", None, "1.2.4"),
        ("", None, "2.0"),
        ("二", None, "2.0"),
        ("2024", None, "2026"),
        ("2024", date(2025, 1, 1), "2025"),
        ("2026", None, "2026.1"),
        ("2026.1", None, "2026.2"),
        ("2024.1", None, "2026"),
        ("2024版", None, "2026版"),
        ("2026年版", None, "2026.1年版"),
    ],
)
def test_next_version(version, effective, expected):
    assert next_version(version, effective) == expected


# -- revise -------------------------------------------------------------------------------------


def test_revise_writes_a_draft_beside_the_text(make_workspace):
    old = document(
        "1. 旧文。\n",
        版本="2020",
        生效日期="2020-01-01",
        发布日期="2019-12-01",
        有效期至="2030-12-31",
        公示="[{方式: 内网, 日期: 2019-12-01}]",
        涉及切身利益="是",
        民主程序="{讨论日期: 2019-11-01, 协商日期: 2019-11-05}",
        自定义="保留",
    )
    workspace = make_workspace({"制度/甲": old})
    draft = revise(workspace, "甲", effective=date(2027, 1, 1))
    assert draft == "制度/甲@2027"
    meta = workspace.entry(draft).meta
    assert (meta.status, meta.version, meta.effective) == ("草案", "2027", date(2027, 1, 1))
    assert (meta.published, meta.valid_through, meta.publicity) == (None, None, ())
    assert meta.due_process is None
    assert meta.extra == {"自定义": "保留"}
    assert meta.revisions[-1].version == "2027"
    assert read(workspace, "制度/甲") == old
    assert workspace.resolve("甲").id == "制度/甲"


@pytest.mark.parametrize(
    ("files", "wanted", "words"),
    [
        ({"甲": document(类别="文章")}, "甲", "不是有效期管理"),
        ({"甲": OLD, "甲@2026": document(状态="草案", 编号="A-1")}, "甲", "已有草案"),
    ],
)
def test_what_cannot_be_revised(make_workspace, files, wanted, words):
    with pytest.raises(UsageError, match=words):
        revise(make_workspace(files), wanted)


def test_a_file_in_the_drafts_place_is_not_overwritten(make_workspace):
    workspace = make_workspace({"甲": OLD, "甲@2026": document("别的。", 标题="别的", 编号="B")})
    with pytest.raises(ConflictError, match="已经存在"):
        revise(workspace, "甲")
    assert "别的。" in read(workspace, "甲@2026")


# -- publish ------------------------------------------------------------------------------------


def test_publish_closes_the_old_version(make_workspace):
    workspace, draft = drafted(make_workspace)
    done = publish(workspace, draft)
    assert (done.id, done.closed, done.effective) == ("制度/甲", "制度/甲@2020", TODAY)
    assert state(workspace) == {
        "制度/甲": ("现行", "2026-11-23", "-", "2026"),
        "制度/甲@2020": ("已废止", "2020-01-01", "2026-11-23", "2020"),
    }
    assert "新文" in read(workspace, "制度/甲")
    assert "旧文" in read(workspace, "制度/甲@2020")
    versions = workspace.versions
    present, old = workspace.entry("制度/甲"), workspace.entry("制度/甲@2020")
    assert versions.in_force(old, date(2026, 11, 22))
    assert not versions.in_force(old, TODAY)
    assert versions.in_force(present, TODAY)
    assert [p for p in check_workspace(workspace, today=TODAY) if p.severity == "error"] == []


def test_everything_that_stood_there_is_in_the_history(make_workspace):
    workspace, draft = drafted(make_workspace)
    before = read(workspace, draft)
    publish(workspace, draft)
    assert text_of(workspace, "制度/甲", 1).decode() == OLD
    assert text_of(workspace, draft, 1).decode() == before
    assert {r.action for r in records(workspace, "制度/甲")} == {"发布"}


@pytest.mark.parametrize("wanted", ["甲办法", "制度/甲", "A-1", "制度/甲@2026"])
def test_the_draft_is_found_by_any_name(make_workspace, wanted):
    workspace, _ = drafted(make_workspace)
    assert publish(workspace, wanted).id == "制度/甲"


def test_a_version_under_another_name_ends_too(make_workspace):
    files = {
        "制度/甲@2020": document("1. 旧文。\n", 版本="2020", 生效日期="2020-01-01", 编号="A-1"),
        "制度/甲@2026": document("1. 新文。\n", 版本="2026", 状态="草案", 编号="A-1"),
    }
    workspace = make_workspace(files)
    done = publish(workspace, "制度/甲@2026")
    assert (done.id, done.closed, done.ended) == ("制度/甲", None, ("制度/甲@2020",))
    assert state(workspace) == {
        "制度/甲": ("现行", "2026-11-23", "-", "2026"),
        "制度/甲@2020": ("已废止", "2020-01-01", "2026-11-23", "2020"),
    }
    assert "旧文" in read(workspace, "制度/甲@2020")
    found = check_workspace(workspace, today=TODAY)
    assert not {p.code for p in found} & {"two-in-force", "in-force-after-end", "double-version"}


@pytest.mark.parametrize("day", [date(2026, 11, 23), date(2027, 1, 1)])
def test_what_a_new_text_replaces_by_name_ends_with_it(make_workspace, day):
    new = document("1. 新文。\n", 标题="乙办法", 版本="1.0", 状态="草案", 替代="《旧办法》、A-9")
    files = {
        "乙": new,
        "旧": document("1. 旧文。\n", 标题="旧办法", 版本="1.0", 生效日期="2020-01-01"),
        "另": document("1. 另文。\n", 标题="另办法", 版本="1.0", 生效日期="2021-01-01", 编号="A-9"),
        "早": document("1. 早文。\n", 标题="早办法", 版本="1.0", 生效日期="2019-01-01"),
    }
    workspace = make_workspace(files)
    assert publish(workspace, "乙", effective=day).ended == ("旧", "另")
    status = "已废止" if day <= TODAY else "现行"
    assert state(workspace) == {
        "乙": ("现行", str(day), "-", "1.0"),
        "另": (status, "2021-01-01", str(day), "1.0"),
        "旧": (status, "2020-01-01", str(day), "1.0"),
        "早": ("现行", "2019-01-01", "-", "1.0"),
    }


def test_a_name_that_two_texts_bear_ends_neither(make_workspace):
    files = {
        "乙": document("1. 新文。\n", 标题="乙办法", 版本="1.0", 状态="草案", 替代="《旧办法》"),
        "旧": document("1. 旧文。\n", 标题="旧办法", 编号="A-1", 生效日期="2020-01-01"),
        "另": document("1. 另文。\n", 标题="旧办法", 编号="A-2", 生效日期="2021-01-01"),
    }
    workspace = make_workspace(files)
    assert publish(workspace, "乙").ended == ()
    assert state(workspace)["旧"][:3] == ("现行", "2020-01-01", "-")


def test_publish_for_a_day_to_come(make_workspace):
    workspace, draft = drafted(make_workspace)
    done = publish(workspace, draft, effective=date(2027, 1, 1))
    assert done.effective == date(2027, 1, 1)
    assert state(workspace) == {
        "制度/甲": ("现行", "2027-01-01", "-", "2026"),
        "制度/甲@2020": ("现行", "2020-01-01", "2027-01-01", "2020"),
    }
    assert workspace.entry("制度/甲").meta.published == TODAY
    assert workspace.resolve("甲办法").id == "制度/甲@2020"
    codes = {(p.severity, p.code) for p in check_workspace(workspace, today=TODAY)}
    assert ("warning", "not-yet-in-force") in codes
    assert "error" not in {severity for severity, _ in codes}


def test_the_day_in_the_draft_counts(make_workspace):
    workspace, draft = drafted(make_workspace, effective=date(2026, 12, 1))
    assert publish(workspace, draft).effective == date(2026, 12, 1)


def test_a_first_version_is_published_in_place(make_workspace):
    workspace = make_workspace({"甲": document(状态="草案", 版本="1.0")})
    done = publish(workspace, "甲")
    assert (done.id, done.closed) == ("甲", None)
    assert state(workspace) == {"甲": ("现行", "2026-11-23", "-", "1.0")}
    assert is_locked(workspace, workspace.entry("甲"))


def test_a_trial_stays_a_trial(make_workspace):
    workspace = make_workspace({"甲": document(标题="甲办法（试行）", 状态="草案")})
    publish(workspace, "甲")
    assert workspace.entry("甲").meta.status == "试行"


@pytest.mark.parametrize(
    ("dates", "expires", "valid_through"),
    [
        ({"失效日期": "2023-01-01", "状态": "已废止"}, date(2023, 1, 1), None),
        ({"有效期至": "2022-12-31", "状态": "已失效"}, None, date(2022, 12, 31)),
        ({"有效期至": "2030-12-31"}, TODAY, None),
        ({"失效日期": "2030-01-01"}, TODAY, None),
    ],
)
def test_what_had_ended_does_not_live_on(make_workspace, dates, expires, valid_through):
    old = document("1. 旧文。\n", 版本="2020", 生效日期="2020-01-01", **dates)
    workspace, draft = drafted(make_workspace, old)
    publish(workspace, draft)
    meta = workspace.entry("制度/甲@2020").meta
    assert (meta.expires, meta.valid_through) == (expires, valid_through)
    assert meta.status == dates.get("状态", "已废止")


@pytest.mark.parametrize("place", ["〔管理对象〕", "〔请填写 2024 年的数〕"])
def test_places_to_fill_are_refused(make_workspace, place):
    workspace, draft = drafted(make_workspace)
    rewrite(workspace, draft, "新文", f"新文{place}")
    before = state(workspace)
    with pytest.raises(UnfinishedText) as caught:
        publish(workspace, draft)
    assert place in caught.value.message
    assert "第" in caught.value.message
    assert caught.value.hint
    assert state(workspace) == before


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("一\n〔甲〕二〔乙〕", [(2, "〔甲〕"), (2, "〔乙〕")]),
        ("国发〔2013〕5号，〔可略〕", []),
        ("<!-- 〔甲〕\n -->\n〔乙〕", [(3, "〔乙〕")]),
        ("〔\n〕", []),
    ],
)
def test_find_placeholders(text, expected):
    assert find_placeholders(text) == expected


@pytest.mark.parametrize("day", [date(2020, 1, 1), date(2019, 6, 1)])
def test_a_day_before_the_old_version_is_refused(make_workspace, day):
    workspace, draft = drafted(make_workspace)
    before = state(workspace)
    with pytest.raises(UsageError, match="不晚于旧版"):
        publish(workspace, draft, effective=day)
    assert state(workspace) == before
    assert lock_records(workspace) == []


def test_a_version_name_twice_is_refused(make_workspace):
    workspace, draft = drafted(make_workspace)
    rewrite(workspace, draft, "版本: 2026\n", "版本: 2020\n")
    with pytest.raises(UsageError, match="版本号都是"):
        publish(workspace, draft)
    assert "旧文" in read(workspace, "制度/甲")
    assert "新文" in read(workspace, draft)


@pytest.mark.parametrize(
    ("text", "words"),
    [(document(类别="文章"), "无需发布"), (OLD, "没有待发布的草案")],
)
def test_what_cannot_be_published(make_workspace, text, words):
    with pytest.raises(UsageError, match=words):
        publish(make_workspace({"甲": text}), "甲")


def test_a_draft_changed_meanwhile_is_not_published(make_workspace, monkeypatch):
    workspace, draft = drafted(make_workspace)
    whole = publishing.find_placeholders

    def edit_meanwhile(text):
        path = document_path(workspace, draft)
        path.write_bytes(path.read_bytes() + "\n2. 又一条。\n".encode())
        return whole(text)

    monkeypatch.setattr(publishing, "find_placeholders", edit_meanwhile)
    with pytest.raises(ConflictError):
        publish(workspace, draft)
    assert read(workspace, "制度/甲") == OLD


# -- a crash at any instant ---------------------------------------------------------------------


class CrashError(Exception):
    """The machine stops here."""


class Steps:
    """Counts every change to the disk and stops before the chosen one."""

    def __init__(self, monkeypatch):
        self.count = 0
        self.stop: int | None = None
        for module, name in (
            (closing, "write_atomic"),
            (locks_module, "write_atomic"),
            (history, "write_atomic"),
            (publishing, "remove"),
        ):
            monkeypatch.setattr(module, name, self.counted(getattr(module, name)))

    def counted(self, act):
        def step(*args):
            if self.count == self.stop:
                raise CrashError
            self.count += 1
            return act(*args)

        return step


def published_state(workspace):
    """What must be the same however often publishing was interrupted."""
    found = state(workspace)
    return (
        found,
        {name: body_hash(read(workspace, name)) for name in found},
        {name: lock.hash for name, lock in locks(workspace).items()},
    )


def make_locked(make_workspace, name: str):
    """An old text that was published here, and the draft of the next one."""
    workspace = make_workspace(
        {"制度/甲": OLD.replace("版本: 2020", "版本: 2020\n状态: 草案")}, name=name
    )
    publish(workspace, "制度/甲", effective=date(2020, 1, 1))
    draft = revise(workspace, "制度/甲")
    rewrite(workspace, draft, "旧文", "新文")
    return workspace, draft


def test_a_crash_between_any_two_steps_is_completed_by_the_next_run(make_workspace, monkeypatch):
    whole, draft = make_locked(make_workspace, "whole")
    steps = Steps(monkeypatch)
    publish(whole, draft)
    total, steps.stop = steps.count, None
    assert total >= 8
    expected = published_state(whole)
    for stop in range(total):
        steps.stop = None
        workspace, draft = make_locked(make_workspace, f"crash{stop}")
        new_text = read(workspace, draft)
        steps.count, steps.stop = 0, stop
        with pytest.raises(CrashError):
            publish(workspace, draft)
        kept = "".join(path.read_text(encoding="utf-8") for path in workspace.root.rglob("*.md"))
        assert "旧文" in kept, f"step {stop}"
        assert "新文" in kept, f"step {stop}"
        steps.stop = None
        workspace.refresh()
        done = publish(workspace, draft)
        assert (done.id, done.closed, done.effective) == ("制度/甲", "制度/甲@2020", TODAY)
        assert published_state(workspace) == expected, f"step {stop}"
        assert text_of(workspace, draft, 1).decode() == new_text
        assert [
            p.code for p in check_workspace(workspace, today=TODAY) if p.severity == "error"
        ] == []


def test_a_crash_while_a_first_version_is_published(make_workspace, monkeypatch):
    steps = Steps(monkeypatch)
    for stop in range(4):
        steps.stop = None
        workspace = make_workspace({"甲": document(状态="草案", 版本="1.0")}, name=f"first{stop}")
        steps.count, steps.stop = 0, stop
        with pytest.raises(CrashError):
            publish(workspace, "甲")
        assert not check_codes(workspace) & {"published-text-changed"}
        steps.stop = None
        workspace.refresh()
        publish(workspace, "甲")
        assert state(workspace) == {"甲": ("现行", "2026-11-23", "-", "1.0")}
        assert is_locked(workspace, workspace.entry("甲"))


# -- the lock -----------------------------------------------------------------------------------


def check_codes(workspace) -> set[str]:
    workspace.refresh()
    return {p.code for p in check_workspace(workspace, today=TODAY)}


@pytest.fixture
def published(make_workspace):
    workspace = make_workspace({"甲": document("1. 正文。\n", 状态="草案", 版本="1.0")})
    publish(workspace, "甲")
    return workspace


def test_a_published_text_is_not_saved_plainly(published):
    text = read(published, "甲")
    seen = published.entry("甲").hash
    with pytest.raises(LockedDocument) as caught:
        save_text(published, "甲", text.replace("正文", "改文"), expected=seen)
    assert "wenshu revise 甲" in caught.value.hint
    assert "wenshu correct" in caught.value.hint
    assert read(published, "甲") == text


def test_its_front_matter_may_change_and_line_ends_do_not_count(published):
    text = read(published, "甲")
    seen = published.entry("甲").hash
    changed = text.replace("版本: 1.0", "版本: 1.0\n标签: 甲").replace("\n", "\r\n")
    save_text(published, "甲", changed, expected=seen)
    assert "published-text-changed" not in check_codes(published)


def test_a_changed_text_is_reported(published):
    assert "published-text-changed" not in check_codes(published)
    rewrite(published, "甲", "正文", "改文")
    (problem,) = [
        p for p in check_workspace(published, today=TODAY) if p.code == "published-text-changed"
    ]
    assert problem.severity == "error"
    assert problem.line > 1
    assert "wenshu correct 甲" in problem.hint
    entry = published.entry("甲")
    assert changed_since_published(published, entry, read(published, "甲")) is not None


def test_a_correction_records_who_when_and_why(published, monkeypatch):
    monkeypatch.setenv("WENSHU_USER", "韩梅")
    text = read(published, "甲").replace("正文", "正本")
    assert correct(published, "甲", " 错别字 ", text) == "甲"
    last = lock_records(published, "甲")[-1]
    assert (last.who, last.why, last.action, last.version) == ("韩梅", "错别字", "文字更正", "1.0")
    assert last.when.startswith("20")
    assert last.hash == body_hash(text)
    assert read(published, "甲") == text
    assert records(published, "甲")[-1].action == "文字更正"
    assert "published-text-changed" not in check_codes(published)


def test_two_corrections_of_the_same_text(published, monkeypatch):
    """Also where the other one comes after the text was read and before the lock is held."""
    before = read(published, "甲")
    seen = published.entry("甲").hash
    first, second = before.replace("正文", "正本"), before.replace("正文", "正经")
    taken, done = publishing.locked, []

    @contextmanager
    def late(path):
        if not done:
            done.append(path)
            correct(published, "甲", "先", first, expected=seen)
        with taken(path):
            yield

    monkeypatch.setattr(publishing, "locked", late)
    with pytest.raises(ConflictError, match="在此期间已被别人保存过"):
        correct(published, "甲", "后", second, expected=seen)
    with pytest.raises(ConflictError):
        correct(published, "甲", "后", second, expected=seen)
    assert read(published, "甲") == first
    assert [r.why for r in lock_records(published, "甲")] == ["", "先"]


def test_a_correction_made_in_the_file_is_recorded(published):
    rewrite(published, "甲", "正文", "正本")
    correct(published, "甲", "错别字")
    assert "published-text-changed" not in check_codes(published)
    assert [r.action for r in lock_records(published, "甲")] == ["发布", "文字更正"]


@pytest.mark.parametrize(
    ("why", "words"), [("", "写明原因"), ("  ", "写明原因"), ("错别字", "没有要登记的更正")]
)
def test_what_is_no_correction(published, why, words):
    with pytest.raises(UsageError, match=words):
        correct(published, "甲", why)


def test_only_published_texts_are_corrected(make_workspace):
    workspace = make_workspace({"甲": OLD})
    with pytest.raises(UsageError, match="没有在这里发布过"):
        correct(workspace, "甲", "错别字")
    save_text(workspace, "甲", OLD.replace("旧文", "改文"), expected=workspace.entry("甲").hash)
    assert "改文" in read(workspace, "甲")


def test_a_published_text_stays_locked_when_it_is_closed(published):
    draft = revise(published, "甲")
    rewrite(published, draft, "正文", "新文")
    publish(published, draft, effective=date(2027, 1, 1))
    assert is_locked(published, published.entry("甲@1.0"))
    rewrite(published, "甲@1.0", "正文", "改文")
    assert "published-text-changed" in check_codes(published)


def test_damaged_records_hide_no_others(published):
    path = published.data / RECORD_FILE
    path.write_bytes(b'{"id": \n\xff\xfe\n[]\n{"x": 1}\n' + path.read_bytes().rstrip(b"\n"))
    assert [r.id for r in lock_records(published)] == ["甲"]
    rewrite(published, "甲", "正文", "正\u2028本")
    correct(published, "甲", "分行\u2028符")
    assert [r.why for r in lock_records(published, "甲")] == ["", "分行\u2028符"]


# -- the lock and the history ---------------------------------------------------------------------


def test_the_published_text_itself_is_kept(published):
    """Whoever changed the file by hand gets the published text back."""
    before = read(published, "甲")
    rewrite(published, "甲", "正文", "改文")
    assert "published-text-changed" in check_codes(published)
    kept = records(published, "甲")
    assert [(r.action, r.why) for r in kept][-1] == ("发布", "发布时的文本")
    history.restore(published, "甲", kept[-1].number)
    assert read(published, "甲") == before
    assert "published-text-changed" not in check_codes(published)


def test_another_text_is_not_brought_back_over_a_published_one(published):
    draft = revise(published, "甲", effective=date(2027, 1, 1))
    rewrite(published, draft, "正文", "新文")
    publish(published, draft)
    for record in records(published, "甲"):
        if "新文" in text_of(published, "甲", record.number).decode():
            continue
        with pytest.raises(LockedDocument, match="不能直接修改"):
            history.restore(published, "甲", record.number)
    assert "新文" in read(published, "甲")


def test_a_deleted_name_is_free_again(published):
    history.delete(published, "甲", "写错了")
    published.refresh()
    assert locks(published) == {}
    history.save(published, "甲", document("1. 别的。\n", 状态="草案"), expected=None)
    published.refresh()
    assert not is_locked(published, published.entry("甲"))
    assert [r.action for r in lock_records(published, "甲")] == ["发布", "删除"]


def test_what_comes_back_out_of_the_bin_is_locked_again(published):
    before = read(published, "甲")
    history.delete(published, "甲")
    history.restore(published, "甲")
    published.refresh()
    assert read(published, "甲") == before
    assert is_locked(published, published.entry("甲"))
    assert "published-text-changed" not in check_codes(published)

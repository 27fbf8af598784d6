"""Unfinished work outlives the browser and the program."""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from store.exceptions import EnvironmentRefused
from web import unfinished
from web.accounts import Accounts
from web.database import _STEPS, VERSION, Database
from web.unfinished import Unfinished

if TYPE_CHECKING:
    from pathlib import Path


def test_it_is_there_after_a_restart(tmp_path: Path):
    path = tmp_path / "wenshu.db"
    with closing(Database(path)) as database:
        Unfinished(database, "甲", "year").keep("总结/一", {"c0": "指标"}, b"PK")
    with closing(Database(path)) as database:
        mine = Unfinished(database, "甲", "year")
        found = mine.get("总结/一")
        assert found is not None
        assert (found.value, found.file) == ({"c0": "指标"}, b"PK")
        mine.keep("总结/一", {"c0": "不用"})
        again = mine.get("总结/一")
        assert again is not None
        assert (again.value, again.file) == ({"c0": "不用"}, b"PK")


def test_others_and_other_work_do_not_see_it():
    with closing(Database(None)) as database:
        Unfinished(database, "甲", "year").keep("一", {})
        assert Unfinished(database, "乙", "year").get("一") is None
        assert Unfinished(database, "甲", "import").all() == []
        assert [kept.target for kept in Unfinished(database, "甲", "year").all()] == ["一"]
        Unfinished(database, "甲", "year").drop("一")
        assert Unfinished(database, "甲", "year").all() == []


def test_what_nobody_touches_goes(monkeypatch):
    with closing(Database(None)) as database:
        mine = Unfinished(database, "甲", "year")
        mine.keep("旧", {})
        later = time.time() + unfinished.KEPT_SECONDS + 10
        monkeypatch.setattr("web.unfinished.time.time", lambda: later)
        mine.keep("新", {})
        assert [kept.target for kept in mine.all()] == ["新"]


def test_a_database_of_before_is_brought_up_to_date(tmp_path: Path):
    path = tmp_path / "wenshu.db"
    with closing(sqlite3.connect(path)) as old:
        old.executescript(f"{_STEPS[0]} PRAGMA user_version = 1;")
        old.execute("INSERT INTO account (name, role, created) VALUES ('甲', '员工', '2024-01-01')")
        old.commit()
    with closing(Database(path)) as database:
        assert database.version == VERSION
        assert Accounts(database).get("甲").role == "员工"
        assert Accounts(database).by_subject("") is None
        Unfinished(database, "甲", "year").keep("一", {})


def test_a_connection_ends_with_its_thread(tmp_path: Path):
    with closing(Database(tmp_path / "wenshu.db")) as database:
        database.rows("SELECT 1")
        before = len(database._all)
        for _ in range(5):
            thread = threading.Thread(target=database.rows, args=("SELECT 1",))
            thread.start()
            thread.join()
        assert len(database._all) == before


def test_what_cannot_be_read_is_refused(tmp_path: Path):
    with closing(Database(tmp_path / "wenshu.db")) as database:
        for read in (database.row, database.rows):
            with pytest.raises(EnvironmentRefused, match="无法读取"):
                read("SELECT * FROM gone")

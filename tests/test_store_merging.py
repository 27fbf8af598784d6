"""Changes of two people to one text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.merging import merge

BASE = "甲\n乙\n丙\n丁"


@pytest.mark.parametrize(
    ("mine", "theirs", "merged"),
    [
        ("甲一\n乙\n丙\n丁", "甲\n乙\n丙\n丁二", "甲一\n乙\n丙\n丁二"),
        ("甲\n丙\n丁", "甲\n乙\n丙\n新\n丁", "甲\n丙\n新\n丁"),
        ("甲\n乙改\n丙\n丁", "甲\n乙改\n丙\n丁", "甲\n乙改\n丙\n丁"),
        ("甲\n乙一\n丙\n丁", "甲\n乙二\n丙\n丁", None),
        ("甲\n新一\n乙\n丙\n丁", "甲\n新二\n乙\n丙\n丁", None),
        ("甲\n丁", "甲\n乙\n丙改\n丁", None),
        (BASE, "全换", "全换"),
    ],
)
def test_both_changes_or_none(mine, theirs, merged):
    assert merge(BASE, mine, theirs) == merged


@given(st.lists(st.sampled_from("甲乙丙丁")), st.lists(st.sampled_from("甲乙丙丁戊")))
def test_one_persons_changes_alone_are_taken_whole(old, new):
    base, mine = "\n".join(old), "\n".join(new)
    assert merge(base, mine, base) == mine
    assert merge(base, base, mine) == mine
    assert merge(base, mine, mine) == mine

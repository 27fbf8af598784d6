"""Changes of two people to one text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store import merging
from store.matching import Steps, opcodes
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


@given(
    st.lists(st.sampled_from(["甲", "乙", "", " "])), st.lists(st.sampled_from(["甲", "丙", ""]))
)
def test_without_steps_for_the_lines_ones_own_changes_are_still_taken_whole(old, new):
    base, mine = "\n".join(old), "\n".join(new)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(merging, "_MOST_STEPS", 0)
        assert merge(base, mine, base) == mine
        assert merge(base, base, mine) == mine
        assert merge(base, mine, mine) == mine


def test_a_long_text_changed_throughout_is_merged_clause_by_clause():
    base = [line for n in range(1000) for line in (f"第{n}条旧文", "")]
    mine = [line.replace("旧文", "新文") if n > 20 else line for n, line in enumerate(base)]
    theirs = [line.replace("第2条旧文", "第2条改") for line in base]
    merged = [*theirs[:21], *mine[21:]]
    assert merge("\n".join(base), "\n".join(mine), "\n".join(theirs)) == "\n".join(merged)


def test_matching_gives_up_before_it_takes_long():
    steps = Steps(1000)
    assert opcodes(["同"] * 100, ["同"] * 90, steps) is None
    assert opcodes(["同", "甲"], ["同", "乙"], Steps(1000)) == [
        ("equal", 0, 1, 0, 1),
        ("replace", 1, 2, 1, 2),
    ]

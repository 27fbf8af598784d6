"""Names of all documents looked through as one text."""

from __future__ import annotations

import numpy as np
import pytest

from search.folding import Folder
from search.names import Names

FOLD = Folder.build()
NAMES = ["考勤與休假管理辦法", "", "客户部 投诉处理", "考勤\n办法", "考勤办法考勤"]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("考勤与休假", [0]),
        ("客户部投诉", [2]),
        ("考勤办法", [3, 4]),
        ("考勤", [0, 3, 4]),
        ("处理考勤", []),
        ("办法客户", []),
        ("", [0, 1, 2, 3, 4]),
    ],
)
def test_documents_that_have_a_text_in_their_name(text: str, rows: list[int]) -> None:
    names = Names(NAMES, FOLD)
    assert len(names) == len(NAMES)
    assert np.flatnonzero(names.holding(text)).tolist() == rows


def test_blanks_may_be_kept() -> None:
    names = Names(NAMES, FOLD, blanks=True)
    assert names[2] == "客户部 投诉处理"
    assert not names.holding("客户部投诉").any()


def test_no_documents() -> None:
    assert not len(Names([], FOLD).holding("考勤"))

"""Texts in traditional characters: judged by the simplified ones, written as they stand."""

from __future__ import annotations

from typing import Final

_PAIRS: Final = (
    "協协議议書书請请審审報报會会紀纪託托權权詢询價价單单發发據据帳账職职責责崗岗說说務务為为範范準准則则員员"
    "禮礼儀仪業业潔洁從从諾诺總总結结顧顾辦办規规條条細细實实暫暂訊讯進进個个討讨淺浅談谈論论踐践跡迹當当應应"
    "須须該该對对於于執执處处罰罚獎奖懲惩遲迟備备檔档監监導导檢检負负參参與与組组織织開开戶户電电話话時时間间"
    "標标計计劃划號号門门適适釋释歸归節节編编項项"
)
_TO_SIMPLIFIED: Final = str.maketrans(dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True)))


def simplified(text: str) -> str:
    """The text with the characters that rules are written with in their simplified forms."""
    return text.translate(_TO_SIMPLIFIED)

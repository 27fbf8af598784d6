"""Lines known by their look: a day, a unit's name, both as a signature, a document's number."""

from __future__ import annotations

import re
from typing import Final

from store.dates import parse_date

_DAY: Final = (
    r"(?:(?:19|20)[0-9]{2}\s*[年.\-/]\s*[0-9]{1,2}\s*[月.\-/]\s*[0-9]{1,2}\s*[日号]?"
    r"|[〇零○ＯOo一二三四五六七八九]{4}\s*年\s*[正一二三四五六七八九十]{1,2}\s*月\s*[一二三四五六七八九十廿]{1,3}\s*[日号])"  # noqa: RUF001
)
_UNIT: Final = (
    r"[\u4e00-\u9fff（）()·]{0,28}?[\u4e00-\u9fff](?:公司|集团|部|局|[分支总]?行|中心|处|委员会|委|会|室|科|站|厅|院|校|厂|店|所|社|小组|大队|政府)"
    r"(?:\s*[（(]\s*(?:盖章|公章|印章|章)\s*[)）])?"
)
DAY_LINE: Final = re.compile(rf"^[\s\u3000]*({_DAY})[\s\u3000]*$")
UNIT_LINE: Final = re.compile(rf"^[\s\u3000]*({_UNIT})[\s\u3000]*$")
SIGNED_LINE: Final = re.compile(rf"^[\s\u3000]*({_UNIT})[\s\u3000，,]*({_DAY})[\s\u3000]*$")
NUMBER_LINE: Final = re.compile(
    r"^[\s\u3000]*[（(]?([\u4e00-\u9fffA-Za-z]{1,12}\s*[〔\[【（(]\s*(?:19|20)[0-9]{2}\s*[〕\]】）)]\s*第?\s*[0-9]{1,4}\s*号)[)）]?[\s\u3000]*$"
)


def iso_day(text: str) -> str:
    """A day in any usual form as ISO; empty where there is no such day."""
    text = re.sub(r"\s+", "", text)
    if not text[:1].isascii() or text[:1] in "Oo":
        text = re.sub("[○ＯOo零]", "〇", text).replace("年正月", "年一月").replace("廿", "二十")  # noqa: RUF001
    try:
        return parse_date(text).isoformat()
    except ValueError:
        return ""


def is_unit(text: str) -> bool:
    """Whether a line is the name of a company, an authority or a department."""
    return bool(UNIT_LINE.match(text))


def is_signing(text: str) -> bool:
    """Whether a line is one of a signature: a day, a unit, or both."""
    return bool(DAY_LINE.match(text) or SIGNED_LINE.match(text) or UNIT_LINE.match(text))

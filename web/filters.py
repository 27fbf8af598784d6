"""Words for values: states, days, sizes, as the pages print them."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from store.dates import chinese_date

if TYPE_CHECKING:
    from collections.abc import Callable

_BROWSERS: Final = (
    ("微信", "MicroMessenger/"),
    ("WPS", "WpsMoffice"),
    ("360 浏览器", "360SE"),
    ("Edge", "Edg/"),
    ("Firefox", "Firefox/"),
    ("Chrome", "Chrome/"),
    ("Safari", "Safari/"),
)
_SYSTEMS: Final = (
    ("Windows", "Windows"),
    ("安卓手机", "Android"),
    ("iPhone", "iPhone"),
    ("Mac", "Mac OS X"),
    ("Linux", "Linux"),
)
_TONES: Final = {
    "现行": "good",
    "试行": "good",
    "修订中": "good",
    "定稿": "good",
    "草案": "draft",
    "草稿": "draft",
    "征求意见": "draft",
    "审批中": "draft",
    "已废止": "gone",
    "已失效": "gone",
    "已归档": "plain",
    "效力待确认": "unsure",
}
_ISO: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def day(value: object) -> str:
    """A day as 2024年1月5日, from a date or an ISO text."""
    if isinstance(value, str) and value:
        try:
            return chinese_date(date.fromisoformat(value))
        except ValueError:
            return value
    return chinese_date(value) if isinstance(value, date) else ""


def tone(status: str) -> str:
    """The look of a status."""
    return _TONES.get(status, "plain")


def state_name(status: str, in_force: bool | None) -> str:  # noqa: FBT001 - a value to print
    """A status that today's dates do not belie."""
    if in_force is None:
        return "效力待确认"
    if in_force is False and status in {"现行", "试行", "修订中"}:
        return "不在有效期"
    return status


def state_tone(status: str, in_force: bool | None) -> str:  # noqa: FBT001 - a value to print
    """The look of a status together with what the dates say."""
    if in_force is None:
        return "unsure"
    if in_force is False and tone(status) == "good":
        return "gone"
    return tone(status)


def path_quote(text: str) -> str:
    """A document's id or an anchor within an address."""
    return quote(text, safe="/@")


def is_iso(text: str) -> bool:
    """Whether a text is a day that a browser's date field takes."""
    return bool(_ISO.fullmatch(text))


def moment(seconds: int) -> str:
    """A moment as 11月23日 17:20, from seconds since 1970."""
    when = datetime.fromtimestamp(seconds).astimezone()
    return f"{when.month}月{when.day}日 {when:%H:%M}"


def in_bytes(size: int) -> str:
    """A file's size for people."""
    if size < 1024 * 1024:
        return f"{max(1, round(size / 1024))} KB"
    return f"{size / 1024 / 1024:.1f} MB"


def merged(first: dict[str, object] | None, second: dict[str, object]) -> dict[str, object]:
    """Two sets of names and values, for an address."""
    return {**(first or {}), **second}


def device(agent: str) -> str:
    """A browser's long name of itself as people say it: Edge，Windows."""
    found = [
        next((said for said, sign in signs if sign in agent), "") for signs in (_BROWSERS, _SYSTEMS)
    ]
    return "，".join(name for name in found if name) or agent[:40] or "未知的浏览器"


FILTERS: Final[dict[str, Callable[..., object]]] = {
    "day": day,
    "tone": tone,
    "device": device,
    "state_name": state_name,
    "state_tone": state_tone,
    "path_quote": path_quote,
    "is_iso": is_iso,
    "bytes": in_bytes,
    "merged": merged,
    "moment": moment,
}

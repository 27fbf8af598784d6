"""Front matter from what stands in the text: nothing that is not there is filled in."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from store.dates import parse_date, parse_period

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from importer.model import Node
    from store.kinds import Kind

_DEPARTMENT: Final = re.compile(
    r"[\u4e00-\u9fff]{1,12}?(?:事业部|营业部|项目部|管理部|客户部|客服部|业务部|(?<!全)部(?!门|长|分|署|队|位|落|属|件|级|委)|中心|办公室|科(?!技|学|目)|处(?!理|罚|分|置|于)|车间|支行|班组)"
)
_POST: Final = re.compile(
    r"([\u4e00-\u9fff]{1,14}?(?:经理|主管|主任|专员|专责|柜员|班长|组长|顾问|助理|总监|文员|会计|出纳|司机|秘书|客服|前台|保安|保洁|工程师|代表|员|长))(?:的)?(?:岗位|工作)?(?:职责|说明书)"
)
_DATE_TEXT: Final = (
    r"(?:[12][0-9]{3}\s*年\s*[0-9]{1,2}\s*月\s*[0-9]{1,2}\s*[日号]|[12][0-9]{3}[-/.][0-9]{1,2}[-/.][0-9]{1,2}"
    r"|[〇零○一二三四五六七八九]{4}年[一二三四五六七八九十]{1,2}月[一二三四五六七八九十]{1,3}[日号])"
)
_EFFECTIVE: Final = re.compile(
    rf"自\s*({_DATE_TEXT})\s*起\s*(?:正式)?(?:施行|实施|执行|生效|实行)|(?:施行|生效|实施|执行)日期\s*[:：]\s*({_DATE_TEXT})"
)
_PUBLISHED: Final = re.compile(
    rf"(?:发布|颁布|印发|公布|制定|发文)(?:日期|时间)?\s*[:：]\s*({_DATE_TEXT})|[（(]({_DATE_TEXT})\s*(?:发布|印发|颁布)|^({_DATE_TEXT})\s*(?:发布|印发|颁布)"
)
_NUMBER: Final = re.compile(
    r"[\u4e00-\u9fffA-Za-z]{1,12}[〔\[【（(]\s*(?:19|20)[0-9]{2}\s*[〕\]】）)]\s*第?\s*[0-9]{1,4}\s*号"
)
_FILE_NUMBER: Final = re.compile(
    r"(?:文件编号|制度编号|(?<![\u4e00-\u9fff])编\s*号|文\s*号)\s*[:：]\s*([A-Za-z0-9\u4e00-\u9fff〔〕\[\]（）()\-_/.]{2,30})"
)
_VERSION: Final = re.compile(
    r"(?:版\s*本(?:号)?|版\s*次)\s*[:：]\s*([A-Za-z]?[0-9A-Za-z./\-]{1,12})"
)
_TITLE_VERSION: Final = re.compile(
    r"[Vv]([0-9]+\.[0-9]+)|[（(]((?:19|20)[0-9]{2})\s*年?\s*(?:版|修订版?|修订稿)[）)]"
)
_LABELLED: Final = (
    (
        "部门",
        re.compile(
            r"(?:所属部门|所在部门|归口(?:管理)?部门|部\s*门)\s*[:：]\s*([\u4e00-\u9fffA-Za-z]{2,16})(?:\s|$|，|；)"
        ),
    ),
    (
        "岗位",
        re.compile(
            r"(?:岗位名称|职位名称|岗\s*位|职\s*位)\s*[:：]\s*([\u4e00-\u9fffA-Za-z]{2,16})(?:\s|$|，|；)"
        ),
    ),
    (
        "发布单位",
        re.compile(
            r"(?:发布单位|发文单位|颁布单位|编制单位|发文机关)\s*[:：]\s*([\u4e00-\u9fffA-Za-z（）()]{2,30})(?:\s|$)"
        ),
    ),
    ("起草", re.compile(r"(?:起草人?|编制人?|拟稿人?)\s*[:：]\s*([\u4e00-\u9fff]{2,12})(?:\s|$)")),
    ("审核", re.compile(r"(?:审核人?)\s*[:：]\s*([\u4e00-\u9fff]{2,12})(?:\s|$)")),
    ("批准", re.compile(r"(?:批准人?|签发人?)\s*[:：]\s*([\u4e00-\u9fff]{2,12})(?:\s|$)")),
)
_INTERPRETED: Final = re.compile(
    r"(?:由|归)\s*(?:公司|本行|我行|集团)?([\u4e00-\u9fff]{2,12}?(?:部|处|室|中心|科|委员会))\s*(?:负责)?(?:进行)?解释"
)
_PERIOD: Final = re.compile(
    r"((?:19|20)[0-9]{2})\s*年?\s*度?(上半年|下半年|第?[一二三四]季度|[0-9]{1,2}月(?:份)?)?"
)
_SUMMARY_YEAR: Final = re.compile(r"((?:19|20)[0-9]{2})年(?:度|以来|全年|上半年|第?[一二三四]季度)")


def department_of(title: str, text: str = "") -> str:
    """The department that a title names, else that the text names most plainly."""
    for source in (title, *(line for line in text.split("\n")[:6] if len(line) < 40)):
        found = _DEPARTMENT.findall(source)
        if found:
            return str(max(found, key=len)).removeprefix("关于")
    return ""


def fill(
    title: str, kind: Kind, nodes: Sequence[Node], properties: Mapping[str, str]
) -> dict[str, object]:
    """The fields a document's own words give.

    Args:
        title: Its title.
        kind: Its kind, which decides what is looked for.
        nodes: Its outline.
        properties: What the file's properties say.
    """
    lines = [line for top in nodes for node in top.walk() for line in _lines_of(node)]
    text = unicodedata.normalize("NFC", "\n".join(lines))
    ends = "\n".join([*lines[:12], *lines[-12:], properties.get("页眉", "")])
    found: dict[str, object] = {}
    _labelled(found, ends)
    found.setdefault("部门", department_of(title, ends if kind.slug == "job-duty" else ""))
    if kind.slug == "job-duty" and (post := _POST.search(title)) and "部门" not in title:
        name = post[1]
        department = str(found.get("部门", ""))
        if name != department and not name.endswith("部"):
            found.setdefault("岗位", name.removeprefix(department) or name)
    if match := _NUMBER.search(ends) or _FILE_NUMBER.search(ends):
        found["编号"] = re.sub(r"\s+", "", match[match.lastindex or 0])
    if match := _TITLE_VERSION.search(title) or _VERSION.search(ends):
        found["版本"] = next(group for group in match.groups() if group)
    if kind.life_cycle:
        _dates(found, text, ends)
        if match := _INTERPRETED.search(text):
            found["解释部门"] = match[1]
    if kind.slug == "year-end-summary":
        _period(found, title, text)
    for key, name in (("作者", "作者"),):
        if kind.slug == "article" and properties.get(key):
            found.setdefault(name, properties[key])
    return {key: value for key, value in found.items() if value}


def _lines_of(node: Node) -> list[str]:
    if node.piece.type == "table":
        return [
            "：".join(cell.text.strip() for cell in row[:2]) for row in node.piece.rows[:12] if row
        ]
    if node.piece.type == "definition":
        return [f"{node.text}：{node.piece.caption.strip()}"]
    return [node.text] if node.text else []


def _labelled(found: dict[str, object], text: str) -> None:
    for name, pattern in _LABELLED:
        if match := re.search(pattern, text):
            found[name] = match[1].strip()


def _dates(found: dict[str, object], text: str, ends: str) -> None:
    for name, match in (
        ("发布日期", re.search(_PUBLISHED, ends)),
        ("生效日期", _EFFECTIVE.search(text)),
    ):
        if match is None:
            continue
        written = next(group for group in match.groups() if group)
        try:
            found[name] = parse_date(re.sub(r"\s+", "", written)).isoformat()
        except ValueError:
            continue


def _period(found: dict[str, object], title: str, text: str) -> None:
    match = _PERIOD.search(title)
    written = f"{match[1]}年{match[2] or ''}" if match else ""
    if not written:
        years = set(_SUMMARY_YEAR.findall(text))
        written = f"{years.pop()}年" if len(years) == 1 else ""
    if not written:
        return
    try:
        found["期间"] = str(parse_period(written.replace("份", "")))
    except ValueError:
        return

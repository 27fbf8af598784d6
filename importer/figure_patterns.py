"""The words in which summaries state their figures: quantities, changes, completion, days."""

from __future__ import annotations

import calendar
import re
import unicodedata
from decimal import Decimal
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

NUMBER: Final = r"[0-9０-９]+(?:[,，][0-9]{3})*(?:\.[0-9]+)?"
UNIT: Final = (
    r"万美元|亿美元|美元|万欧元|万元|亿元|千元|元|万户|万张|万笔|万人|万吨|万千瓦时|亿千瓦时|千瓦时|个百分点|人次|户次|"
    r"平方米|户|张|笔|部|台|件|份|家|个|人|名|次|辆|套|吨|场|期|项|条|‰|[%％]"
)
QUANTITY: Final = re.compile(
    rf"(?P<about>近|约|超过?|逾|达到|达|突破|多达|仅)?\s*(?P<number>{NUMBER})\s*(?P<more>多|余)?\s*(?P<unit>{UNIT})(?P<after>多|余|左右|以上)?"
)
AS_OF: Final = re.compile(
    r"(?:截至|截止到?|到|至)?\s*((?:(?:19|20)[0-9]{2}年)?\s*[0-9]{1,2}月(?:[0-9]{1,2}[日号]|末|底)|(?:19|20)[0-9]{2}年末|年末|月末|季末|6月末)(?:为止|止)?"
)
CHANGE: Final = re.compile(
    rf"(?:比|较)(?:上年末|年初|年末|期初|上年年末)\s*(?P<verb>净?增加|净?增长|上升|提高|多增|新增|减少|下降|降低|净减)(?:了|额)?\s*(?P<number>{NUMBER})\s*(?P<unit>{UNIT})"
)
YOY: Final = re.compile(
    rf"(?:同比|比上年同期|较上年同期|比去年同期|较去年同期|比上年|较上年)\s*(?P<verb>增加|增长|上升|提高|多增|减少|下降|降低)(?:了)?\s*(?P<number>{NUMBER})\s*(?P<unit>{UNIT})"
)
GROWTH: Final = re.compile(
    rf"(?P<verb>增幅|增长率|增速|降幅)(?:为|达到?)?\s*(?P<number>{NUMBER})\s*[%％]"
)
COMPLETION: Final = re.compile(
    rf"(?:完成|达到?|为)\s*(?:了)?(?:全年|年度|年|上级|下达|序时|考核|目标)*\s*(?:计划|任务|目标)(?:数|任务)?的?\s*(?P<values>{NUMBER}\s*[%％](?:\s*(?:、|和|及|与|，|,)\s*{NUMBER}\s*[%％])*)"
)
RATE_OF_PLAN: Final = re.compile(rf"计划完成率(?:为|达到?)?\s*(?P<values>{NUMBER}\s*[%％])")
SHARE: Final = re.compile(
    rf"占比(?:为|达到?)?\s*(?P<number>{NUMBER})\s*[%％]|占\S{{1,12}}的\s*(?P<other>{NUMBER})\s*[%％]"
)
ONE_RATE: Final = re.compile(rf"({NUMBER})\s*[%％]")
LEADS: Final = re.compile(
    r"^(?:其中|全行|全司|我行|我司|本行|公司|全部门|全年|今年|本年|当年|年内|累计|共|共计|合计|总计|实际|已|还|并|同时|另外|此外|目前|，|,|:|：|、|;|；|\s|的)+"
)
VERBS: Final = re.compile(
    r"^(?:实现|完成|办理|累计办理|累计发放|累计实现|累计完成|取得|达到|拥有|现有|共有|发展|营销|销售|发放(?=\S{3,}))"
)
FLOW_ONLY: Final = re.compile(
    r"^(?:累放|累计发放|累收|累计收回|净增|新增|净投放|发放|收回|余额|清收|投放|增加|增长)$"
)
TAIL: Final = re.compile(
    r"(?:(?P<balance>余额)|(?:为|是|达到|达|共|计|了|有|约|近|超|逾|共计|至|到|额?为))+$"
)
NOT_NAMES: Final = re.compile(
    r"[和及与]$|[。“”\"《》？！?!]|^(?:第|每|前|近|约)|^(?:[0-9]|[一二三四五六七八九十]+[、是])|(?:组织|召开|开展|订制|制定|悬挂|匹配|培训|抽取)"
)
DELETED: Final = re.compile(
    r"(?:余额|增加|新增|增长|减少|达|收入|贷款|存款|基金|保险|票据|银承|销售|完成|签发|发放|营销|结算量|发卡|退出客户|累计|逾期|不良贷款|客户|流贷调整为|其中)(?:了|达|为|近|约|多)?(?=(?:多|近)?(?:(?:万元|亿元|万美元)(?!\s*[0-9])|(?:张|户|笔|家)(?=[,，;；。、在]|$)))"
    r"|(?<![0-9０-９一二三四五六七八九十百千])多万元|(?:完成|占)\S{0,6}计划的(?=[，,;；。、]|列|创)|占比达(?=[^0-9])"
)
COMMAS: Final = re.compile(r"(?<![0-9])[,，]|[,，](?![0-9]{3}(?![0-9]))")
FLOW_END: Final = re.compile(r"(?:累放|累计发放|净增|累收|累计收回)$")
COUNTS: Final = frozenset({"户", "张", "笔", "部", "家", "台", "个", "人", "名", "件", "份"})
SIGN: Final = re.compile(r"减少|下降|降低|净减|降幅")


def shared_tail(pieces: Sequence[str]) -> str:
    """What the last of joined names says for all: 个人网银和企业网银|客户新增."""
    first, last = pieces[0], pieces[-1]
    for size in range(min(len(first), len(last)), 1, -1):
        at = last.find(first[-size:])
        if at >= 0:
            return last[at + size :]
    return ""


def signed(match: re.Match[str]) -> Decimal:
    """A change with the sign that its verb gives it."""
    amount = decimal(match["number"])
    return -amount if SIGN.search(match["verb"]) else amount


def decimal(text: str) -> Decimal:
    """A number as printed, thousands marks and full-width digits included."""
    return Decimal(re.sub(r"[,，\s]", "", unicodedata.normalize("NFKC", text)))


def same_unit(one: str, other: str) -> bool:
    """Whether two units measure alike; rates differ by points."""
    points = {"个百分点", "%", "‰"}
    return one.replace("％", "%") == other or (one in points and other in points)


def written_day(text: str) -> str:
    """ISO where the year stands; `--12-30` and `--11` (末 of a month) where it does not."""
    match = re.match(r"(?:((?:19|20)[0-9]{2})年)?\s*([0-9]{1,2})月(?:([0-9]{1,2})[日号])?", text)
    if not match:
        end = re.match(r"((?:19|20)[0-9]{2})年末", text)
        return f"{end[1]}-12-31" if end else ""
    year, month, day = match.groups()
    if day:
        return f"{year or '-'}-{int(month):02d}-{int(day):02d}"
    if year:
        return f"{year}-{int(month):02d}-{calendar.monthrange(int(year), int(month))[1]:02d}"
    return f"--{int(month):02d}"

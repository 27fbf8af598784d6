"""Business figures out of a summary's sentences: names, values, units, days, changes, completion.

A sentence is read piece by piece between its commas; what a piece says (a day, a change, a
completion rate) belongs to the figure named last, `分别` to the last figures in order. A figure
that was deleted at the source (`新增万元`) is reported; none is ever made up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from importer.model import Doubt, Figure

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from importer.model import Node

_NUMBER: Final = r"[0-9０-９]+(?:[,，][0-9]{3})*(?:\.[0-9]+)?"
_UNIT: Final = (
    r"万美元|亿美元|美元|万欧元|万元|亿元|千元|元|万户|万张|万笔|万人|万吨|万千瓦时|亿千瓦时|千瓦时|个百分点|人次|户次|"
    r"平方米|户|张|笔|部|台|件|份|家|个|人|名|次|辆|套|吨|场|期|项|条|‰|[%％]"
)
_QUANTITY: Final = re.compile(
    rf"(?P<about>近|约|超过?|逾|达到|达|突破|多达|仅)?\s*(?P<number>{_NUMBER})\s*(?P<more>多|余)?\s*(?P<unit>{_UNIT})(?P<after>多|余|左右|以上)?"
)
_AS_OF: Final = re.compile(
    r"(?:截至|截止到?|到|至)?\s*((?:(?:19|20)[0-9]{2}年)?\s*[0-9]{1,2}月(?:[0-9]{1,2}[日号]|末|底)|(?:19|20)[0-9]{2}年末|年末|月末|季末|6月末)(?:为止|止)?"
)
_CHANGE: Final = re.compile(
    rf"(?:比|较)(?:上年末|年初|年末|期初|上年年末)\s*(?P<verb>净?增加|净?增长|上升|提高|多增|新增|减少|下降|降低|净减)(?:了|额)?\s*(?P<number>{_NUMBER})\s*(?P<unit>{_UNIT})"
)
_YOY: Final = re.compile(
    rf"(?:同比|比上年同期|较上年同期|比去年同期|较去年同期|比上年|较上年)\s*(?P<verb>增加|增长|上升|提高|多增|减少|下降|降低)(?:了)?\s*(?P<number>{_NUMBER})\s*(?P<unit>{_UNIT})"
)
_GROWTH: Final = re.compile(
    rf"(?P<verb>增幅|增长率|增速|降幅)(?:为|达到?)?\s*(?P<number>{_NUMBER})\s*[%％]"
)
_COMPLETION: Final = re.compile(
    rf"(?:完成|达到?|为)\s*(?:了)?(?:全年|年度|年|上级|下达|序时|考核|目标)*\s*(?:计划|任务|目标)(?:数|任务)?的?\s*(?P<values>{_NUMBER}\s*[%％](?:\s*(?:、|和|及|与|，|,)\s*{_NUMBER}\s*[%％])*)"
)
_RATE_OF_PLAN: Final = re.compile(rf"计划完成率(?:为|达到?)?\s*(?P<values>{_NUMBER}\s*[%％])")
_SHARE: Final = re.compile(
    rf"占比(?:为|达到?)?\s*(?P<number>{_NUMBER})\s*[%％]|占\S{{1,12}}的\s*(?P<other>{_NUMBER})\s*[%％]"
)
_ONE_RATE: Final = re.compile(rf"({_NUMBER})\s*[%％]")
_LEADS: Final = re.compile(
    r"^(?:其中|全行|全司|我行|我司|本行|公司|全部门|全年|今年|本年|当年|年内|累计|共|共计|合计|总计|实际|已|还|并|同时|另外|此外|目前|，|,|:|：|、|;|；|\s|的)+"
)
_VERBS: Final = re.compile(
    r"^(?:实现|完成|办理|累计办理|累计发放|累计实现|累计完成|取得|达到|拥有|现有|共有|发展|营销|销售|发放(?=\S{3,}))"
)
_FLOW_ONLY: Final = re.compile(
    r"^(?:累放|累计发放|累收|累计收回|净增|新增|净投放|发放|收回|余额|清收|投放|增加|增长)$"
)
_TAIL: Final = re.compile(
    r"(?:(?P<balance>余额)|(?:为|是|达到|达|共|计|了|有|约|近|超|逾|共计|至|到|额?为))+$"
)
_NOT_NAMES: Final = re.compile(
    r"[和及与]$|[。“”\"《》？！?!]|^(?:第|每|前|近|约)|^(?:[0-9]|[一二三四五六七八九十]+[、是])|(?:组织|召开|开展|订制|制定|悬挂|匹配|培训|抽取)"
)
_DELETED: Final = re.compile(
    r"(?:余额|增加|新增|增长|减少|达|收入|贷款|存款|基金|保险|票据|银承|销售|完成|签发|发放|营销|结算量|发卡|退出客户|累计|逾期|不良贷款|客户|流贷调整为|其中)(?:了|达|为|近|约|多)?(?=(?:多|近)?(?:(?:万元|亿元|万美元)(?!\s*[0-9])|(?:张|户|笔|家)(?=[,，;；。、在]|$)))"
    r"|(?<![0-9０-９一二三四五六七八九十百千])多万元|(?:完成|占)\S{0,6}计划的(?=[，,;；。、]|列|创)|占比达(?=[^0-9])"
)
_COMMAS: Final = re.compile(r"(?<![0-9])[,，]|[,，](?![0-9]{3}(?![0-9]))")
_FLOW_END: Final = re.compile(r"(?:累放|累计发放|净增|累收|累计收回)$")
_COUNTS: Final = frozenset({"户", "张", "笔", "部", "家", "台", "个", "人", "名", "件", "份"})
_SIGN: Final = re.compile(r"减少|下降|降低|净减|降幅")


@dataclass(slots=True)
class Extraction:
    """The figures of a document, in order, and what was odd about them."""

    figures: list[Figure] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)


def extract(nodes: Sequence[Node]) -> Extraction:
    """The figures of a summary."""
    found = Extraction()
    as_of, section = "", ""
    for text, line, group, clause in _texts(nodes, ""):
        paragraph = _Paragraph(found, line, group)
        paragraph.as_of = as_of if group and group == section and not clause else ""
        paragraph.read(text)
        as_of, section = paragraph.as_of, group
        found.doubts += deleted_figures(text, line)
    found.figures = _settled(found.figures, found.doubts)
    return found


def deleted_figures(text: str, line: int) -> list[Doubt]:
    """Places where a number was deleted before its unit."""
    return [
        Doubt(
            line, "figure-missing",
            f"原文此处的数字已被删去，没有补造：…{text[max(0, m.start() - 6) : m.end() + 6]}…",
        )
        for m in _DELETED.finditer(text)
    ]  # fmt: skip


def _texts(nodes: Sequence[Node], group: str) -> Iterator[tuple[str, int, str, bool]]:
    for node in nodes:
        heading = group
        if node.sort == "section":
            heading = node.text
        elif node.text and node.piece.type in {"text", "bullet"}:
            yield node.text, node.line, group, node.sort == "clause"
        yield from _texts(node.children, heading)


class _Paragraph:
    """Reads one paragraph: the day and the subject hold until others are named."""

    def __init__(self, found: Extraction, line: int, group: str) -> None:
        self.found = found
        self.line = line
        self.group = group
        self.as_of = ""
        self.subject = ""
        self.recent: list[Figure] = []
        self.sentence = ""

    def read(self, text: str) -> None:
        first_before: Figure | None = None
        for sentence in re.findall(r"[^。!！?？]+[。!！?？]?", text):
            start, parent = len(self.found.figures), ""
            if re.match(r"\s*其中", sentence) and first_before is not None:
                parent = first_before.name
            for piece in re.findall(r"[^；;]+", sentence):
                self.sentence = sentence.strip()
                self.recent = []
                parent = self._piece(piece, parent)
            new = self.found.figures[start:]
            first_before = new[0] if new else None

    def _piece(self, piece: str, parent: str) -> str:
        """Read what stands between semicolons; gives the whole that further pieces are parts of."""
        inner = parent
        for part in _COMMAS.split(piece.rstrip("。!！?？")):
            if "其中" in part and self.recent:
                inner = self.recent[-1].name
                if re.search(r"其中\s*[:：]", part):
                    parent = inner
            self._part(part.strip(), inner)
        return parent

    def _part(self, part: str, parent: str) -> None:
        if not part:
            return
        day = _AS_OF.search(part)
        if day and (
            part.startswith(("截至", "截止")) or day.end() == len(part) or day.start() == 0
        ):
            self.as_of = _day(day[1])
            part = f"{part[: day.start()]}{part[day.end() :]}".strip()
        rest = self._relations(part)
        if rest:
            self._quantities(rest, parent)

    # -- what belongs to figures that stand already ------------------------------------------------

    def _relations(self, part: str) -> str:
        """Take changes, completion and shares out of a piece; give what is left of it."""
        completion = _COMPLETION.search(part) or _RATE_OF_PLAN.search(part)
        if completion:
            before = part[: completion.start()]
            head = re.sub(r"分别$", "", before.rstrip())
            if _QUANTITY.search(head):
                self._quantities(head, "")
            self._complete(completion["values"], each="分别" in before)
            return ""
        if match := _CHANGE.search(part):
            self._lead_in(part[: match.start()])
            self._change(match)
            return part[match.end() :].strip()
        if match := _YOY.search(part):
            self._lead_in(part[: match.start()])
            self._yoy(match)
            return ""
        if match := _GROWTH.search(part):
            if self.recent:
                self.recent[-1].change_percent = _signed(match)
            return ""
        if match := _SHARE.search(part):
            if self.recent:
                self.recent[-1].share = _decimal(match["number"] or match["other"])
            return ""
        return part

    def _lead_in(self, text: str) -> None:
        if _QUANTITY.search(text):
            self._quantities(text, "")

    def _complete(self, values: str, *, each: bool) -> None:
        rates = [_decimal(rate) for rate in _ONE_RATE.findall(values)]
        targets = self.recent[-len(rates) :] if len(rates) > 1 or each else self.recent[-1:]
        if len(targets) != len(rates) or not targets:
            self.found.doubts.append(
                Doubt(self.line, "figure-unclear", f"完成率与指标的个数对不上，没有采用：{values}")
            )
            return
        for figure, rate in zip(targets, rates, strict=True):
            figure.completion = rate

    def _change(self, match: re.Match[str]) -> None:
        if not self.recent:
            name = self._bare_name(match.string[: match.start()])
            what = f"没有说明余额，只有变动数，未列为指标：{name}{match.group()}"
            self.found.doubts.append(Doubt(self.line, "figure-unclear", what))
            return
        figure = self.recent[-1]
        amount = _signed(match)
        if match["unit"] in {"%", "％"} and figure.unit != "%":
            figure.change_percent = amount
        elif _same_unit(match["unit"], figure.unit):
            figure.change = amount
            figure.nature = "时点" if figure.unit not in {"%", "‰"} else "比率"

    def _yoy(self, match: re.Match[str]) -> None:
        if self.recent and match["unit"] in {"%", "％", "个百分点"}:
            self.recent[-1].yoy = _signed(match)

    # -- new figures -------------------------------------------------------------------------------

    def _quantities(self, part: str, parent: str) -> None:
        matches = list(_QUANTITY.finditer(part))
        if not matches:
            return
        head = part[: matches[0].start()]
        names = self._names(head, len(matches), [m["unit"] for m in matches])
        position = 0
        for match, name in zip(matches, names, strict=False):
            between = part[position : match.start()] if position else ""
            position = match.end()
            own = self._bare_name(between) if len(between.strip("、和及, ，")) > 1 else name
            several = len({m["unit"] for m in matches}) > 1
            if own and own == name and several and match["unit"] in _COUNTS:
                own = f"{own}{match['unit']}数"
            if own:
                self._add(own, match, parent, head)

    def _names(self, head: str, count: int, units: list[str]) -> list[str]:
        """The names in front of the quantities: one, or several joined by 和 for as many values."""
        name = self._bare_name(head)
        pieces = re.split(r"[和、与及]", name)
        if count > 1 and len(pieces) == count and len(set(units)) == 1:
            tail = _shared_tail(pieces)
            return [piece if piece.endswith(tail) else piece + tail for piece in pieces]
        return [name] * count

    def _bare_name(self, text: str) -> str:
        """A name without what only leads to it; a bare 累放 is that of the subject."""
        if _FLOW_ONLY.match(text.strip()):
            word = text.strip().removeprefix("余额")
            return f"{self.subject}{word}" if self.subject else ""
        name = _LEADS.sub("", text.strip())
        tail = _TAIL.search(name)
        name = name[: tail.start()] if tail else name
        name = _LEADS.sub("", name)
        if _FLOW_ONLY.match(name) or not name:
            word = name if name != "余额" else ""
            return f"{self.subject}{word}" if self.subject else ""
        stripped = _VERBS.sub("", name)
        name = stripped if len(stripped) >= 2 else name
        name = _LEADS.sub("", name)
        return "" if _NOT_NAMES.search(name) or not 2 <= len(name) <= 18 else name

    def _add(self, name: str, match: re.Match[str], parent: str, head: str) -> None:
        unit = match["unit"].replace("％", "%")
        if unit in {"个", "次", "项", "条", "期", "场", "份", "件", "人", "名"} and not self.as_of:
            return
        balance = "余额" in head or (name == self.subject and not head.strip())
        flow = bool(_FLOW_END.search(re.sub(r".数$", "", name)))
        about = match["about"] or ""
        figure = Figure(
            name=name,
            value=_decimal(match["number"]),
            unit=unit,
            line=self.line,
            text=self.sentence,
            as_of=self.as_of,
            predicate="余额" if balance and not flow else "",
            nature="比率" if unit in {"%", "‰"} else "时点" if balance and not flow else "时期",
            approximate=next((w for w in (about, match["more"], match["after"]) if w in {"近", "约", "超", "超过", "逾", "突破", "多", "余", "左右", "以上"}), ""),  # noqa: E501
            group=self.group,
            parent=parent if parent != name and unit not in {"%", "‰"} else "",
        )  # fmt: skip
        if not head.strip().startswith(("新增", "净增")) and not name.endswith(f"{unit}数"):
            self.subject = _FLOW_END.sub("", name)
        self.recent.append(figure)
        self.found.figures.append(figure)


def _shared_tail(pieces: Sequence[str]) -> str:
    """What the last of joined names says for all: 个人网银和企业网银|客户新增."""
    first, last = pieces[0], pieces[-1]
    for size in range(min(len(first), len(last)), 1, -1):
        at = last.find(first[-size:])
        if at >= 0:
            return last[at + size :]
    return ""


def _signed(match: re.Match[str]) -> Decimal:
    amount = _decimal(match["number"])
    return -amount if _SIGN.search(match["verb"]) else amount


def _decimal(text: str) -> Decimal:
    import unicodedata  # noqa: PLC0415

    return Decimal(re.sub(r"[,，\s]", "", unicodedata.normalize("NFKC", text)))


def _same_unit(one: str, other: str) -> bool:
    points = {"个百分点", "%", "‰"}
    return one.replace("％", "%") == other or (one in points and other in points)


def _day(text: str) -> str:
    """ISO where the year stands; `--12-30` and `--11` (末 of a month) where it does not."""
    match = re.match(r"(?:((?:19|20)[0-9]{2})年)?\s*([0-9]{1,2})月(?:([0-9]{1,2})[日号])?", text)
    if not match:
        end = re.match(r"((?:19|20)[0-9]{2})年末", text)
        return f"{end[1]}-12-31" if end else ""
    year, month, day = match.groups()
    if day:
        return f"{year or '-'}-{int(month):02d}-{int(day):02d}"
    if year:
        import calendar  # noqa: PLC0415

        return f"{year}-{int(month):02d}-{calendar.monthrange(int(year), int(month))[1]:02d}"
    return f"--{int(month):02d}"


def _settled(figures: list[Figure], doubts: list[Doubt]) -> list[Figure]:
    """Each name once: a repeated figure with the same value is left out, another is named apart."""
    known: dict[str, Figure] = {}
    kept: list[Figure] = []
    for figure in figures:
        trivial = figure.unit in {
            "家",
            "户",
            "张",
            "笔",
            "部",
            "台",
            "份",
            "个",
            "人",
            "名",
            "次",
            "件",
            "元",
            "期",
            "场",
            "项",
            "条",
            "万张",
        }
        bare = (
            not figure.as_of
            and figure.change is None
            and figure.completion is None
            and not figure.predicate
        )
        if trivial and bare:
            continue
        before = known.get(figure.name)
        if before is None:
            known[figure.name] = figure
            kept.append(figure)
        elif before.value == figure.value and before.unit == figure.unit:
            continue
        else:
            named = f"{figure.name}（{figure.unit if before.unit != figure.unit else '第' + str(figure.line) + '行'}）"  # noqa: E501
            if before.unit == figure.unit:
                doubts.append(
                    Doubt(
                        figure.line,
                        "figure-differs",
                        f"“{figure.name}”在文中有不同的数：{before.value}、{figure.value}{figure.unit}",
                    )
                )
            figure.name = named
            if named not in known:
                known[named] = figure
                kept.append(figure)
    return kept

"""One paragraph of a summary, read for its figures."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from importer.figure_patterns import (
    AS_OF,
    CHANGE,
    COMMAS,
    COMPLETION,
    COUNTS,
    FLOW_END,
    FLOW_ONLY,
    GROWTH,
    LEADS,
    NOT_NAMES,
    ONE_RATE,
    QUANTITY,
    RATE_OF_PLAN,
    SHARE,
    TAIL,
    VERBS,
    YOY,
    decimal,
    same_unit,
    shared_tail,
    signed,
    written_day,
)
from importer.model import Doubt, Figure


@dataclass(slots=True)
class Extraction:
    """The figures of a document, in order, and what was odd about them."""

    figures: list[Figure] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)


class Paragraph:
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
        """Find the figures of the paragraph's sentences."""
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
        for part in COMMAS.split(piece.rstrip("。!！?？")):
            if "其中" in part and self.recent:
                inner = self.recent[-1].name
                if re.search(r"其中\s*[:：]", part):
                    parent = inner
            self._part(part.strip(), inner)
        return parent

    def _part(self, part: str, parent: str) -> None:
        if not part:
            return
        day = AS_OF.search(part)
        if day and (
            part.startswith(("截至", "截止")) or day.end() == len(part) or day.start() == 0
        ):
            self.as_of = written_day(day[1])
            part = f"{part[: day.start()]}{part[day.end() :]}".strip()
        rest = self._relations(part)
        if rest:
            self._quantities(rest, parent)

    # -- what belongs to figures that stand already ------------------------------------------------

    def _relations(self, part: str) -> str:
        """Take changes, completion and shares out of a piece; give what is left of it."""
        completion = COMPLETION.search(part) or RATE_OF_PLAN.search(part)
        if completion:
            before = part[: completion.start()]
            head = re.sub(r"分别$", "", before.rstrip())
            if QUANTITY.search(head):
                self._quantities(head, "")
            self._complete(completion["values"], each="分别" in before)
            return ""
        if match := CHANGE.search(part):
            self._lead_in(part[: match.start()])
            self._change(match)
            return part[match.end() :].strip()
        if match := YOY.search(part):
            self._lead_in(part[: match.start()])
            self._yoy(match)
            return ""
        if match := GROWTH.search(part):
            if self.recent:
                self.recent[-1].change_percent = signed(match)
            return ""
        if match := SHARE.search(part):
            if self.recent:
                self.recent[-1].share = decimal(match["number"] or match["other"])
            return ""
        return part

    def _lead_in(self, text: str) -> None:
        if QUANTITY.search(text):
            self._quantities(text, "")

    def _complete(self, values: str, *, each: bool) -> None:
        rates = [decimal(rate) for rate in ONE_RATE.findall(values)]
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
        amount = signed(match)
        if match["unit"] in {"%", "％"} and figure.unit != "%":
            figure.change_percent = amount
        elif same_unit(match["unit"], figure.unit):
            figure.change = amount
            figure.nature = "时点" if figure.unit not in {"%", "‰"} else "比率"

    def _yoy(self, match: re.Match[str]) -> None:
        if self.recent and match["unit"] in {"%", "％", "个百分点"}:
            self.recent[-1].yoy = signed(match)

    # -- new figures -------------------------------------------------------------------------------

    def _quantities(self, part: str, parent: str) -> None:
        matches = list(QUANTITY.finditer(part))
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
            if own and own == name and several and match["unit"] in COUNTS:
                own = f"{own}{match['unit']}数"
            if own:
                self._add(own, match, parent, head)

    def _names(self, head: str, count: int, units: list[str]) -> list[str]:
        """The names in front of the quantities: one, or several joined by 和 for as many values."""
        name = self._bare_name(head)
        pieces = re.split(r"[和、与及]", name)
        if count > 1 and len(pieces) == count and len(set(units)) == 1:
            tail = shared_tail(pieces)
            return [piece if piece.endswith(tail) else piece + tail for piece in pieces]
        return [name] * count

    def _bare_name(self, text: str) -> str:
        """A name without what only leads to it; a bare 累放 is that of the subject."""
        if FLOW_ONLY.match(text.strip()):
            word = text.strip().removeprefix("余额")
            return f"{self.subject}{word}" if self.subject else ""
        name = LEADS.sub("", text.strip())
        tail = TAIL.search(name)
        name = name[: tail.start()] if tail else name
        name = LEADS.sub("", name)
        if FLOW_ONLY.match(name) or not name:
            word = name if name != "余额" else ""
            return f"{self.subject}{word}" if self.subject else ""
        stripped = VERBS.sub("", name)
        name = stripped if len(stripped) >= 2 else name
        name = LEADS.sub("", name)
        return "" if NOT_NAMES.search(name) or not 2 <= len(name) <= 18 else name

    def _add(self, name: str, match: re.Match[str], parent: str, head: str) -> None:
        unit = match["unit"].replace("％", "%")
        if unit in {"个", "次", "项", "条", "期", "场", "份", "件", "人", "名"} and not self.as_of:
            return
        balance = "余额" in head or (name == self.subject and not head.strip())
        flow = bool(FLOW_END.search(re.sub(r".数$", "", name)))
        about = match["about"] or ""
        figure = Figure(
            name=name,
            value=decimal(match["number"]),
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
            self.subject = FLOW_END.sub("", name)
        self.recent.append(figure)
        self.found.figures.append(figure)

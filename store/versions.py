"""Families of versions, and which version was in force on which day.

In force on a day (DESIGN.md): from dates and never from today's status alone. 生效日期 (else
发布日期) ≤ day, before 失效日期 or up to and including 有效期至, before the 生效日期 of the version
or document that replaces it, and not 草案, 征求意见 or 审批中.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Final

from store.dates import today

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from store.catalogue import Entry
    from store.document import Meta
    from store.kinds import Kind

DRAFT_STATUSES: Final = frozenset({"草案", "征求意见", "审批中"})
ENDED_STATUSES: Final = frozenset({"已废止", "已失效"})
_BY_NUMBER: Final = "编号:"
_BY_NUMBER_PLAIN: Final = "编号（不分时效）:"
_NUMBERED: Final = (_BY_NUMBER, _BY_NUMBER_PLAIN)
_NUMBERS: Final = re.compile(r"[0-9]+")


def start_of(meta: Meta) -> date | None:
    """The first day in force: 生效日期, else 发布日期."""
    return meta.effective or meta.published


def has_ended(meta: Meta, day: date) -> bool:
    """Whether a text's own end dates lie before or on `day`."""
    if meta.expires is not None and day >= meta.expires:
        return True
    return meta.valid_through is not None and day > meta.valid_through


def version_key(version: str) -> tuple[int, ...]:
    """For sorting: the numbers in a version name; `1.10` comes after `1.9`."""
    return tuple(int(number) for number in _NUMBERS.findall(version)[:6])


class Versions:
    """The families of a catalogue.

    A family is all documents with one 编号; without a number, those of one title, kind and
    department; and what 替代 links where that does not join two different numbers. Documents that
    come into force and those that do not are never versions of one another, nor does one of them
    replace the other: whoever may write a summary must not end a rule with it.
    """

    def __init__(self, entries: Iterable[Entry], kinds: Mapping[str, Kind]) -> None:
        """Group the entries."""
        self.kinds = kinds
        self.entries = list(entries)
        self._by_id = {entry.id: entry for entry in self.entries}
        self._by_number: dict[str, list[Entry]] = {}
        self._by_title: dict[str, list[Entry]] = {}
        for entry in self.entries:
            if entry.meta.number:
                self._by_number.setdefault(entry.meta.number, []).append(entry)
            self._by_title.setdefault(entry.meta.title, []).append(entry)
        self._family = {
            entry.id: _own_family(entry, alive=self.has_life_cycle(entry)) for entry in self.entries
        }
        self._replacers: dict[str, list[Entry]] = {}
        self._link()
        self._members: dict[str, list[Entry]] = {}
        for entry in self.entries:
            self._members.setdefault(self._family[entry.id], []).append(entry)
        for members in self._members.values():
            members.sort(key=_age, reverse=True)

    def _link(self) -> None:
        """Note who replaces whom, and join what is one text.

        A text that replaces one other, and that alone, is its next version; where texts were
        merged or split, the old and the new ones stay apart.
        """
        links: list[tuple[str, str]] = []
        for entry in self.entries:
            for wanted in entry.meta.supersedes:
                found = self.replaced_by(entry, wanted)
                if len({self._family[other.id] for other in found}) > 1:
                    continue  # nobody knows which is meant; the checker says so
                for replaced in found:
                    self._replacers.setdefault(replaced.id, []).append(entry)
                    links.append((self._family[entry.id], self._family[replaced.id]))
        joined = _joined(links)
        for document_id, family in self._family.items():
            self._family[document_id] = joined.get(family, family)

    def find(self, wanted: str, besides: Entry | None = None) -> list[Entry]:
        """What a 替代 or 上位依据 names: by id, then 编号, then exact 《title》."""
        wanted = wanted.strip()
        if (named := self._by_id.get(wanted)) is not None and named is not besides:
            return [named]
        if wanted in self._by_number:
            return [e for e in self._by_number[wanted] if e is not besides]
        title = wanted.removeprefix("《").removesuffix("》")
        return [entry for entry in self._by_title.get(title, []) if entry is not besides]

    def replaced_by(self, entry: Entry, wanted: str) -> list[Entry]:
        """What a name in the 替代 of a document stands for: its like only, in force or never so."""
        alive = self.has_life_cycle(entry)
        found = self.find(wanted, besides=entry)
        return [other for other in found if self.has_life_cycle(other) is alive]

    def strangers_of_number(self, entry: Entry) -> list[Entry]:
        """Those with the same 编号 of which one comes into force and the other does not."""
        alive = self.has_life_cycle(entry)
        alike = self._by_number.get(entry.meta.number, [])
        return [other for other in alike if self.has_life_cycle(other) is not alive]

    def family_name(self, entry: Entry) -> str:
        """A name that all versions of one text share."""
        return self._family[entry.id]

    def family(self, entry: Entry) -> list[Entry]:
        """All versions of the text, newest first, this one included."""
        return self._members[self._family[entry.id]]

    def families(self) -> Iterable[list[Entry]]:
        """Every family, newest version first."""
        return self._members.values()

    def has_life_cycle(self, entry: Entry) -> bool:
        """Whether documents of this kind come into force at all."""
        kind = self.kinds.get(entry.meta.kind)
        return kind is not None and kind.life_cycle

    def replaced_on(self, entry: Entry) -> date | None:
        """The day on which a later version or a replacing document takes over."""
        start = start_of(entry.meta)
        days = [
            begin
            for other in self.family(entry)
            if other is not entry
            and other.meta.status not in DRAFT_STATUSES
            and (begin := start_of(other.meta)) is not None
            and start is not None
            and begin > start
        ]
        days += [
            begin
            for other in self._replacers.get(entry.id, ())
            if other.meta.status not in DRAFT_STATUSES
            and (begin := start_of(other.meta)) is not None
            and (start is None or begin >= start)  # 《title》 names later versions too
        ]
        return min(days, default=None)

    def replacers(self, entry: Entry) -> list[Entry]:
        """The documents that name this one in their 替代."""
        return self._replacers.get(entry.id, [])

    def ends_on(self, entry: Entry) -> date | None:
        """The first day no longer in force, by its own dates or by what replaces it."""
        meta = entry.meta
        after = date.fromordinal(meta.valid_through.toordinal() + 1) if meta.valid_through else None
        days = [day for day in (meta.expires, after, self.replaced_on(entry)) if day is not None]
        return min(days, default=None)

    def in_force(self, entry: Entry, day: date | None = None) -> bool | None:
        """Whether a text was in force on a day (default today); None is 效力待确认.

        Kinds without a life cycle are always in. A text that is marked as ended without any end
        date, or as 效力待确认, is uncertain from its first day on.
        """
        if not self.has_life_cycle(entry):
            return True
        meta = entry.meta
        day = day or today()
        if meta.status in DRAFT_STATUSES:
            return False
        start = start_of(meta)
        end = self.ends_on(entry)
        if (start is not None and day < start) or (end is not None and day >= end):
            return False
        if start is None or meta.status == "效力待确认":
            return None
        return None if meta.status in ENDED_STATUSES and end is None else True

    def present(self, entry: Entry, day: date | None = None) -> Entry:
        """The version of the family in force on a day, else one that may be, else the newest."""
        members = self.family(entry)
        states = [self.in_force(member, day) for member in members]
        for state in (True, None):
            if state in states:
                return members[states.index(state)]
        return members[0]


def _own_family(entry: Entry, *, alive: bool) -> str:
    meta = entry.meta
    if meta.number:
        return f"{_BY_NUMBER}{meta.number}" if alive else f"{_BY_NUMBER_PLAIN}{meta.number}"
    return f"标题:{meta.title}|{meta.kind}|{meta.department}"


def _joined(links: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Family → the family it is part of, from (new, replaced) pairs of families.

    A number names the whole; two numbers are never joined.
    """
    pairs = {pair for pair in links if pair[0] != pair[1]}
    replaced_by = Counter(old for _, old in pairs)
    replaces = Counter(new for new, _ in pairs)
    parents: dict[str, str] = {}

    def root(family: str) -> str:
        while family in parents:
            family = parents[family]
        return family

    for new, old in sorted(pairs):
        tops = root(new), root(old)
        numbered = [top.startswith(_NUMBERED) for top in tops]
        if replaces[new] == replaced_by[old] == 1 and tops[0] != tops[1] and not all(numbered):
            keep, other = tops if numbered[0] else tops[::-1]
            parents[other] = keep
    return {family: root(family) for family in parents}


def _age(entry: Entry) -> tuple[int, tuple[int, ...], bool]:
    start = start_of(entry.meta)
    draft = entry.meta.status in DRAFT_STATUSES
    day = start.toordinal() if start else (10**7 if draft else 0)
    return day, version_key(entry.meta.version), "@" not in entry.id

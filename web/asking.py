"""What a search page asks and shows: the query with its filters, and the answers arranged."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from store.dates import parse_date, today
from store.exceptions import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from search import Hit, Results
    from store.kinds import Kind
    from web.library import View

PAGE: Final = 20
DEEPEST: Final = 10
FILTERS: Final = ("kind", "department", "status", "year", "tag")
FACET_NAMES: Final = {"kind": "类别", "department": "部门", "status": "状态", "year": "年度"}
SORTS: Final = {"": "相关程度", "new": "生效日期（新的在前）", "title": "题目"}
_LONGEST_QUERY: Final = 400
_FACETS_SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class Asked:
    """What stands in the address of a search.

    Attributes:
        query: As typed.
        filters: Kind, department, status, year, tag.
        on: The day whose texts are wanted.
        everything: All versions, not only those in force.
        sort: A key of `SORTS`.
        page: Counts from 1.
    """

    query: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)
    on: date | None = None
    everything: bool = False
    sort: str = ""
    page: int = 1

    @classmethod
    def read(cls, values: Mapping[str, str]) -> Asked:
        """Read an address.

        Raises:
            InvalidValue: The day is none, or the query is too long.
        """
        query = values.get("q", "").strip()
        if len(query) > _LONGEST_QUERY:
            raise InvalidValue(f"检索的文字过长，最多 {_LONGEST_QUERY} 个字。")
        page = values.get("page", "1")
        sort = values.get("sort", "")
        return cls(
            query,
            {name: values[name].strip() for name in FILTERS if values.get(name, "").strip()},
            read_day(values.get("on", "")),
            values.get("all", "") == "1",
            sort if sort in SORTS else "",
            max(1, min(DEEPEST, int(page))) if page.isascii() and page.isdigit() else 1,
        )

    def address(self, **changes: object) -> str:
        """The query string of this search with something changed; None takes it out."""
        values: dict[str, object] = {"q": self.query, **self.filters}
        values |= {
            "on": self.on.isoformat() if self.on else None,
            "all": "1" if self.everything else None,
            "sort": self.sort or None,
        }
        values |= changes
        return urlencode({name: value for name, value in values.items() if value})

    @property
    def day(self) -> date | None:
        """The day that the engine is asked for."""
        if self.on is not None:
            return self.on
        return None if self.everything else today()


def read_day(text: str) -> date | None:
    """A day from an address; empty for none.

    Raises:
        InvalidValue: It is no day.
    """
    if not text.strip():
        return None
    try:
        return parse_date(text)
    except ValueError:
        raise InvalidValue(
            f"日期“{text[:40]}”无法识别。", hint="请写成 2024-01-05 或 2024年1月5日。"
        ) from None


@dataclass(slots=True)
class Answer:
    """The arranged answer to a search."""

    asked: Asked
    results: Results
    hits: list[Hit]
    facets: list[Facet]
    more: bool
    elsewhere: int


@dataclass(frozen=True, slots=True)
class Facet:
    """One column of filters: its heading and (name, count, address, chosen)."""

    key: str
    name: str
    values: list[tuple[str, int, str, bool]]


def ask(view: View, asked: Asked) -> Answer:
    """Search the visible part and arrange what was found."""
    limit = 200 if asked.sort else asked.page * PAGE
    results = view.index.search(
        asked.query,
        limit=limit,
        on=asked.day,
        **asked.filters,  # type: ignore[arg-type]
    )
    hits = results.hits
    if asked.sort == "new":
        hits = sorted(hits, key=lambda hit: hit.effective or "", reverse=True)
    elif asked.sort == "title":
        hits = sorted(hits, key=lambda hit: (hit.title, hit.id, hit.line))
    first = (asked.page - 1) * PAGE
    more = results.total > first + PAGE and asked.page < DEEPEST
    return Answer(
        asked,
        results,
        hits[first : first + PAGE],
        _facets(asked, results, view.workspace.kinds),
        more,
        _elsewhere(view, asked, results),
    )


def _elsewhere(view: View, asked: Asked, results: Results) -> int:
    """How many hits there are only in texts that are not in force today."""
    if asked.on is not None or asked.everything:
        return 0
    key = ("all", asked.query, *asked.filters.items())

    def count() -> int:
        found = view.index.search(
            asked.query,
            limit=0,
            **asked.filters,  # type: ignore[arg-type]
        )
        return found.total

    return max(0, view.kept(key, count) - results.total)


def _facets(asked: Asked, results: Results, kinds: Mapping[str, Kind]) -> list[Facet]:
    found = []
    for key, name in FACET_NAMES.items():
        chosen = asked.filters.get(key, "")
        counts = results.facets.get(key, {})
        if len(counts) < 2 and not chosen:
            continue
        values = []
        for value, count in list(counts.items())[:_FACETS_SHOWN]:
            label = kinds[value].name if key == "kind" and value in kinds else value
            here = value == chosen
            values.append((label, count, asked.address(**{key: None if here else value}), here))
        found.append(Facet(key, name, values))
    return found


def search_json(
    view: View, asked: Asked, limit: int, *, explain: bool = False
) -> dict[str, object]:
    """What `/api/search` gives: the same object as `wenshu search --json`."""
    results = view.index.search(
        asked.query,
        limit=limit,
        on=asked.on,
        **asked.filters,  # type: ignore[arg-type]
    )
    found = results.to_json()
    if explain:
        shown = found["hits"]
        assert isinstance(shown, list)
        for hit, row in zip(results.hits, shown, strict=True):
            row["explanation"] = hit.explain().to_json()
    return found

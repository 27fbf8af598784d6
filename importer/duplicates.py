"""Documents of different files that are nearly the same, proposed as versions of one text."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from importer.choices import SKIPPED
from importer.placing import version_mark
from importer.similar import likeness

if TYPE_CHECKING:
    from importer.result import Result

_NEAR: Final = 0.5


@dataclass(slots=True)
class Group:
    """Documents of different files that are nearly the same, proposed as versions of one text."""

    ids: list[str]
    likeness: float
    differences: list[str]


def near_duplicates(result: Result, bodies: dict[str, str]) -> list[Group]:
    """Documents of different files that are nearly the same, with what differs."""
    found: list[Group] = []
    drafts = [
        (source, draft)
        for source in result.sources
        for draft in source.documents
        if draft.signature and draft.action != SKIPPED
    ]
    buckets: dict[int, list[int]] = defaultdict(list)
    for at, (_, draft) in enumerate(drafts):
        for value in draft.signature[:12]:
            buckets[value].append(at)
    grouped: dict[int, set[int]] = {}
    pairs = {
        (one, other) for members in buckets.values() if 1 < len(members) <= 40
        for one in members for other in members if one < other
    }  # fmt: skip
    for one, other in sorted(pairs):
        if drafts[one][0] is drafts[other][0]:
            continue
        if likeness(drafts[one][1].signature, drafts[other][1].signature) >= _NEAR:
            group = grouped.get(one) or grouped.get(other) or set()
            group |= {one, other}
            for member in group:
                grouped[member] = group
    for group in {id(group): group for group in grouped.values()}.values():
        members = [drafts[at] for at in sorted(group)]
        first = members[0][1]
        alike = min(likeness(first.signature, draft.signature) for _, draft in members[1:])
        lines = [
            f"{source.name}（{version_mark(source.name) or '无版本字样'}）："
            + difference(bodies.get(first.id, ""), bodies.get(draft.id, ""))
            for source, draft in members[1:]
        ]
        found.append(Group([draft.id for _, draft in members], round(alike, 2), lines))
    return found


def difference(one: str, other: str) -> str:
    """How two texts differ, in a line: the lines that are gone and the ones that are new."""
    old, new = (
        [line.strip() for line in one.split("\n") if line.strip()],
        [line.strip() for line in other.split("\n") if line.strip()],
    )
    gone = [line for line in old if line not in set(new)]
    added = [line for line in new if line not in set(old)]
    if not gone and not added:
        return "文字相同"
    shown = [f"少：{line[:30]}" for line in gone[:2]] + [f"多：{line[:30]}" for line in added[:2]]
    return f"少 {len(gone)} 段，多 {len(added)} 段（{'；'.join(shown)}）"

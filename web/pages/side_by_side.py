"""Two texts side by side, clause by clause: versions, and what stood before a change."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from flask import render_template, request

from store.exceptions import UsageError
from web.comparing import compare as compare_versions
from web.pages.document import loaded
from web.pages.keep import blueprint
from web.site import view

if TYPE_CHECKING:
    from collections.abc import Sequence

    from store.catalogue import Entry
    from web.comparing import Pair


@blueprint.get("/compare")
def compare() -> str:
    """Two versions side by side; the earlier one on the left."""
    seen = view()
    a, b = request.args.get("a", ""), request.args.get("b", "")
    if not a or not b or a == b:
        raise UsageError("请选择要对照的两个版本。", hint="从文档页的“其他版本”进入。")
    left, right = seen.entry(a), seen.entry(b)
    versions = seen.family(right)
    family = [entry.id for entry in versions]
    if left.id in family and family.index(left.id) < family.index(right.id):
        left, right = right, left
    return comparison(
        right,
        compare_versions(loaded(seen, left)[0], loaded(seen, right)[0]),
        (_named(left), _named(right)),
        chosen=(left.id, right.id),
        versions=[(entry.id, _named(entry)) for entry in versions],
    )


def _named(entry: Entry) -> str:
    version = f"{entry.meta.version}版" if entry.meta.version else entry.meta.status
    return f"{entry.meta.title}（{version}）"


def comparison(
    entry: Entry,
    pairs: list[Pair],
    names: tuple[str, str],
    *,
    chosen: tuple[str, str] = ("", ""),
    versions: Sequence[tuple[str, str]] = (),
) -> str:
    """The page of two texts side by side.

    Args:
        entry: The document whose page it belongs to.
        pairs: What stands beside what.
        names: How the two are called.
        chosen: The ids of the two, where both are versions.
        versions: All versions that may be chosen, newest first.
    """
    counts = Counter(pair.change for pair in pairs)
    moved = counts.pop("moved", 0)
    return render_template(
        "compare.html",
        entry=entry,
        pairs=pairs,
        names=names,
        chosen=chosen,
        versions=versions,
        counts=counts,
        moved=moved // 2,
        changed=sum(pair.change != "same" for pair in pairs),
        only=request.args.get("only") != "0",
        query={key: value for key, value in request.args.items() if key != "only"},
    )

"""Figures through the API: of a document, or of a spreadsheet that is handed in and not kept."""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

from store.exceptions import UsageError
from store.metrics import load_metrics, to_json
from store.spreadsheet import cell_name, read_sheets
from store.spreadsheet_saved import find_mapping
from web.api.shapes import FILE, form, ref
from web.api.table import route
from web.rights import Act
from web.sheets import cell_of
from web.site import view
from web.uploads import SHEETS, on_disk, suffix_of

if TYPE_CHECKING:
    from store.model import Problem
    from store.spreadsheet_mapping import SheetMapping
    from web.api.table import Call

_DIGITS: Final = re.compile(r"[0-9]+")


@route("GET", "/metrics/{id}", "一份文档的指标，与 wenshu metrics --json 相同", ref("Metrics"))
def metrics_of(call: Call) -> dict[str, object]:
    """The figures of a document."""
    seen = view()
    paths = seen.workspace.data_paths(seen.entry(call.id))
    if not paths:
        raise UsageError("这份文档没有指标数据。")
    return {"metrics": to_json(load_metrics(paths, mappings=seen.workspace.data / "mappings"))}


@route(
    "POST", "/metrics", "读一张表格：指标、单元格上的警告、各列对应关系的猜测；表格不保存",
    ref("Sheet"), act=Act.ACCOUNT, form=form(("file",), file=FILE),
)  # fmt: skip
def metrics(call: Call) -> dict[str, object]:
    """The figures of an upload, with what was odd and how its columns were understood."""
    suffix = suffix_of(call.file, SHEETS, "一张表格")
    mappings = view().workspace.data / "mappings"
    with on_disk(call.file.read(), suffix, Path(call.file.filename or "").stem[:60]) as path:
        found = load_metrics([path], mappings=mappings)
        mapping = find_mapping(read_sheets(path), path, mappings)
    return {
        "metrics": to_json(found),
        "problems": [_problem(problem) for problem in found.problems],
        "mapping": _mapping(mapping),
    }


def _problem(problem: Problem) -> dict[str, object]:
    sheet, cell = cell_of(problem)
    return asdict(problem) | {"path": "", "sheet": sheet or None, "cell": cell or None}


def _mapping(mapping: SheetMapping) -> dict[str, object]:
    return {
        "sheet": mapping.sheet,
        "header": [row + 1 for row in mapping.header],
        "saved": mapping.saved,
        "defaults": dict(mapping.defaults),
        "columns": [
            {
                "column": _DIGITS.sub("", cell_name(0, at)),
                "title": title,
                "key": mapping.columns.get(at),
                "unit": mapping.units.get(at),
            }
            for at, title in sorted(mapping.titles.items())
        ],
    }

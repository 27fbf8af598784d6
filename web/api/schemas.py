"""What the API gives, as named schemas; a contract test holds every answer against them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from web.api.shapes import (
    ANYTHING,
    FLAG,
    MAYBE_FLAG,
    MAYBE_NUMBER,
    MAYBE_TEXT,
    MAYBE_WHOLE,
    NUMBER,
    TEXT,
    WHOLE,
    listed,
    record,
    ref,
)

if TYPE_CHECKING:
    from web.api.shapes import (
        Schema,
    )

_COUNTS: Final[Schema] = {"type": "object", "additionalProperties": WHOLE}
_SEVERITY: Final[Schema] = {"type": "string", "enum": ["error", "warning", "notice"]}
_PROBLEM: Final = {
    "path": TEXT, "line": WHOLE, "severity": _SEVERITY, "code": TEXT, "message": TEXT, "hint": TEXT,
}  # fmt: skip
_RECORD: Final = {
    "number": WHOLE, "when": TEXT, "who": TEXT, "action": TEXT, "why": TEXT, "hash": TEXT,
}  # fmt: skip
_FAILED: Final = listed(record(row=WHOLE, field=MAYBE_TEXT, message=TEXT))
_PIECE: Final[Schema] = {
    "type": ["object", "null"],
    "properties": {"label": MAYBE_TEXT, "text": TEXT, "anchor": MAYBE_TEXT},
    "required": ["label", "text", "anchor"],
}
_METRIC: Final = record(
    name=TEXT, unit=TEXT, nature=TEXT, as_of=MAYBE_TEXT, value=MAYBE_NUMBER,
    year_start=MAYBE_NUMBER, last_year=MAYBE_NUMBER, previous=MAYBE_NUMBER, plan=MAYBE_NUMBER,
    plan_basis=MAYBE_TEXT, change=MAYBE_NUMBER, change_percent=MAYBE_NUMBER,
    yoy_percent=MAYBE_NUMBER, completion_percent=MAYBE_NUMBER, share_percent=MAYBE_NUMBER,
    sentence=MAYBE_TEXT,
)  # fmt: skip
_TEMPLATE: Final = record(
    kind=TEXT, kind_name=TEXT, name=TEXT, own=FLAG, kept=listed(record(key=TEXT, when=TEXT)),
)  # fmt: skip
_IMPORT: Final = record(
    token=TEXT, stage={"type": "string", "enum": ["reading", "ready", "writing", "done", "failed"]},
    done=WHOLE, total=WHOLE, files=listed(TEXT), error=MAYBE_TEXT,
    failed=listed(record(name=TEXT, message=TEXT)), alike=listed(listed(TEXT)),
    documents=listed(
        record(
            number=WHOLE, id=TEXT, title=TEXT, kind=TEXT, department=MAYBE_TEXT, folder=MAYBE_TEXT,
            confidence=NUMBER, wanted=FLAG, source=TEXT, parent=MAYBE_WHOLE, action=MAYBE_TEXT,
            warnings=listed(record(line=WHOLE, message=TEXT)),
        )
    ),
)  # fmt: skip
_CLINIC: Final = record(
    path=TEXT, ok=FLAG, fields=listed(ANYTHING),
    mistakes=listed(record(severity=TEXT, message=TEXT, hint=TEXT, place=TEXT, tag=TEXT)),
    mended=listed(ANYTHING), fonts=listed(TEXT), missing_fonts=listed(TEXT),
    latin_only=listed(TEXT),
)  # fmt: skip

SCHEMAS: Final[dict[str, Schema]] = {
    "Error": record(error=record(status=WHOLE, title=TEXT, message=TEXT, hint=MAYBE_TEXT)),
    "Me": record(name=TEXT, role=TEXT, department=MAYBE_TEXT, may=listed(TEXT), csrf=TEXT),
    "Hit": record(
        id=TEXT, title=TEXT, kind=TEXT, department=MAYBE_TEXT, status=MAYBE_TEXT,
        number=MAYBE_TEXT, version=MAYBE_TEXT, effective=MAYBE_TEXT, expires=MAYBE_TEXT,
        in_force=MAYBE_FLAG, clause=MAYBE_TEXT, sub_label=MAYBE_TEXT, citation=TEXT,
        anchor=MAYBE_TEXT, heading=MAYBE_TEXT, text=TEXT, snippet=TEXT,
        highlights=listed(listed(WHOLE)), score=NUMBER, path=TEXT, line=WHOLE,
        versions=listed(ANYTHING),
    ),
    "Search": record(
        query=TEXT, total=WHOLE, took_ms=NUMBER, suggestion=MAYBE_TEXT,
        facets=record(kind=_COUNTS, department=_COUNTS, status=_COUNTS, year=_COUNTS),
        hits=listed(ref("Hit")),
    ),
    "Suggestions": record(suggestions=listed(record(text=TEXT, kind=TEXT, id=MAYBE_TEXT))),
    "Row": record(
        id=TEXT, title=TEXT, kind=TEXT, department=MAYBE_TEXT, position=MAYBE_TEXT, status=TEXT,
        version=MAYBE_TEXT, effective=MAYBE_TEXT, in_force=MAYBE_FLAG, year=MAYBE_WHOLE, path=TEXT,
    ),
    "Documents": record(documents=listed(ref("Row"))),
    "Document": record(id=TEXT, meta=ANYTHING, sections=listed(ANYTHING)),
    "Related": record(related=listed(record(id=TEXT, title=TEXT, kind=TEXT, score=NUMBER))),
    "Comparison": record(
        old=TEXT, new=TEXT,
        pairs=listed(
            record(
                change={"type": "string", "enum": ["same", "changed", "added", "removed", "moved"]},
                old=_PIECE, new=_PIECE,
            )
        ),
    ),
    "Made": record(id=TEXT, status=TEXT, version=MAYBE_TEXT, hash=TEXT),
    "Text": record(id=TEXT, body=TEXT, published=FLAG, hash=TEXT),
    "Meta": record(id=TEXT, meta=ANYTHING, hash=TEXT),
    "Attachments": record(
        id=TEXT, hash=TEXT,
        attachments=listed(record(name=TEXT, file=TEXT, type=MAYBE_TEXT, size=MAYBE_WHOLE)),
    ),
    "Published": record(id=TEXT, closed=MAYBE_TEXT, effective=TEXT),
    "History": record(id=TEXT, records=listed(record(**_RECORD)), text=MAYBE_TEXT),
    "Deleted": record(id=TEXT, number=WHOLE),
    "Bin": record(deleted=listed(record(id=TEXT, **_RECORD))),
    "Problems": record(problems=listed(record(**_PROBLEM))),
    "Ledger": record(
        day=TEXT, columns=listed(TEXT), rows=listed(listed(MAYBE_TEXT)),
    ),
    "Audit": record(
        acts=listed(
            record(at=TEXT, who=TEXT, address=TEXT, action=TEXT, target=TEXT, detail=TEXT)
        ),
    ),
    "Metrics": record(metrics=listed(_METRIC)),
    "Sheet": record(
        metrics=listed(_METRIC),
        problems=listed(record(**_PROBLEM, sheet=MAYBE_TEXT, cell=MAYBE_TEXT)),
        mapping=record(
            sheet=TEXT, header=listed(WHOLE), saved=FLAG, defaults=ANYTHING,
            columns=listed(record(column=TEXT, title=TEXT, key=MAYBE_TEXT, unit=MAYBE_TEXT)),
        ),
    ),
    "Messages": record(
        scene=TEXT, messages=listed(record(phone=TEXT, text=TEXT, length=WHOLE, parts=WHOLE)),
        failed=_FAILED,
    ),
    "Import": _IMPORT,
    "Imports": record(imports=listed(ref("Import"))),
    "ImportText": record(number=WHOLE, body=TEXT),
    "Dropped": record(token=TEXT),
    "Template": _TEMPLATE,
    "Templates": record(templates=listed(_TEMPLATE)),
    "Clinic": _CLINIC,
}  # fmt: skip

"""Names that several lines of the API's table share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from web.api.shapes import DAY, one_of, text, whole
from web.api.table import Parameter

if TYPE_CHECKING:
    from web.api.shapes import Schema

PATHS: Final[dict[str, tuple[str, str]]] = {
    "id": (
        "文档的位置，如 管理制度/考勤与休假管理办法；斜杠可照写，也可写作 %2F。",
        "管理制度/考勤与休假管理办法",
    ),
    "token": ("这批上传的编号，上传时给出。", "0" * 32),
    "kind": ("类别的英文名，如 policy；通用模板为 _common。", "policy"),
    "name": ("模板的名称，如 标准。", "标准"),
}
FILTERS: Final = (
    Parameter("kind", "类别：中文名、别名或英文名", text(400)),
    Parameter("department", "部门", text(400)),
    Parameter("status", "状态", text(400)),
    Parameter("year", "年度", {"type": "string", "pattern": "^[0-9]{4}$", "maxLength": 4}),
    Parameter("on", "只要这一天有效的，如 2024-01-05", DAY),
)
FORMAT: Final = Parameter("format", "文件格式", one_of("docx", "pdf"))
TEMPLATE: Final = Parameter("template", "另一个版式的名称，如 签收表", text(100))


def limit(usual: int, most: int) -> Parameter:
    """How many at most."""
    return Parameter("limit", "最多几条", whole(1, most, usual))


def query(name: str, words: str, schema: Schema | None = None) -> Parameter:
    """A name that may be left out."""
    return Parameter(name, words, schema or text(400))

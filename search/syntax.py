"""The query language: what was typed, taken apart.

Plain questions, "quoted text", -left out, AND OR NOT with parentheses, 部门:客户部, 《title》 with
its version, 第十二条第二款. Nothing that is typed is an error, except a field that does not exist.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from search.errors import QueryError, UnknownFieldError
from store.numerals import CHINESE_PATTERN

if TYPE_CHECKING:
    from search.whoosh_queries import Query

LONGEST: Final = 400
FIELDS: Final = {
    "部门": "department",
    "department": "department",
    "归口部门": "department",
    "类别": "kind",
    "kind": "kind",
    "种类": "kind",
    "状态": "status",
    "status": "status",
    "年度": "year",
    "年份": "year",
    "year": "year",
    "标签": "tag",
    "tag": "tag",
    "tags": "tag",
    "标题": "title",
    "title": "title",
    "编号": "number",
    "文号": "number",
    "number": "number",
    "版本": "version",
    "version": "version",
    "岗位": "position",
    "position": "position",
}
SHOWN_FIELDS: Final = ["标题", "类别", "部门", "岗位", "状态", "年度", "标签", "编号", "版本"]
_NUM: Final = rf"(?:{CHINESE_PATTERN}|[0-9０-９])+"
_ARTICLE: Final = re.compile(
    rf"第{_NUM}条(?:之{_NUM})?(?P<part>(?:第{_NUM}款)?(?:第[（(]?{_NUM}[）)]?项)?)"
)
_EDITION: Final = r"[0-9０-９A-Za-z][0-9０-９A-Za-z.．年\-]{0,15}"
_PLACE: Final = rf"(?:{_NUM}[、.．]|[（(]{_NUM}[）)]|[0-9]+(?![0-9\w]))+"
_TITLE: Final = re.compile(
    rf"《(?P<title>[^《》\n]{{1,80}})》(?:[（(](?P<edition>{_EDITION})版[）)])?(?P<place>{_PLACE})?"
)
_ALONE: Final = re.compile(r"(?<!\S)(?P<edition>(?:19|20)[0-9]{2}|[0-9]{1,2}\.[0-9]{1,2})版(?!\S)")
_FIELD: Final = re.compile(
    r"(?P<minus>(?<!\S)-)?(?<![^\s(（-])(?P<name>[^\W\d_]{1,12})(?P<colon>[:：])(?=\S)"
)
_QUOTED: Final = (
    re.compile('"([^"]*)"'),
    re.compile("“([^“”]*)”"),
    re.compile("「([^「」]*)」"),
    re.compile("『([^『』]*)』"),
)
_QUOTE_MARKS: Final = re.compile('["“”„‟「」『』]')
_APART: Final = re.compile(r"[\s()（）:：,，\-－]|$")
_MINUS: Final = re.compile(r"(?<!\S)[-－](?P<word>[^\s\-－][^\s]*)")
_OPERATOR: Final = re.compile(r"(?<!\S)(?:AND|OR|NOT)(?!\S)")
_IDLE_LATE: Final = re.compile(r"(?<!\S)(?:AND|OR|NOT)\s*(?=$|[)）])")
_IDLE_EARLY: Final = re.compile(r"(?:(?<=^)|(?<=[(（]))\s*(?:AND|OR)(?!\S)")
_MARK: Final = re.compile("[\ue000-\uf8ff]")
_QUOTES: Final = str.maketrans({"\uff02": '"', "\u3000": " "})
_SYMBOLS: Final = re.compile(r"[*?？＊^~\\\[\]{}<>|&+!]+")


@dataclass
class Request:
    """A query taken apart.

    Attributes:
        text: The query as typed, shortened when it was too long.
        plain: What is to be ranked, in one string: without operators, fields and left-out words.
        phrases: Quoted texts that must stand there.
        excluded: Texts that must not stand there.
        tree: The Whoosh query of a text with AND, OR, NOT or parentheses; its terms are texts.
        filters: Values by field; several values of a field are alternatives.
        refused: Values by field that must not be.
        titles: Titles in 《》 or after 标题:.
        label: An article (第十二条), and the part of it that was named (第二款第（三）项).
        place: The label of a clause that is no article, right behind a title: 三、7.
        notes: What the user should know about how the query was read.
    """

    text: str
    plain: str = ""
    phrases: list[str] = field(default_factory=list)
    excluded: list[str] = field(default_factory=list)
    tree: Query | None = None
    filters: dict[str, list[str]] = field(default_factory=dict)
    refused: dict[str, list[str]] = field(default_factory=dict)
    titles: list[str] = field(default_factory=list)
    label: str = ""
    part: str = ""
    place: str = ""
    notes: list[str] = field(default_factory=list)


def parse(text: str) -> Request:
    """Take a query apart.

    Raises:
        UnknownFieldError: A field that does not exist is asked for.
    """
    clean = _clean(text)
    request = Request(clean)
    if len(clean) > LONGEST:
        request.text = clean = clean[:LONGEST]
        request.notes.append(f"查询过长，只用了前 {LONGEST} 个字。")
    rest, quoted = _take_quoted(clean)
    rest = _take_fields(rest, quoted, request)
    rest = _take_titles(rest, request)
    rest = _take_excluded(rest, quoted, request)
    rest = _without_idle_operators(rest)
    if _OPERATOR.search(rest):
        _take_operators(rest, quoted, request)
    else:
        request.phrases = [quoted[mark] for mark in _MARK.findall(rest)]
        rest = _take_article(rest, request)
        rest = _MARK.sub(lambda found: f" {quoted[found.group()]} ", rest)
        request.plain = _tidy(rest)
    return request


def _without_idle_operators(text: str) -> str:
    """Operators that join nothing, as while one is still typing: `年假 AND`."""
    while True:
        kept = _IDLE_LATE.sub(" ", _IDLE_EARLY.sub(" ", text))
        if kept == text:
            return text
        text = kept


def _clean(text: str) -> str:
    text = unicodedata.normalize("NFC", text).translate(_QUOTES)
    return "".join(
        " " if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"} else c for c in text
    ).strip()


def _tidy(text: str) -> str:
    return " ".join(_SYMBOLS.sub(" ", text).split())


def _take_quoted(text: str) -> tuple[str, dict[str, str]]:
    """Put a private character in the place of each quoted text, the outer marks first.

    Quotation marks inside a sentence, with text right before or behind them, are part of it.
    """
    quoted: dict[str, str] = {}

    def replace(match: re.Match[str]) -> str:
        inner = match.group(1).strip()
        whole = match.string
        before, after = whole[: match.start()][-1:], whole[match.end() : match.end() + 1]
        if not inner or not (_APART.match(before) and _APART.match(after)):
            return f" {inner} "
        mark = chr(0xE000 + len(quoted))
        quoted[mark] = inner
        return mark

    for pattern in _QUOTED:
        text = pattern.sub(replace, text)
    return _QUOTE_MARKS.sub(" ", text), quoted


def _take_fields(text: str, quoted: dict[str, str], request: Request) -> str:
    pieces = []
    at = 0
    while match := _FIELD.search(text, at):
        name = match["name"].lower()
        if name not in FIELDS:
            if match["colon"] == ":" and text[match.end() : match.end() + 2] != "//":
                raise UnknownFieldError(match["name"], SHOWN_FIELDS)
            pieces.append(text[at : match.end()])
            at = match.end()
            continue
        end = re.compile(r"\s|$").search(text, match.end())
        stop = end.start() if end else len(text)
        value = _MARK.sub(lambda found: quoted[found.group()], text[match.end() : stop])
        value = value.strip("，。；、,;()（）")
        target = request.refused if match["minus"] else request.filters
        if value:
            target.setdefault(FIELDS[name], []).extend(v for v in re.split(r"[,，、]", value) if v)
        pieces.append(text[at : match.start()] + " ")
        at = stop
    return "".join(pieces) + text[at:]


def _take_titles(text: str, request: Request) -> str:
    """Titles, and what our own citations put behind them: the version and the clause's label."""
    for match in _TITLE.finditer(text):
        request.titles.append(match["title"])
        request.place = match["place"] or request.place
    request.titles += request.filters.pop("title", [])
    editions = [m["edition"] for p in (_TITLE, _ALONE) for m in p.finditer(text) if m["edition"]]
    if editions:
        request.filters.setdefault("version", []).extend(editions)
    return _ALONE.sub(" ", _TITLE.sub(" ", text))


def _take_excluded(text: str, quoted: dict[str, str], request: Request) -> str:
    def replace(match: re.Match[str]) -> str:
        word = _MARK.sub(lambda found: quoted[found.group()], match["word"])
        word = _tidy(word)
        if word:
            request.excluded.append(word)
        return " "

    return _MINUS.sub(replace, text)


def _take_article(text: str, request: Request) -> str:
    """A named article restricts; inside a long question it is part of the text."""
    match = _ARTICLE.search(text)
    if match is None:
        return text
    around = text[: match.start()] + " " + text[match.end() :]
    if len(around.strip()) > 16 and not request.titles:
        return text
    request.part = match["part"]
    request.label = match.group().removesuffix(request.part)
    return around


def _take_operators(text: str, quoted: dict[str, str], request: Request) -> None:
    """Let Whoosh's parser read AND, OR, NOT and parentheses."""
    from whoosh import fields  # noqa: PLC0415
    from whoosh.qparser.common import QueryParserError  # noqa: PLC0415
    from whoosh.qparser.default import QueryParser  # noqa: PLC0415
    from whoosh.qparser.plugins import GroupPlugin, OperatorsPlugin, WhitespacePlugin  # noqa: PLC0415
    from whoosh.qparser.syntax import AndGroup  # noqa: PLC0415

    from search import whoosh_queries as wq  # noqa: PLC0415

    schema = fields.Schema(text=fields.ID())
    plugins = [WhitespacePlugin, GroupPlugin, OperatorsPlugin]
    parser = QueryParser("text", schema, plugins=plugins, group=AndGroup)
    text = text.replace("（", "(").replace("）", ")")
    text = re.sub(r"([\ue000-\uf8ff])", r" \1 ", _SYMBOLS.sub(" ", text))
    try:
        tree = parser.parse(text).normalize()
    except (RecursionError, QueryParserError, IndexError, ValueError) as error:
        raise QueryError("查询中的括号或 AND、OR、NOT 无法理解。") from error
    plain: list[str] = []

    def name(node: wq.Query, *, wanted: bool = True) -> wq.Query:
        if isinstance(node, wq.Term):
            word = str(node.text)
            exact = word in quoted
            word = quoted.get(word, word)
            if wanted:
                plain.append(word)
                if exact:
                    request.phrases.append(word)
            return wq.Term("exact" if exact else "text", word)
        if isinstance(node, wq.Not):
            return wq.Not(name(node.query, wanted=False))
        if isinstance(node, (wq.And, wq.Or)):
            return type(node)([name(child, wanted=wanted) for child in node.subqueries])
        if isinstance(node, (wq.AndNot, wq.AndMaybe, wq.Require)):
            second = wanted and not isinstance(node, wq.AndNot)
            return type(node)(name(node.a, wanted=wanted), name(node.b, wanted=second))
        return node

    request.tree = name(tree)
    request.plain = _tidy(" ".join(plain))

"""`wenshu search`."""

from __future__ import annotations

import html
from functools import partial
from typing import TYPE_CHECKING, Final, cast

import click

from cli.common import (
    Day,
    complete_kinds,
    force_text,
    json_option,
    near_value,
    open_workspace,
    workspace_option,
)
from cli.output import MARK, UNMARK, echo_warning, emit, print_json, progress, width, wrap

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from search import Hit, Results

_SHORT_OPTIONS = ("-w", "-n", "-h")
_GUARD: Final = "\0"
DRAFTS: Final = frozenset({"草案", "征求意见", "审批中"})
_YELLOW: Final = "\x1b[1;33m"
_PLAIN: Final = "\x1b[0m"


class QueryCommand(click.Command):
    """Passes the words of a query on as typed: `-电话` is a word, `--unknown` an error."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Guard words that begin with one dash from being taken for options."""
        takes_value = {
            "-w",
            "-n",
            "--workspace",
            "--limit",
            "--kind",
            "--department",
            "--status",
            "--year",
            "--on",
            "--tag",
        }
        guarded: list[str] = []
        before = ""
        for arg in args:
            word = arg.startswith("-") and not arg.startswith("--") and before not in takes_value
            plain = word and arg[:2] not in _SHORT_OPTIONS and arg != "-"
            guarded.append(_GUARD + arg if plain else arg)
            before = arg
        return super().parse_args(ctx, guarded)


@click.command(
    "search",
    cls=QueryCommand,
    help="检索条款。可直接提问，也可用引号（整句）、减号（排除）、AND OR NOT、部门:客户部、"
    "标题:考勤、第十二条、《题目》。例：wenshu search 投诉 -电话 部门:客户部",
)
@click.argument("query", metavar="QUERY...", nargs=-1, required=True)
@click.option("--kind", metavar="类别", shell_complete=complete_kinds, help="只在这一类别里找。")
@click.option("--department", metavar="部门", help="只在这个部门里找。")
@click.option("--status", metavar="状态", help="只找这种状态的。")
@click.option("--year", type=int, metavar="年度", help="只找这一年度的总结。")
@click.option("--tag", metavar="标签", help="只找带这个标签的。")
@click.option("--on", type=Day(), metavar="日期", help="只找在这一天有效的。")
@click.option(
    "-n",
    "--limit",
    type=click.IntRange(1, 1000),
    default=10,
    show_default=True,
    metavar="N",
    help="最多显示几条。",
)
@click.option("--explain", is_flag=True, help="说明每条结果为什么排在这里。")
@click.option("--exact", is_flag=True, help="不扩展近义的规范用语。")
@workspace_option
@json_option
def command(  # noqa: PLR0913, PLR0917 - click passes each option
    query: tuple[str, ...],
    kind: str | None,
    department: str | None,
    status: str | None,
    year: int | None,
    tag: str | None,
    on: date | None,
    limit: int,
    explain: bool,  # noqa: FBT001
    exact: bool,  # noqa: FBT001
    workspace_path: str | None,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Search and print."""
    from search import SearchIndex  # noqa: PLC0415 - help needs no engine
    from store.exceptions import UsageError  # noqa: PLC0415

    workspace = open_workspace(workspace_path)
    text = " ".join(word.removeprefix(_GUARD) for word in query)
    slug = workspace.kind(kind).slug if kind else None
    if not text.strip():
        raise UsageError("没有写要找什么。", hint="例如：wenshu search 年假 没休完")
    with progress("更新索引") as advance:
        index = SearchIndex.open(workspace, progress=advance)
    find = partial(
        index.search,
        text,
        kind=slug,
        department=department,
        status=status,
        year=year,
        tag=tag,
        expand=not exact,
    )
    results = find(limit=limit, on=on)
    if as_json:
        print_json(_json(results, explain=explain))
        return
    for note in results.notes:
        echo_warning(note)
    for at, hit in enumerate(results.hits, 1):
        _print_hit(at, hit, on=on, explain=explain)
    if not results.hits:
        for attribute, value in (("department", department), ("status", status)):
            if value and not any(getattr(e.meta, attribute) == value for e in workspace.entries):
                emit(f"资料库里没有“{value}”，{near_value(workspace, attribute, value)}")
    kinds = {slug: found.name for slug, found in workspace.kinds.items()}
    _print_summary(results, limit, kinds)
    if on is not None and not results.hits:
        _print_other_days(find(limit=200).hits, on)
    if workspace.catalogue.broken:
        echo_warning(f"有 {len(workspace.catalogue.broken)} 份文档读不出，用 wenshu check 查看。")
    index.remember(results)


def _json(results: Results, *, explain: bool) -> dict[str, object]:
    found = results.to_json()
    if explain:
        for hit, shown in zip(
            results.hits, cast("list[dict[str, object]]", found["hits"]), strict=True
        ):
            shown["explanation"] = hit.explain().to_json()
    return found


def _state(hit: Hit, on: date | None) -> str:
    """Whether the version is in force, and from which to which day."""
    if hit.in_force is True:
        state = "当日有效" if on else hit.status or "有效"
    else:
        state = force_text(hit.in_force, _begins(hit), on)
    if not hit.effective:
        return f"[{state}]"
    until = f"，{hit.expires}起失效" if hit.expires else ""
    return f"[{state} {hit.effective}起{until}]"


def _begins(hit: Hit) -> str:
    return "" if hit.status in DRAFTS else hit.effective or ""


def _print_hit(at: int, hit: Hit, *, on: date | None, explain: bool) -> None:
    in_force = hit.in_force is True
    colour = None if in_force else "yellow"
    tail = click.style(f"  {_state(hit, on)}", fg=colour, dim=in_force)
    emit(click.style(f"{at}. {hit.citation}", fg="cyan", bold=True) + tail)
    if hit.heading:
        emit(click.style(f"   {hit.heading}", dim=True))
    for line in marked_lines(hit.snippet, width() - 3)[:4]:
        emit(f"   {line}")
    for version in hit.versions[:2]:
        emit(click.style(f"   另有 {_version(version, on)}", dim=True))
    emit(click.style(f"   {hit.id}  第 {hit.line} 行", dim=True))
    for line in hit.explain().lines() if explain else ():
        for piece in wrap(line, width() - 5):
            emit(click.style(f"     {piece}", dim=True))


def _version(version: dict[str, object], on: date | None) -> str:
    state = version.get("in_force")
    begins = "" if version.get("status") in DRAFTS else str(version.get("effective") or "")
    force = force_text(state if isinstance(state, bool) else None, begins, on)
    return f"{version['citation']}（{force}）"


def marked_lines(snippet: str, columns: int) -> list[str]:
    """A snippet's HTML as lines for a terminal, what is marked in yellow."""
    text = html.unescape(snippet.replace("<mark>", MARK).replace("</mark>", UNMARK))
    lines = []
    marked = False
    for line in wrap(text.replace("\n", " ").replace("\t", "  "), columns):
        begun = MARK + line if marked else line
        marked = begun.rfind(MARK) > begun.rfind(UNMARK)
        whole = begun + UNMARK if marked else begun
        lines.append(whole.replace(MARK, _YELLOW).replace(UNMARK, _PLAIN))
    return lines


_FILTER_NAMES: Final = {
    "kind": "类别",
    "department": "部门",
    "status": "状态",
    "year": "年度",
    "tag": "标签",
    "version": "版本",
    "number": "编号",
    "position": "岗位",
}


def _print_nothing(results: Results, kinds: dict[str, str]) -> None:
    """What was searched, and where."""
    filters = results.request.filters
    within = "，".join(
        f"{_FILTER_NAMES.get(name, name)}为{'或'.join(kinds.get(v, v) for v in values)}"
        for name, values in filters.items()
    )
    emit(f"没有找到“{results.query}”{f'（只在{within}的文档里找）' if within else ''}。")
    if not (filters or results.question.words or results.request.titles or results.request.label):
        emit("查询里没有可以查找的文字。请写出要找的词，例如：wenshu search 年假 没休完")


def _print_other_days(hits: Sequence[Hit], on: date) -> None:
    """Say that the texts which fit were not in force on the day, and when the earliest began."""
    begun = [(day, hit.title) for hit in hits if (day := _begins(hit))]
    begun += [
        (str(version["effective"]), hit.title)
        for hit in hits
        for version in hit.versions
        if version.get("effective") and version.get("status") not in DRAFTS
    ]
    later = [found for found in begun if found[0] > on.isoformat()]
    if later:
        day, title = min(later, key=lambda found: found[0])
        emit(f"{on} 当日没有有效的相关文本；此后最早的是《{title}》，自 {day} 起有效。")
    elif hits:
        emit(f"{on} 当日没有有效的相关文本；不加 --on 可查到别的日期有效的。")


def _print_summary(results: Results, limit: int, kinds: dict[str, str]) -> None:
    if not results.hits:
        _print_nothing(results, kinds)
    for word, terms in results.expansions[:6]:
        emit(click.style(f"“{word}”同时查了：{'、'.join(terms)}", dim=True))
    if results.suggestion:
        emit(f"您要找的是不是：{results.suggestion}")
    if not results.hits:
        for query in results.wider[:3]:
            emit(f"可以试试：wenshu search {query}")
        return
    shown = f"，显示前 {len(results.hits)} 条（--limit 可增减）" if results.total > limit else ""
    emit(f"共 {results.total} 条{shown}，用时 {results.took_ms:.1f} 毫秒。")
    names = {"kind": "类别", "department": "部门", "status": "状态", "year": "年度"}
    for key, counts in results.facets.items():
        top = sorted(counts.items(), key=lambda item: (-item[1], str(item[0])))[:5]
        if len(top) > 1 and key in names:
            words = "  ".join(f"{kinds.get(str(n), str(n))} {c}" for n, c in top)
            emit(click.style(f"{names[key]}：{words}", dim=True))

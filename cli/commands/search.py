"""`wenshu search`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cli.common import (
    Day,
    complete_kinds,
    force_text,
    json_option,
    open_workspace,
    workspace_option,
)
from cli.output import echo_warning, emit, print_json, progress, width, wrap

if TYPE_CHECKING:
    from datetime import date

    from search import Hit, Results

_SHORT_OPTIONS = ("-w", "-n", "-h")
_GUARD = "\0"


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

    workspace = open_workspace(workspace_path)
    text = " ".join(word.removeprefix(_GUARD) for word in query)
    slug = workspace.kind(kind).slug if kind else None
    with progress("更新索引") as advance:
        index = SearchIndex.open(workspace, progress=advance)
    results = index.search(
        text,
        limit=limit,
        kind=slug,
        department=department,
        status=status,
        year=year,
        tag=tag,
        on=on,
        expand=not exact,
    )
    if as_json:
        print_json(results.to_json(explain=explain))
        return
    _print(results, explain=explain)


def _print(results: Results, *, explain: bool) -> None:
    for at, hit in enumerate(results.hits, 1):
        _print_hit(at, hit)
        if explain:
            _print_explanation(hit.explanation)
    for message in results.messages:
        echo_warning(message)
    if results.hits:
        shown = "" if results.total <= len(results.hits) else f"，显示前 {len(results.hits)} 条"
        emit(f"共 {results.total} 条{shown}，用时 {results.took_ms:.0f} 毫秒。")
        _print_facets(results)
    if results.suggestion:
        emit(f"您要找的是不是：{results.suggestion}")


def _print_hit(at: int, hit: Hit) -> None:
    state = force_text(hit.in_force) if hit.in_force is not True else hit.status or "有效"
    head = f"{at}. {hit.citation}"
    emit(
        click.style(head, fg="cyan", bold=True)
        + click.style(f"  [{state}]", dim=hit.in_force is not True)
    )
    if hit.heading:
        emit(click.style(f"   {hit.heading}", dim=True))
    for line in wrap(_excerpt(hit), width() - 3)[:5]:
        emit("   " + line.replace("\x01", "\x1b[1;33m").replace("\x02", "\x1b[0m"))
    for version in hit.versions[:3]:
        emit(click.style(f"   另有 {version_text(version)}", dim=True))
    emit(click.style(f"   {hit.path}:{hit.line}", dim=True))


def version_text(version: dict[str, Any]) -> str:
    """One further version of a hit in a line."""
    name = f"{version.get('version') or '另'}版"
    return f"{name} {version.get('clause') or ''}（{force_text(version.get('in_force'))}）"


def _excerpt(hit: Hit) -> str:
    return hit.excerpt("", "")


def _print_explanation(explanation: object) -> None:
    for line in explanation if isinstance(explanation, list) else ():
        emit(click.style(f"     {line}", dim=True))


def _print_facets(results: Results) -> None:
    names = {"kind": "类别", "department": "部门", "status": "状态", "year": "年度"}
    for key, counts in results.facets.items():
        top = sorted(counts.items(), key=lambda item: -item[1])[:5]
        if len(top) > 1 and key in names:
            emit(
                click.style(
                    f"{names[key]}：" + "  ".join(f"{name} {n}" for name, n in top), dim=True
                )
            )

"""What several commands share: the workspace, options, lists of documents."""

from __future__ import annotations

import difflib
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from store.dates import parse_date

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from store import Workspace

F = TypeVar("F", bound="Callable[..., Any]")


class Day(click.ParamType[date]):
    """A day in any of the usual Chinese or ISO forms."""

    name = "日期"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read it."""
        if isinstance(value, date):
            return value
        try:
            return parse_date(str(value))
        except ValueError:
            self.fail(f"“{value}”不是有效日期，请写成 2024-01-05 或 2024年1月5日。", param, ctx)


def workspace_option(function: F) -> F:
    """`--workspace` after the subcommand, too."""
    return click.option(
        "-w", "--workspace", "workspace_path", metavar="目录", help="资料库所在目录。"
    )(function)


def json_option(function: F) -> F:
    """`--json`: one JSON object on stdout and nothing else there."""
    return click.option("--json", "as_json", is_flag=True, help="输出一个 JSON 对象。")(function)


def open_workspace(path: str | None) -> Workspace:
    """The workspace named after the subcommand, before it, by the environment, or found upward."""
    from store import Workspace as Opened  # noqa: PLC0415 - help and version need no store

    context = click.get_current_context(silent=True)
    shared = context.find_root().obj if context else None
    named = path or (shared or {}).get("workspace")
    return Opened.open(named) if named else Opened.discover()


def complete_ids(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Document ids for the shell's completion."""
    try:
        workspace = open_workspace(None)
    except Exception:  # noqa: BLE001 - completion never complains
        return []
    return [entry.id for entry in workspace.entries if incomplete in entry.id][:50]


def complete_kinds(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Kinds for the shell's completion."""
    try:
        kinds = open_workspace(None).kinds.values()
    except Exception:  # noqa: BLE001
        return []
    return [
        name for kind in kinds for name in (kind.name, kind.slug) if name.startswith(incomplete)
    ]


def near_value(workspace: Workspace, attribute: str, value: str) -> str:
    """“是不是 …” for a department or status that no document has."""
    known = sorted({str(getattr(e.meta, attribute)) for e in workspace.entries} - {""})
    near = difflib.get_close_matches(value, known, n=3, cutoff=0.4)
    near += [name for name in known if value in name or name in value]
    near = list(dict.fromkeys(near))[:3]
    return f"是不是 {'、'.join(near)}？" if near else f"现有：{'、'.join(known[:12])}"


def force_text(in_force: bool | None, begins: str = "", day: date | None = None) -> str:  # noqa: FBT001
    """How the state on a day prints; one that only begins after it is not yet in force.

    Args:
        in_force: The state.
        begins: The first day in force, if known, in ISO form.
        day: Which day; None for today.
    """
    from store.dates import today  # noqa: PLC0415

    if in_force is False and begins > (day or today()).isoformat():
        return "未生效"
    return {True: "有效", False: "不在有效期", None: "效力待确认"}[in_force]


def near_names(name: str, names: Iterable[str], n: int = 2, cutoff: float = 0.5) -> list[str]:
    """The names most like one that was mistyped; one clearly worse than the best is none."""
    found = difflib.get_close_matches(name, names, n=n, cutoff=cutoff)
    likeness = [difflib.SequenceMatcher(None, other, name).ratio() for other in found]
    return [
        other for other, alike in zip(found, likeness, strict=True) if alike > likeness[0] - 0.15
    ]


def user_path(name: str) -> Path:
    """A path as a person types it: `~` is the home folder, `~$表.xlsx` a name like any other."""
    path = Path(name)
    with suppress(RuntimeError):
        path = path.expanduser()
    return path.absolute()


def existing_file(name: str) -> Path:
    """The path of a file that a user named.

    Raises:
        InputError: There is no such file.
    """
    from store.exceptions import InputError  # noqa: PLC0415

    path = user_path(name)
    if path.is_dir():
        raise InputError(f"“{name}”是一个文件夹。", hint="请给出其中的一个文件。")
    if not path.is_file():
        raise InputError(f"文件“{name}”不存在。", hint="请核对路径和文件名。")
    return path

"""`wenshu template check` and `wenshu template build`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.commands.inspect import layouts_at_hand, show_deviations
from cli.common import existing_file, json_option, open_workspace, workspace_option
from cli.output import emit, print_json, table, width, wrap

if TYPE_CHECKING:
    from generator.inspect import Report


@click.group("template", help="检查 Word 模板，或由版式制作各类别的模板。")
def command() -> None:
    """Hold the two commands."""


@command.command(
    "check",
    options_metavar="[选项]",
    help="检查一个 Word 模板：要填哪些项、有哪些错处、字体是否合适；可另存一份填好样例的预览。",
)
@click.argument("file", metavar="FILE.docx")
@click.option("--preview", metavar="文件", help="把填了样例的预览存为这个 .docx。")
@click.option("--layout", metavar="版式", help="填好样例后，再按这个版式（如 公文）测量一遍。")
@workspace_option
@json_option
def check(
    file: str,
    preview: str | None,
    layout: str | None,
    workspace_path: str | None,
    as_json: bool,  # noqa: FBT001
) -> int:
    """Run the template clinic."""
    from generator.word.clinic import check_template  # noqa: PLC0415 - help needs no generator

    existing_file(file)
    report = check_template(Path(file).expanduser())
    if preview and report.preview is not None:
        from store.files import write_atomic  # noqa: PLC0415

        write_atomic(Path(preview).expanduser().absolute(), report.preview)
    measured = None
    if layout and report.preview is not None:
        measured = _measured(report.preview, layout, workspace_path)
    ok = report.ok and (measured is None or measured.ok)
    if as_json:
        found = {} if measured is None else {"deviations": measured.to_json()["deviations"]}
        print_json(report.to_json() | found)
        return int(not ok)
    for line in table(("要填的项", "类型", "位置"), report.field_rows()):
        emit(line)
    for sentence in report.sentences():
        for at, line in enumerate(wrap(sentence, width() - 4)):
            emit(("  - " if not at else "    ") + line)
    emit("模板可以使用。" if report.ok else "模板有错误，请按上面的提示改正。")
    if measured is not None and layout is not None:
        show_deviations(measured, layout)
    return int(not ok)


def _measured(preview: bytes, layout: str, workspace_path: str | None) -> Report:
    """The template, filled with its sample, beside a layout."""
    import tempfile  # noqa: PLC0415 - few check against a layout

    from generator.inspect import inspect_document  # noqa: PLC0415

    with tempfile.TemporaryDirectory(prefix="wenshu-check-") as folder:
        path = Path(folder) / "preview.docx"
        path.write_bytes(preview)
        return inspect_document(path, layouts_at_hand(workspace_path).get(layout))


@command.command(
    "build",
    options_metavar="[选项]",
    help="由 templates/_layouts 里的版式制作各类别的 Word 模板，"
    "覆盖同名文件，原文件留存在 .wenshu/history。",
)
@workspace_option
@json_option
def build(workspace_path: str | None, as_json: bool) -> None:  # noqa: FBT001
    """Make the kinds' .docx from the layouts."""
    from generator.layout.build import build_templates  # noqa: PLC0415
    from generator.templates import workspace_layouts  # noqa: PLC0415
    from store.history import keep_file  # noqa: PLC0415

    workspace = open_workspace(workspace_path)
    target = workspace.root / "templates"
    before = {path: path.read_bytes() for path in target.glob("*/*.docx")}
    written = build_templates(target, workspace_layouts(workspace), workspace.kinds)
    for path in written:
        if before.get(path, path.read_bytes()) != path.read_bytes():
            keep_file(workspace, path, before[path])
    if as_json:
        print_json({"outputs": [str(path) for path in written]})
        return
    for path in written:
        emit(str(path.relative_to(workspace.root)))
    emit(f"已制作 {len(written)} 个模板。")

"""`wenshu template check` and `wenshu template build`."""

from __future__ import annotations

from pathlib import Path

import click

from cli.common import existing_file, json_option, open_workspace, workspace_option
from cli.output import emit, print_json, table, width, wrap


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
@json_option
def check(file: str, preview: str | None, as_json: bool) -> int:  # noqa: FBT001
    """Run the template clinic."""
    from generator.word.clinic import check_template  # noqa: PLC0415 - help needs no generator

    existing_file(file)
    report = check_template(Path(file).expanduser())
    if preview and report.preview is not None:
        from store.files import write_atomic  # noqa: PLC0415

        write_atomic(Path(preview).expanduser().absolute(), report.preview)
    if as_json:
        print_json(report.to_json())
        return int(not report.ok)
    for line in table(("要填的项", "类型", "位置"), report.field_rows()):
        emit(line)
    for sentence in report.sentences():
        for at, line in enumerate(wrap(sentence, width() - 4)):
            emit(("  - " if not at else "    ") + line)
    emit("模板可以使用。" if report.ok else "模板有错误，请按上面的提示改正。")
    return int(not report.ok)


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

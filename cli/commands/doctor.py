"""`wenshu doctor`."""

from __future__ import annotations

import importlib.metadata
import locale
import platform
import shutil
import sys
from typing import TYPE_CHECKING

import click

from cli.common import json_option, open_workspace, workspace_option
from cli.output import emit, print_json, width, wrap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from store import Workspace

    Finding = tuple[str, str, str, str]

OUR_PACKAGES = ("store", "search", "generator", "importer", "web", "cli")


@click.command("doctor", help="检查运行环境：装了什么，缺什么，怎样补上。")
@workspace_option
@json_option
def command(workspace_path: str | None, as_json: bool) -> int:  # noqa: FBT001
    """Look at everything Wenshu depends on."""
    findings = [*_program(), *_packages(), *_outside(), *_workspace(workspace_path)]
    bad = any(state == "bad" for state, *_ in findings)
    if as_json:
        keys = ("state", "name", "found", "hint")
        print_json({"findings": [dict(zip(keys, finding, strict=True)) for finding in findings]})
        return 3 if bad else 0
    marks = {
        "ok": click.style("正常", fg="green"),
        "missing": click.style("没有", fg="yellow"),
        "bad": click.style("异常", fg="red"),
    }
    for state, name, found, hint in findings:
        lines = wrap(f"{name}：{found}", width() - 6)
        emit(f"{marks[state]}  {lines[0]}")
        for line in [*lines[1:], *(wrap(hint, width() - 6) if hint else [])]:
            emit(f"      {line}")
    return 3 if bad else 0


def _program() -> Iterator[Finding]:
    version = importlib.metadata.version("wenshu")
    yield "ok", "文枢", f"{version}，Python {platform.python_version()}，{platform.system()}", ""
    encoding = f"{sys.stdout.encoding}，系统 {locale.getpreferredencoding(do_setlocale=False)}"
    yield "ok", "字符编码", encoding, ""


def _packages() -> Iterator[Finding]:
    owners = importlib.metadata.packages_distributions()
    for name in OUR_PACKAGES:
        others = sorted({owner for owner in owners.get(name, []) if owner != "wenshu"})
        if others:
            yield (
                "bad",
                f"软件包 {name}",
                f"与 {'、'.join(others)} 同名，可能被覆盖",
                "请把文枢装在单独的环境里（pipx、uv tool 或虚拟环境）。",
            )
    engines = [
        name for name in owners.get("whoosh", []) if name not in {"whoosh3", "whoosh-reloaded"}
    ]
    if engines:
        yield (
            "bad",
            "检索引擎",
            f"whoosh 由 {'、'.join(engines)} 提供",
            "请重新安装：pip install --force-reinstall whoosh3",
        )
    missing = [name for name in _requirements() if not _installed(name)]
    if missing:
        yield "bad", "依赖", f"缺少 {'、'.join(missing)}", "请重新安装：pip install wenshu"
    else:
        yield "ok", "依赖", "齐全", ""


def _requirements() -> list[str]:
    import re  # noqa: PLC0415

    found = importlib.metadata.requires("wenshu") or []
    return [re.split(r"[\s;<>=!~\[]", text)[0] for text in found if "extra ==" not in text]


def _installed(name: str) -> bool:
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def _outside() -> Iterator[Finding]:
    from generator.pdf import find_converter  # noqa: PLC0415

    converter = find_converter()
    if converter is not None:
        yield "ok", "PDF 转换", str(converter), ""
    else:
        yield (
            "missing",
            "PDF 转换",
            "没有找到 LibreOffice、Word 或 WPS",
            "生成 Word 不受影响；要直接生成 PDF 或导入 .doc，请安装 LibreOffice。",
        )


def _meaning(workspace: Workspace) -> Iterator[Finding]:
    """The extra that searches by meaning, where the workspace wants it."""
    from search.semantic import is_installed, is_on  # noqa: PLC0415

    if is_on(workspace) and is_installed():
        yield "ok", "语义检索", "已开启", ""
    elif is_on(workspace):
        hint = "请安装：pip install 'wenshu[semantic]'，再执行 wenshu index。"
        yield "missing", "语义检索", "wenshu.toml 已开启，但没有安装", hint


def _workspace(path: str | None) -> Iterator[Finding]:
    from store.exceptions import WenshuError  # noqa: PLC0415

    try:
        workspace = open_workspace(path)
    except WenshuError as error:
        yield "missing", "资料库", error.message, error.hint
        return
    count = len(workspace.entries)
    yield "ok", "资料库", f"{workspace.root}（{count} 份文档）", ""
    yield from _meaning(workspace)
    inside = workspace.cache.is_relative_to(workspace.root)
    yield (
        "ok",
        "缓存",
        str(workspace.cache),
        "" if inside else "资料库只读或在网络盘上，缓存放在本机。",
    )
    free = shutil.disk_usage(workspace.cache).free // 2**20
    state = "ok" if free > 200 else "bad"
    yield state, "磁盘空间", f"剩余 {free} MB", "" if free > 200 else "请清理磁盘。"

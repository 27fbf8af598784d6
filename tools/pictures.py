"""The pictures of the README: three pages and a search, from the starter library as it is.

    python tools/pictures.py        wants LibreOffice, pdftoppm and Chromium

Writes docs/pictures/*.png.
"""

from __future__ import annotations

import html
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from generator.pdf import to_pdf
from generator.render import render_document
from store import Workspace

ROOT = Path(__file__).parent.parent
TARGET = ROOT / "docs" / "pictures"
PAGES = (
    ("role", "岗位职责/信贷客户部岗位职责", 1),
    ("rule", "管理制度/考勤与休假管理办法", 5),
    ("summary", "年终总结/清河农商银行客户部2024年工作总结", 2),
)
QUERY = ["search", "年假", "没休完", "--limit", "2"]
STYLE = """
body { margin: 0; background: #1e1e24; display: inline-block; }
pre { font: 16px/1.55 "Noto Sans Mono CJK SC", monospace; color: #e6e6e6; }
pre { padding: 22px 28px; margin: 0; }
.b { font-weight: bold } .d { color: #9a9aa5 } .c { color: #6fc7d9 } .y { color: #f2c14e }
"""
_CODES = {"1": "b", "2": "d", "36": "c", "33": "y"}
_ESCAPE = re.compile(r"\x1b\[([0-9;]*)m")


def main() -> int:
    """Make all four."""
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        library = folder / "资料库"
        wenshu("init", str(library), cwd=folder)
        pages(Workspace.open(library), folder)
        wenshu("index", cwd=library)
        text = wenshu(*QUERY, cwd=library)
        shoot(f"$ wenshu {' '.join(QUERY)}\n{text}", folder)
    return 0


def wenshu(*arguments: str, cwd: Path) -> str:
    """Run a command with colours and give what it printed."""
    code = (
        "import click, sys; from cli import main, output; echo = click.echo;"
        "output.click.echo = lambda *a, **k: echo(*a, **{**k, 'color': True});"
        "sys.exit(main.run(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=cwd, check=True, capture_output=True, timeout=120, env={**os.environ, "COLUMNS": "80"},
    )  # fmt: skip
    return done.stdout.decode("utf-8")


def pages(workspace: Workspace, folder: Path) -> None:
    """Render, convert, and keep one page of each document."""
    for name, document, page in PAGES:
        path = folder / f"{name}.docx"
        path.write_bytes(render_document(workspace, document).data)
        pdf = to_pdf([path])[0]
        run("pdftoppm", "-r", "60", "-png", "-f", str(page), "-l", str(page), "-singlefile",
            str(pdf), str(TARGET / name))  # fmt: skip


def shoot(text: str, folder: Path) -> None:
    """A terminal's text as a picture."""
    page = folder / "search.html"
    page.write_text(
        f"<!doctype html><meta charset=utf-8><style>{STYLE}</style><pre>{coloured(text)}</pre>",
        encoding="utf-8",
    )
    lines = text.count("\n") + 1
    browser = shutil.which("chromium") or shutil.which("google-chrome") or "chromium"
    run(browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
        "--disable-background-networking", f"--user-data-dir={folder / 'profile'}",
        f"--window-size=740,{int(lines * 24.8) + 44}", f"--screenshot={TARGET / 'search.png'}",
        page.as_uri())  # fmt: skip


def coloured(text: str) -> str:
    """Terminal colours as spans."""
    parts: list[str] = []
    position, opened = 0, 0
    for match in _ESCAPE.finditer(text):
        parts.append(html.escape(text[position : match.start()]))
        position = match.end()
        names = [_CODES[code] for code in match[1].split(";") if code in _CODES]
        if names:
            parts.append(f'<span class="{" ".join(names)}">')
            opened += 1
        elif match[1] in {"", "0"}:
            parts.append("</span>" * opened)
            opened = 0
    return "".join([*parts, html.escape(text[position:])])


def run(*command: str) -> None:
    """Run an outside program within two minutes."""
    subprocess.run(command, check=True, capture_output=True, timeout=120)


if __name__ == "__main__":
    sys.exit(main())

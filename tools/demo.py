"""The main job on the starter library, start to end: `make demo`.

Makes a workspace, checks it, searches three questions, renders three documents to Word, and says
where they lie. Each step is the command that a user would type.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

QUESTIONS = (["年假", "没休完"], ["客户投诉多久答复"], ["印章外带审批"])
DOCUMENTS = (
    ("岗位职责/信贷客户部岗位职责", "信贷客户部岗位职责.docx"),
    ("服务承诺/银行客户部服务承诺", "银行客户部服务承诺.docx"),
    ("年终总结/{summary}", "客户部年终总结.docx"),
)


def main() -> int:
    """Run the steps; the first that fails ends the demo with its exit code."""
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "demo").absolute()
    library, output = target / "示例资料库", target / "Word文件"
    shutil.rmtree(target, ignore_errors=True)
    output.mkdir(parents=True)
    steps = [["init", str(library)], ["check", "--quiet"]]
    steps += [["search", "--limit", "2", *words] for words in QUESTIONS]
    run(steps[0], cwd=target)
    for step in steps[1:]:
        run(step, cwd=library)
    summary = bank_summary(library)
    for document, name in DOCUMENTS:
        run(["render", document.format(summary=summary), "-o", str(output / name)], cwd=library)
    say(f"\n三份 Word 文件在：{output}")
    say(f"示例资料库在：{library}")
    say(f"接下来：进入该目录，试试\n  {program()} search 请假 --on 2023-06-01\n  {program()} list")
    return 0


def bank_summary(library: Path) -> str:
    """The name of the bank customer department's year-end summary."""
    folder = library / "kb" / "年终总结"
    return next(
        path.stem
        for path in sorted(folder.glob("*客户部*.md"))
        if "银行" in path.stem or "清河" in path.stem
    )


def program() -> str:
    """The `wenshu` of this environment, as one can type it."""
    name = "wenshu.exe" if sys.platform == "win32" else "wenshu"
    return str(Path(sys.executable).with_name(name))


def run(arguments: list[str], cwd: Path) -> None:
    """Run one command and show it as it would be typed."""
    say("\n$ wenshu " + " ".join(f'"{word}"' if " " in word else word for word in arguments))
    done = subprocess.run(
        [sys.executable, "-m", "cli.main", *arguments], cwd=cwd, check=False, timeout=300
    )
    if done.returncode:
        sys.exit(done.returncode)


def say(text: str) -> None:
    """Print at once, whatever the console's encoding."""
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())

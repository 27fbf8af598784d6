"""Run every measurement of `benchmarks/` one after the other: `make bench`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "benchmarks"


def main() -> int:
    """Run them; the worst exit code is ours."""
    worst = 0
    for path in sorted(FOLDER.glob("*.py")):
        if path.stem.startswith("_") or "def main(" not in path.read_text(encoding="utf-8"):
            continue
        sys.stdout.write(f"\n## {path.stem}\n")
        sys.stdout.flush()
        command = [sys.executable, "-m", f"benchmarks.{path.stem}"]
        worst = max(worst, subprocess.run(command, cwd=FOLDER.parent, check=False).returncode)
    return worst


if __name__ == "__main__":
    sys.exit(main())

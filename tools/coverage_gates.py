"""Branch coverage must stay high; metrics, numbering and schema must be complete.

Reads the `.coverage` file that `make test` leaves.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

TOTAL = 90.0
COMPLETE = (
    "store/metric.py",
    "store/metric_checks.py",
    "store/metric_days.py",
    "store/metric_rows.py",
    "store/metric_set.py",
    "store/metric_several.py",
    "store/metrics.py",
    "store/phrases.py",
    "store/sentences.py",
    "store/amounts.py",
    "store/anchors.py",
    "store/labels.py",
    "store/structure.py",
    "store/markers.py",
    "store/numerals.py",
    "store/schema.py",
)


def main() -> int:
    """Print what is below its gate."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "coverage.json"
        command = [sys.executable, "-m", "coverage", "json", "-q", "-o", str(target)]
        subprocess.run(command, check=True, timeout=120)
        report = json.loads(target.read_text(encoding="utf-8"))
    failed = False
    total = report["totals"]["percent_covered"]
    if total < TOTAL:
        sys.stderr.write(f"branch coverage {total:.1f}% is below {TOTAL}%\n")
        failed = True
    for name in COMPLETE:
        found = report["files"].get(name) or report["files"].get(name.replace("/", "\\"))
        percent = found["summary"]["percent_covered"] if found else 0.0
        if percent < 100:
            missing = found["missing_lines"] if found else []
            branches = found["missing_branches"] if found else []
            sys.stderr.write(f"{name}: {percent:.1f}%, lines {missing}, branches {branches}\n")
            failed = True
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())

"""The gate of quality, where the evaluation set lies beside the repository."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
EVALUATION = REPOSITORY.parent / "shared" / "search-eval" / "laws.tar.xz"


@pytest.mark.slow
@pytest.mark.skipif(not EVALUATION.is_file(), reason="the evaluation set is not here")
def test_quality_is_at_least_the_gate() -> None:
    """nDCG@10 of the development questions against the reference + .010."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.search", "--gate"],
        cwd=REPOSITORY,
        capture_output=True,
        encoding="utf-8",
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "recall 1.000, precision 1.000" in done.stdout

"""Whatever fits or does not fit the description is answered, and never with a 500."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def test_requests_made_from_the_description_break_nothing():
    pytest.importorskip("schemathesis", reason="schemathesis 没有安装：pip install wenshu[dev]")
    command = [sys.executable, "-m", "benchmarks.api_fuzz", "--examples", "4", "--seconds", "90"]
    done = subprocess.run(
        [*command, "--gate"], cwd=ROOT, capture_output=True, timeout=280, check=False
    )
    shown = done.stdout.decode("utf-8") + done.stderr.decode("utf-8", "replace")
    assert done.returncode == 0, shown[-4000:]
    assert "| 0 | 0 |" in shown

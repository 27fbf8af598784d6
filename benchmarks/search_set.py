"""The evaluation set: laws as a workspace, and lay questions with the articles that answer.

It lies outside the repository: `../shared/search-eval`, or where WENSHU_SEARCH_EVAL says.
"""

from __future__ import annotations

import json
import os
import tarfile
from dataclasses import dataclass
from math import log2
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from search import SearchIndex

REPOSITORY = Path(__file__).resolve().parent.parent
Place = tuple[str, str]
DEPTH = 100
TUNED, HELD_OUT = slice(0, None, 2), slice(1, None, 2)


@dataclass(frozen=True)
class Asked:
    """A question and the articles (document, label) that answer it."""

    text: str
    answers: frozenset[Place]


def set_folder() -> Path | None:
    """Where the set lies, None when it is not there."""
    named = os.environ.get("WENSHU_SEARCH_EVAL")
    folder = Path(named) if named else REPOSITORY.parent / "shared" / "search-eval"
    return folder if (folder / "laws.tar.xz").is_file() else None


def laws(folder: Path, target: Path) -> Path:
    """Unpack the laws into a workspace below `target`, once."""
    root = target / "laws"
    if not (root / "kb").is_dir():
        root.mkdir(parents=True, exist_ok=True)
        with tarfile.open(folder / "laws.tar.xz") as archive:
            archive.extractall(root, filter="data")
    return root


def questions(folder: Path) -> list[Asked]:
    """The questions with their answers."""
    lines = (folder / "queries-dev.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines if line]
    return [
        Asked(row["query"], frozenset((a["id"], a["clause"]) for a in row["relevant"]))
        for row in rows
    ]


def ndcg(ranked: Sequence[Place], answers: frozenset[Place], depth: int = 10) -> float:
    """Normalised discounted cumulative gain, binary relevance."""
    gain = sum(1 / log2(at + 2) for at, place in enumerate(ranked[:depth]) if place in answers)
    return gain / sum(1 / log2(at + 2) for at in range(min(depth, len(answers))))


def reciprocal(ranked: Sequence[Place], answers: frozenset[Place], depth: int = 10) -> float:
    """One over the rank of the first answer."""
    return next((1 / (n + 1) for n, p in enumerate(ranked[:depth]) if p in answers), 0.0)


def recall(ranked: Sequence[Place], answers: frozenset[Place], depth: int) -> float:
    """What part of the answers is among the first."""
    return len(answers & set(ranked[:depth])) / len(answers)


def interval(first: Sequence[float], second: Sequence[float]) -> tuple[float, float, float]:
    """Mean difference second - first with a paired bootstrap interval of 95 %."""
    difference = np.array(second) - np.array(first)
    draw = np.random.default_rng(1).integers(0, len(difference), (4000, len(difference)))
    means = difference[draw].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(difference.mean()), float(low), float(high)


def difference(first: Sequence[float], second: Sequence[float], part: slice = slice(None)) -> str:
    """The mean difference and its interval."""
    mean, low, high = interval(first[part], second[part])
    return f"{mean:+.4f} [{low:+.4f} {high:+.4f}]"


def ranked(
    index: SearchIndex, text: str, *, limit: int = DEPTH, expand: bool = True
) -> list[Place]:
    """Documents and labels of the hits, in order."""
    found = index.search(text, limit=limit, expand=expand)
    return [(hit.id, hit.clause or "") for hit in found]

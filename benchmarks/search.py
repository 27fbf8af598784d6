"""Search beside other engines: quality, speed, index. `make bench-search`.

python -m benchmarks.search                      everything; `pip install tantivy bm25s` before
python -m benchmarks.search --only speed index   parts: quality, speed (57 thousand clauses), index,
                                                 large (570 thousand clauses)
python -m benchmarks.search --gate               quality in short, for tests; exit 1 below the gate
python -m benchmarks.search --no-whoosh          without stock Whoosh, whose index takes minutes
python -m benchmarks.search --whole              every question compared with stock Whoosh

The first time, quality takes five minutes more, for the vectors of the extra `semantic`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.search_index import indexing, large
from benchmarks.search_quality import MARGIN, REFERENCE, quality
from benchmarks.search_set import REPOSITORY, laws, questions, set_folder
from benchmarks.search_speed import speed
from search import SearchIndex
from store import Workspace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.search_set import Asked

PARTS = ("quality", "speed", "index", "large")
_COMPARED = 40


def main() -> int:
    """Run what the options ask for."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    for name in ("gate", "quality", "no-whoosh", "whole"):
        options.add_argument(f"--{name}", action="store_true")
    chosen = options.parse_args()
    parts = ("quality",) if chosen.gate or chosen.quality else chosen.only
    folder = set_folder()
    if folder is None:
        print("The evaluation set is not here; nothing was measured.")
        return 0
    root = laws(folder, REPOSITORY / "build" / "search-eval")
    index = _whole_index(root)
    asked = questions(folder)
    passed = _passes(index, asked, everything=not chosen.gate) if "quality" in parts else True
    if "speed" in parts:
        compared = None if chosen.whole else _COMPARED
        speed(index, asked, whoosh=not chosen.no_whoosh, compared=compared)
    if "index" in parts:
        indexing(index, root)
    if "large" in parts:
        with tempfile.TemporaryDirectory() as place:
            speed(large(_index(root), Path(place)), asked, whoosh=False, compared=0)
    return 0 if passed else 1


def _index(root: Path) -> SearchIndex:
    return SearchIndex.open(Workspace.open(root))


def _whole_index(root: Path) -> SearchIndex:
    """An index of one segment without removed clauses: the others have no others either."""
    index = _index(root)
    corpus = index._generation.corpus  # noqa: SLF001
    if len(corpus.segments) == 1 and not corpus.removed[0]:
        return index
    return SearchIndex.open(Workspace.open(root), rebuild=True)


def _passes(index: SearchIndex, asked: Sequence[Asked], *, everything: bool) -> bool:
    reached, reference = quality(index, asked, everything=everything)
    wanted = max(REFERENCE, reference) + MARGIN
    print(f"- gate: nDCG@10 {reached:.4f}, wanted {wanted:.4f}")
    return reached >= wanted


if __name__ == "__main__":
    sys.exit(main())

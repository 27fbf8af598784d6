"""A share of an index build, done by a Python of its own: `python -m search.worker`.

It reads one JSON line (workspace, analysis, folder, documents), tells on stdout how many documents
are done, and a line describes each segment it wrote.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

_EVERY: Final = 20


def main() -> None:
    """Do the share that stdin describes."""
    job: dict[str, Any] = json.loads(sys.stdin.buffer.readline())

    from search.batches import write_batches  # noqa: PLC0415
    from search.frozen import Analysis  # noqa: PLC0415
    from search.library import Library  # noqa: PLC0415
    from store import Workspace  # noqa: PLC0415

    library = Library(Workspace.open(job["root"]))
    analysis = Analysis.from_json(job["analysis"])
    entries = [(library.workspace.entry(name), str(stamp)) for name, stamp in job["entries"]]
    done = 0

    def report(more: int) -> None:
        nonlocal done
        done += more
        if done % _EVERY == 0:
            _tell({"done": _EVERY})

    for batch in write_batches(library, analysis, entries, Path(job["folder"]), report):
        mark = batch.mark
        told = [mark.name, mark.size, mark.mtime_ns, mark.checksum]
        _tell({"mark": told, "documents": batch.documents})
    _tell({"done": done % _EVERY})


def _tell(value: dict[str, object]) -> None:
    sys.stdout.buffer.write(json.dumps(value).encode() + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()

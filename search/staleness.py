"""Whether an index is behind its library: by sizes and times of files, without opening any."""

from __future__ import annotations

from typing import TYPE_CHECKING

from search.library import file_mark

if TYPE_CHECKING:
    from search.generation import Generation
    from search.library import Library


def is_behind(generation: Generation, library: Library) -> bool:
    """Whether a file, its data, the kinds or the settings changed since."""
    if generation.stamp != library.stamp:
        return True
    files = library.files()
    rows = generation.table.rows
    if len(files) != len(rows) + len(generation.skipped):
        return True
    if any(files.get(name) != tuple(mark) for name, mark in generation.skipped.items()):
        return True
    for row in rows:
        if files.get(row.id) != (row.size, row.mtime_ns):
            return True
        if any(file_mark(mark[0]) != mark for mark in row.data):
            return True
    return False

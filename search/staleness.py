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
    table = generation.table
    if len(files) != len(table) + len(generation.skipped):
        return True
    if any(files.get(name) != tuple(mark) for name, mark in generation.skipped.items()):
        return True
    known = zip(table.column("size"), table.column("mtime_ns"), strict=True)
    if list(known) != list(map(files.get, table.column("id"))):
        return True
    return any(file_mark(mark[0]) != mark for marks in table.column("data") for mark in marks)

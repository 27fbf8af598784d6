"""Documents by the names that people type: an id, a path, a title, a number, a post."""

from __future__ import annotations

import difflib
import unicodedata
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from store.exceptions import AmbiguousDocument, DocumentNotFound, InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from store.catalogue import Entry
    from store.workspace import Workspace


class Finder:
    """Looks names up in one state of a catalogue; what it needs is indexed at the first use."""

    def __init__(self, workspace: Workspace) -> None:
        """Look in this workspace."""
        self.workspace = workspace

    def resolve(self, wanted: str, *, suggest: bool = True) -> Entry:
        """See `Workspace.resolve`."""
        wanted = unicodedata.normalize("NFC", wanted.strip())
        catalogue = self.workspace.catalogue
        found = catalogue.get(wanted) or catalogue.get(self._as_id(wanted))
        if found is not None:
            return found
        title = wanted.removeprefix("《").removesuffix("》")
        fits = (
            self._by_name.get(title) or self._by_number.get(wanted) or self._by_position.get(wanted)
        )
        if fits:
            return self._only(wanted, fits)
        raise self._not_found(wanted, suggest=suggest)

    def near(self, wanted: str) -> list[str]:
        """The ids of the documents whose name looks most like this, best first, at most three."""
        entries, versions = self.workspace.entries, self.workspace.versions
        tail = wanted.rpartition("/")[2]
        names = {entry.id: entry.id for entry in entries}
        names |= {entry.meta.title: versions.present(entry).id for entry in entries}
        close = difflib.get_close_matches(wanted, names, n=3, cutoff=0.5)
        close += difflib.get_close_matches(tail, names, n=3, cutoff=0.5)
        close += [name for name in names if tail and tail in name][:3]
        return list(dict.fromkeys(names[name] for name in close))[:3]

    # -- indexes

    def _index(self, names: Callable[[Entry], Iterable[str]]) -> dict[str, list[Entry]]:
        found: dict[str, list[Entry]] = {}
        for entry in self.workspace.entries:
            for name in names(entry):
                if name:
                    found.setdefault(name, []).append(entry)
        return found

    @cached_property
    def _by_name(self) -> dict[str, list[Entry]]:
        return self._index(lambda e: {e.meta.title, e.name, e.id.rpartition("/")[2]})

    @cached_property
    def _by_number(self) -> dict[str, list[Entry]]:
        return self._index(lambda e: (e.meta.number,))

    @cached_property
    def _by_position(self) -> dict[str, list[Entry]]:
        return self._index(lambda e: (e.meta.position,))

    # -- the rest

    def _only(self, wanted: str, fits: list[Entry]) -> Entry:
        if len(fits) == 1:
            return fits[0]
        versions = self.workspace.versions
        if len({versions.family_name(entry) for entry in fits}) == 1:
            return versions.present(fits[0])
        raise AmbiguousDocument(wanted, [entry.id for entry in fits])

    def _not_found(self, wanted: str, *, suggest: bool) -> DocumentNotFound | InputError:
        named = self._as_id(wanted)
        for broken in self.workspace.catalogue.broken:
            if wanted in {broken.id, broken.id.rpartition("/")[2]} or broken.id == named:
                problem = broken.problem
                return InputError(
                    problem.message, hint=problem.hint, path=problem.path, line=problem.line
                )
        return DocumentNotFound(wanted, self.near(wanted) if suggest else [])

    def _as_id(self, wanted: str) -> str:
        """A path, relative or absolute, as an id; an id stays as it is."""
        text = wanted.replace("\\", "/").removesuffix(".md")
        path = Path(wanted)
        candidates = (
            [path] if path.is_absolute() else [Path.cwd() / path, self.workspace.root / path]
        )
        for candidate in candidates:
            try:
                inside = candidate.resolve().relative_to(self.workspace.kb.resolve())
            except (ValueError, OSError, RuntimeError):
                continue
            if candidate.suffix == ".md" or candidate.with_name(f"{candidate.name}.md").is_file():
                return inside.as_posix().removesuffix(".md")
        return text.removeprefix("./").removeprefix("kb/")

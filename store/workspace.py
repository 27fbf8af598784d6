"""The workspace: one folder of paperwork, opened once, asked for everything.

Begin here::

    workspace = Workspace.open(path)          # or Workspace.discover()
    entry = workspace.resolve("考勤与休假管理办法")
    document = workspace.load(entry)
"""

from __future__ import annotations

import difflib
import hashlib
import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from store import dependencies
from store.catalogue import Catalogue
from store.exceptions import (
    DocumentNotFound,
    EnvironmentRefused,
    KindNotFound,
    WenshuError,
    WorkspaceNotFound,
)
from store.files import decode, digest, is_network_path, read_bytes, reason
from store.finding import Finder
from store.kinds import OTHER, load_kinds
from store.model import Problem
from store.schema import convert
from store.settings import FILE_NAME, load_settings
from store.starter import starter_folder
from store.versions import Versions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from store import frontmatter
    from store.catalogue import Entry
    from store.document import Document, Meta
    from store.kinds import Kind
    from store.settings import Settings
    from store.units import Unit

ENVIRONMENT_VARIABLE = "WENSHU_WORKSPACE"


class Workspace:
    """A folder with `kb/`, and optionally `templates/` and `wenshu.toml`."""

    def __init__(self, root: Path) -> None:
        """Open the folder; use `open` or `discover`."""
        self.root = root
        self.kb = root / "kb"

    @classmethod
    def open(cls, path: str | Path) -> Workspace:
        """Open the workspace at this folder.

        Raises:
            WorkspaceNotFound: There is no `kb` folder in it.
        """
        root = Path(path).expanduser().absolute()
        if not (root / "kb").is_dir():
            raise WorkspaceNotFound(str(root))
        return cls(root)

    @classmethod
    def discover(cls, start: str | Path | None = None) -> Workspace:
        """Open what WENSHU_WORKSPACE names, else the nearest workspace at or above `start`.

        Raises:
            WorkspaceNotFound: There is none.
        """
        if start is None and (named := os.environ.get(ENVIRONMENT_VARIABLE)):
            return cls.open(named)
        folder = Path(start or Path.cwd()).absolute()
        for candidate in (folder, *folder.parents):
            if (candidate / "kb").is_dir():
                return cls(candidate)
        raise WorkspaceNotFound(str(folder))

    # -- settings, kinds, places ------------------------------------------------------------------

    @cached_property
    def settings(self) -> Settings:
        """What `wenshu.toml` says."""
        return load_settings(self.root / FILE_NAME)

    @cached_property
    def kinds(self) -> dict[str, Kind]:
        """Every kind by slug: the built-in ones, overlaid by `templates/`."""
        folders = [starter_folder() / "templates", self.root / "templates"]
        unique = list(dict.fromkeys(folder.resolve() for folder in folders if folder.is_dir()))
        return load_kinds(unique)

    @cached_property
    def _kind_names(self) -> dict[str, Kind]:
        names: dict[str, Kind] = {"other": OTHER, "其他": OTHER}
        for kind in self.kinds.values():
            for alias in kind.aliases:
                names.setdefault(alias.lower(), kind)
        for kind in self.kinds.values():
            names[kind.name] = names[kind.slug] = kind
        return names

    def find_kind(self, name: str) -> Kind | None:
        """The kind of this slug, Chinese name or alias, or None."""
        return self._kind_names.get(name.strip().lower()) or self._kind_names.get(name.strip())

    def kind(self, name: str) -> Kind:
        """The kind of this slug, Chinese name or alias.

        Raises:
            KindNotFound: There is none; the error lists the kinds.
        """
        kind = self.find_kind(name)
        if kind is None:
            near = difflib.get_close_matches(
                name, [k.name for k in self.kinds.values()], cutoff=0.4
            )
            raise KindNotFound(name, near or [kind.name for kind in self.kinds.values()])
        return kind

    def template_folders(self) -> list[Path]:
        """Where layouts and templates are looked for, the workspace's own first."""
        folders = [self.root / "templates", starter_folder() / "templates"]
        return [folder for folder in folders if folder.is_dir()]

    @cached_property
    def cache(self) -> Path:
        """The folder for what may be deleted at any time.

        `.wenshu/cache` in the workspace, or the user's own cache folder when the workspace is
        read-only or on a network drive.
        """
        folder = self.root / ".wenshu" / "cache"
        if not is_network_path(self.root):
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError:
                pass
            else:
                if os.access(folder, os.W_OK):
                    return folder
        return self._user_cache()

    def _user_cache(self) -> Path:
        import platformdirs  # noqa: PLC0415 - the rare case

        name = hashlib.sha256(str(self.root).encode("utf-8", "surrogateescape")).hexdigest()[:16]
        folder = Path(platformdirs.user_cache_dir("wenshu", appauthor=False)) / name
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise EnvironmentRefused(
                f"无法建立缓存文件夹 {folder}：{reason(error)}。",
                hint="请让当前用户可以写资料库或自己的主目录。",
            ) from error
        return folder

    @property
    def history(self) -> Path:
        """The folder with every text that Wenshu overwrote."""
        return self.root / ".wenshu" / "history"

    @property
    def data(self) -> Path:
        """The folder for what is permanent: accounts, drafts, records."""
        return self.root / ".wenshu" / "data"

    # -- documents ------------------------------------------------------------------------------

    @cached_property
    def catalogue(self) -> Catalogue:
        """Every document with its front matter."""
        try:
            store = self.cache / "catalogue.json"
        except EnvironmentRefused:
            store = None
        return Catalogue(self.kb, store, self.find_kind)

    @property
    def entries(self) -> list[Entry]:
        """The catalogue's entries, in order of ids."""
        return self.catalogue.entries

    @cached_property
    def versions(self) -> Versions:
        """Families and what is in force when."""
        return Versions(self.catalogue.entries, self.kinds)

    @cached_property
    def _finder(self) -> Finder:
        return Finder(self)

    def refresh(self) -> bool:
        """Notice what changed on the disk; True when anything did."""
        changed = self.catalogue.refresh()
        if changed:
            self.__dict__.pop("versions", None)
            self.__dict__.pop("_finder", None)
        return changed

    def entry(self, document_id: str) -> Entry:
        """The entry with exactly this id.

        Raises:
            DocumentNotFound: There is none.
        """
        found = self.catalogue.get(document_id)
        if found is None:
            raise DocumentNotFound(document_id, self._finder.near(document_id))
        return found

    def resolve(self, wanted: str, *, suggest: bool = True) -> Entry:
        """The document that an id, a path or a unique title names.

        A title that several versions share means the version in force today, else the newest.

        Args:
            wanted: What was typed.
            suggest: Look for near names when nothing fits, which takes its time.

        Raises:
            DocumentNotFound: None fits; the error names the nearest.
            AmbiguousDocument: Several fit.
            InputError: The file named is no document.
        """
        return self._finder.resolve(wanted, suggest=suggest)

    # -- bodies ---------------------------------------------------------------------------------

    def load(
        self,
        wanted: str | Entry,
        *,
        data: Sequence[Path] = (),
        values: Mapping[str, object] | None = None,
        blank: bool = False,
        length: str | None = None,
        strict: bool = False,
    ) -> Document:
        """Read a document and parse its body, figures filled in where data is there.

        Args:
            wanted: An entry, or what `resolve` takes.
            data: Further metric files (`--data`).
            values: Further names (`--set`, a row of a batch).
            blank: Print each place to fill by hand as a blank.
            length: 详版, 简版 or 一页版 of a summary; None prints everything.
            strict: Raise where the figures can't be filled in, instead of noting a problem.

        Raises:
            InputError: The file cannot be read, or is no document; when `strict`, also: a metric
                file is missing or unreadable, or the Jinja text has an error.
            MissingNamesError: When `strict`: names are missing where they would print.
        """
        from store.loading import load_document  # noqa: PLC0415 - listing needs no parser

        entry = self.resolve(wanted) if isinstance(wanted, str) else wanted
        return load_document(
            self, entry, data=data, values=values, blank=blank, length=length, strict=strict
        )

    def read(self, entry: Entry) -> tuple[str, frontmatter.FrontMatter, Meta, list[Problem], str]:
        """A file as (text, front matter, typed front matter, problems, hash).

        Raises:
            InputError: The file cannot be read, or is no document.
        """
        raw = read_bytes(entry.path)
        text = decode(raw, entry.path)
        from store import frontmatter  # noqa: PLC0415 - PyYAML costs start-up, searching needs none

        found = frontmatter.parse(text, str(entry.path))
        converted = convert(found.values, self.find_kind, found.lines, str(entry.path))
        meta = converted.meta
        problems = converted.problems
        problems += [
            Problem(
                str(entry.path), line, "error", "double-key", f"“{key}”写了两次。", "请只保留一处。"
            )
            for key, line in found.doubles.items()
        ]
        meta.title = meta.title or entry.name
        return text, found, meta, problems, digest(raw)

    def units_of(self, entry: Entry) -> list[Unit]:
        """The search units of a document, figures filled in."""
        from store.units import units_of  # noqa: PLC0415 - searching needs no units

        document = self.load(entry)
        line = next((entry.lines[f] for f in ("标题", "title") if f in entry.lines), 1)
        return units_of(document, line)

    def data_paths(self, entry: Entry) -> list[Path]:
        """The metric files that the front matter names."""
        return [entry.path.parent / name for name in entry.meta.data]

    def metric_files(self, entry: Entry) -> list[Path]:
        """The metric files that the front matter names, with those that they add up (汇总)."""
        return dependencies.metric_files(self.data_paths(entry))

    def referred(self, entry: Entry) -> tuple[str, ...]:
        """The documents whose labels this one prints, as it names them; its file is read once."""
        return dependencies.referred(entry.path, entry.hash)

    def fingerprint(self, entry: Entry, referred: Sequence[str] | None = None) -> str:
        """What the indexed text of a document depends on, as one hash.

        The file, its metric files and what they add up (by size and time), the documents whose
        labels it prints, its kind's numbering and weight, the company's names in `wenshu.toml`.

        Args:
            entry: The document.
            referred: What `referred` gives for it, where that is known: its file is not read.
        """
        parts = [entry.hash, self._kind_prints.get(entry.meta.kind, ""), self._company_print]
        parts += map(dependencies.mark, self.metric_files(entry))
        for name in self.referred(entry) if referred is None else referred:
            parts.append(f"{name}:{self._print_of(name)}")
        return digest("|".join(parts).encode())

    def _print_of(self, wanted: str) -> str:
        """What the labels of another document depend on."""
        try:
            other = self.resolve(wanted, suggest=False)
        except WenshuError:
            return "-"
        return f"{other.id}:{other.hash}:{self._kind_prints.get(other.meta.kind, '')}"

    @cached_property
    def _kind_prints(self) -> dict[str, str]:
        return {
            slug: repr((kind.name, kind.numbering, kind.life_cycle, kind.weight))
            for slug, kind in self.kinds.items()
        }

    @cached_property
    def _company_print(self) -> str:
        return repr(sorted(self.settings.company.items()))

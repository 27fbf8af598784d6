"""On which other files the text of a document depends: what a roll-up adds up, what it refers to.

Both are looked up again only when the file that names them changed.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from store.exceptions import WenshuError
from store.files import decode, read_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_REFERENCE: Final = re.compile(r"\[\s*\]\(\s*<?((?:[^()<>#\n]|\([^()<>\n]*\))+)#[^()<>\n]*>?\s*\)")
_YAML: Final = frozenset({".yaml", ".yml"})
_ROLL_UP: Final = "汇总"


@lru_cache(maxsize=4096)
def referred(path: Path, content_hash: str) -> tuple[str, ...]:  # noqa: ARG001 - when to read anew
    """The other documents whose labels a document prints, as they are named in it."""
    try:
        text = decode(read_bytes(path), path)
    except WenshuError:
        return ()
    names = (name.strip() for name in _REFERENCE.findall(text))
    return tuple(dict.fromkeys(name for name in names if name and "://" not in name))


def mark(path: Path) -> str:
    """A file's name, size and time."""
    try:
        status = path.stat()
    except OSError:
        return f"{path.name}:-"
    return f"{path.name}:{status.st_size}:{status.st_mtime_ns}"


def metric_files(paths: Iterable[Path]) -> list[Path]:
    """Metric files with those that they add up (汇总), each once."""
    return list(dict.fromkeys(found for path in paths for found in _with_members(path, ())))


def _with_members(path: Path, above: tuple[Path, ...]) -> Iterator[Path]:
    yield path
    if path.suffix.lower() in _YAML and path not in above:
        for member in _members(path, mark(path)):
            yield from _with_members(member, (*above, path))


@lru_cache(maxsize=512)
def _members(path: Path, _mark: str) -> tuple[Path, ...]:
    try:
        text = decode(read_bytes(path), path)
        if _ROLL_UP not in text:
            return ()
        from store.metric_yaml import read_yaml  # noqa: PLC0415 - few documents have roll-ups

        members = read_yaml(text, path).head.get(_ROLL_UP)
    except WenshuError:
        return ()
    found = members.values() if isinstance(members, dict) else ()
    return tuple(path.parent / str(name) for name in found)

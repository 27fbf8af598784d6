"""The process that reads files: one request a message on stdin, drafts back on stdout.

A file that crashes, hangs or eats memory takes this process with it and nothing else;
`importer.workers` starts another.
"""

from __future__ import annotations

import pickle
import struct
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from importer.model import Draft
    from store.kinds import Kind

MEMORY_LIMIT: Final = 500 * 1024 * 1024
LARGE_TEXT: Final = 4 * 1024 * 1024


def send(stream: IO[bytes], message: object) -> None:
    """Write one message."""
    data = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    stream.write(struct.pack(">Q", len(data)))
    stream.write(data)
    stream.flush()


def receive(stream: IO[bytes]) -> Any | None:
    """Read one message; None at the end. Only our own processes write to these pipes."""
    head = stream.read(8)
    if len(head) < 8:
        return None
    return pickle.loads(stream.read(struct.unpack(">Q", head)[0]))  # noqa: S301 - our own pipe


def documents_of(
    path: Path, name: str, kinds: dict[str, Kind], given: Mapping[int, str]
) -> Iterator[Draft | str]:
    """The encoding of a file first, then its documents one by one.

    Args:
        path: Where its bytes lie.
        name: Its name.
        kinds: The workspace's kinds.
        given: The kinds that a person gave to its documents, by their place.

    Raises:
        InputError: It cannot be read.
    """
    from importer.drafting import draft_all  # noqa: PLC0415
    from importer.reading import read, sort_of  # noqa: PLC0415

    sort = sort_of(path, name)
    if sort == "text" and path.stat().st_size > LARGE_TEXT:
        from importer.large import large_text  # noqa: PLC0415

        yield from large_text(path, name, kinds)
        return
    reading = read(path, name, sort)
    yield reading.encoding
    yield from draft_all(reading, name, kinds, given)


def _limit_memory() -> None:
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return
    base = 200 * 1024 * 1024  # what the interpreter and its libraries map before any file
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT + base, MEMORY_LIMIT + base))


def main() -> None:
    """Serve requests until stdin ends."""
    from store.exceptions import WenshuError  # noqa: PLC0415

    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr
    kinds = receive(requests)
    _limit_memory()
    while (request := receive(requests)) is not None:
        path, name, given = request
        try:
            for message in documents_of(Path(path), name, kinds or {}, given):
                send(answers, ("encoding" if isinstance(message, str) else "draft", message))
        except WenshuError as error:
            send(answers, ("error", error.message))
        except MemoryError:
            send(answers, ("error", f"读取时内存超过 {MEMORY_LIMIT >> 20} MB 的上限，已跳过。"))
        except Exception as error:  # noqa: BLE001 - one file must not stop the others
            send(answers, ("error", f"读取时出错（{type(error).__name__}：{str(error)[:120]}）。"))
        send(answers, ("done", None))


if __name__ == "__main__":
    main()

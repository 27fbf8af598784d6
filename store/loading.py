"""A file into a document: front matter, figures, body, references.

What is wrong with the content becomes a problem of the document; only a file that cannot be read at
all raises.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from store import frontmatter
from store.anchors import reference_labels
from store.context import build_context
from store.document import Document
from store.exceptions import DocumentNotFound, InputError
from store.files import decode, is_file, read_bytes
from store.kinds import OTHER
from store.model import Problem
from store.parser import parse_lines
from store.schema import line_of
from store.templating import RenderedBody, plain_lines, render_body, wants_rendering

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from store.catalogue import Entry
    from store.document import Meta
    from store.frontmatter import FrontMatter
    from store.kinds import Numbering
    from store.metrics import MetricSet
    from store.references import Resolver
    from store.workspace import Workspace


@dataclass(slots=True)
class Loading:
    """What one loading gathers besides the document."""

    metrics: MetricSet | None
    context: dict[str, object]
    problems: list[Problem]


def load_document(
    workspace: Workspace,
    entry: Entry,
    *,
    data: Sequence[Path] = (),
    values: Mapping[str, object] | None = None,
    blank: bool = False,
    length: str | None = None,
    strict: bool = False,
) -> Document:
    """Read, fill and parse one document; see `Workspace.load`."""
    text, found, meta, problems, content_hash = workspace.read(entry)
    loading = prepare(workspace, entry, meta, found, data=data, values=values or {}, length=length)
    problems += loading.problems
    wanted = bool(meta.data or data or values or blank) or wants_rendering(found.body)
    if wanted:
        rendered = render_body(
            found.body, found.body_line, loading.context, path=str(entry.path), blank=blank
        )
    else:
        rendered = RenderedBody(plain_lines(found.body, found.body_line))
    if any(problem.severity == "error" for problem in loading.problems):
        # Without its figures a text lacks every name; the cause is told already.
        rendered.problems = [p for p in rendered.problems if p.code != "missing-name"]
    problems += rendered.problems
    if strict:
        _refuse(loading.problems + rendered.problems, rendered)
    problems += [
        Problem(str(entry.path), 1, "warning", "figure-warning", text, "请核对数据文件。")
        for text in rendered.warnings
    ]
    kind = workspace.kinds.get(meta.kind, OTHER)
    body = parse_lines(
        rendered.lines,
        kind.numbering,
        path=str(entry.path),
        figures=rendered.figures,
        resolve=_resolver(workspace),
    )
    if length or "〔可略〕" in text:
        from store.lengths import shorten  # noqa: PLC0415 - summaries only

        shorten(body, length)
    return Document(
        id=entry.id,
        path=entry.path,
        meta=meta,
        kind=kind,
        source=text,
        body=body,
        problems=problems + body.problems,
        content_hash=content_hash,
        metrics=loading.metrics,
        context=loading.context,
    )


def _refuse(problems: list[Problem], rendered: RenderedBody) -> None:
    """Raise for what keeps figures from being filled in.

    Raises:
        InputError: A metric file is missing or unreadable, or the Jinja text has an error.
        MissingNames: Names are missing where they would print.
    """
    for problem in problems:
        if problem.severity == "error" and problem.code != "missing-name":
            raise InputError(
                problem.message, hint=problem.hint, path=problem.path, line=problem.line
            )
    if rendered.missing:
        from store.missing import MissingNames  # noqa: PLC0415 - most documents miss nothing

        raise MissingNames(rendered.missing)


def prepare(
    workspace: Workspace,
    entry: Entry,
    meta: Meta,
    found: FrontMatter | None = None,
    *,
    data: Sequence[Path] = (),
    values: Mapping[str, object] | None = None,
    length: str | None = None,
) -> Loading:
    """Load the metric files of a document and make its context."""
    line = line_of("data", found.lines) if found is not None else 1
    paths, problems = _data_files(workspace, entry, meta, line)
    metrics = _load_metrics(workspace, [*paths, *data])
    names = metrics.context(length) if metrics is not None else {}
    if metrics is not None:
        problems += metrics.problems
    context, clashes = build_context(meta, workspace.settings.company, names, values or {})
    problems += [
        Problem(str(entry.path), line, "warning", "name-clash", text, "改名可以避免混淆。")
        for text in clashes
    ]
    return Loading(metrics, context, problems)


def _data_files(
    workspace: Workspace, entry: Entry, meta: Meta, line: int
) -> tuple[list[Path], list[Problem]]:
    paths: list[Path] = []
    problems: list[Problem] = []
    root = workspace.root.resolve()
    for name in meta.data:
        path = (entry.path.parent / name).resolve()
        if not path.is_relative_to(root):
            problems.append(
                Problem(
                    str(entry.path),
                    line,
                    "error",
                    "data-outside",
                    f"数据文件“{name}”不在资料库里。",
                    "请把它复制到文档旁边再引用。",
                )
            )
        elif not is_file(path):
            problems.append(
                Problem(
                    str(entry.path),
                    line,
                    "error",
                    "dead-data",
                    f"数据文件“{name}”不存在。",
                    "路径相对于文档所在的文件夹，请核对文件名。",
                )
            )
        else:
            paths.append(path)
    return paths, problems


def _load_metrics(workspace: Workspace, paths: list[Path]) -> MetricSet | None:
    if not paths:
        return None
    from store.metrics import load_workspace_metrics  # noqa: PLC0415 - most hold no figures

    return load_workspace_metrics(workspace, paths)


def _resolver(workspace: Workspace) -> Resolver:
    """Looks up `document#anchor`: the document by id, path or unique title."""

    def resolve(target: str) -> str | None:
        wanted, _, anchor = target.partition("#")
        try:
            other = workspace.resolve(wanted, suggest=False)
            if not anchor:
                return f"《{other.meta.title}》"
            numbering = workspace.kinds.get(other.meta.kind, OTHER).numbering
            return _labels_of(other.path, other.hash, numbering).get(anchor)
        except (DocumentNotFound, InputError):
            return None

    return resolve


@lru_cache(maxsize=256)
def _labels_of(
    path: Path,
    content_hash: str,  # noqa: ARG001 - tells when to read anew
    numbering: Numbering,
) -> Mapping[str, str]:
    """What references into another document print; its own references stay unresolved here."""
    parts = frontmatter.split(decode(read_bytes(path), path))
    body, line = (parts[1], parts[2]) if parts else ("", 1)
    return reference_labels(parse_lines(plain_lines(body, line), numbering))

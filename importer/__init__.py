"""Old files into structured Markdown: Word, web pages, text, PDF, spreadsheets, archives.

    from importer import import_paths

    result = import_paths(workspace, [Path("旧制度")], dry_run=True)

Readers (`importer.reading`) turn a file into pieces, each with its line; `importer.cleaning`
takes the noise out, `importer.splitting` cuts a compilation into its documents,
`importer.outline` finds headings and clauses and gives lost numbers back, `importer.markdown`
writes what `store.parser` reads. Nothing is invented: a gap stays a gap with a warning, and
every source line is in a document or in a warning.
"""

from __future__ import annotations

from importer.result import Result
from importer.session import import_paths

__all__ = ["Result", "import_paths"]

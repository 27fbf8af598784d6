"""Measure an existing Word file against a layout: `wenshu inspect FILE.docx`.

reading    the file as paragraphs with what Word makes of their formatting
checks     each rule: what was found, what was wanted, where
report     the deviations together
"""

from __future__ import annotations

from generator.inspect.report import Deviation, Report, inspect_document

__all__ = ["Deviation", "Report", "inspect_document"]

"""References to numbers that a source keeps as such: they stay references in the Markdown."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from store.numerals import CIRCLED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from importer.model import Node, Run


def label_key(label: str) -> str:
    """A label for comparing: `1、` like `1.`, `(一)` like `（一）`."""
    if label and label[0] in CIRCLED:
        return label[0]
    text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", label))
    return text.rstrip("、.．")


@dataclass(slots=True)
class References:
    """The references of a document that print just the number of what they point at.

    Attributes:
        links: From the link of a run and the number it says to the id of its target.
        marks: From a target (by `id()`) to its id.
    """

    links: dict[tuple[str, str], str] = field(default_factory=dict)
    marks: dict[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, nodes: Sequence[Node]) -> References:
        """Find them: the text of each is the label of the numbered piece with its bookmark."""
        every = [node for top in nodes for node in top.walk()]
        targets = {
            f"#{name}": node
            for node in every
            if node.label and not node.piece.counted
            for name in node.piece.anchors
        }
        found = cls()
        for run in (run for node in every if targets for run in node.runs):
            target = targets.get(run.link)
            if target is not None and label_key(run.text) == label_key(target.label):
                identity = found.marks.setdefault(id(target), f"ref-{len(found.marks) + 1}")
                found.links[run.link, label_key(run.text)] = identity
        return found

    def to(self, run: Run) -> str:
        """The id that a run refers to; empty where it is text."""
        return self.links.get((run.link, label_key(run.text)), "") if self.links else ""

    def mark(self, node: Node) -> str:
        """What ends the line of a target."""
        identity = self.marks.get(id(node))
        return f" {{: #{identity}}}" if identity else ""

"""The heart of Wenshu: workspace, documents, kinds, versions, checking, metrics.

Begin here::

    from store import Workspace

    workspace = Workspace.open(path)
"""

from __future__ import annotations

from store.exceptions import WenshuError
from store.workspace import Workspace

__all__ = ["WenshuError", "Workspace"]

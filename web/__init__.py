"""The web page of Wenshu: `create_app` makes the Flask application over one workspace.

from web import WebConfig, create_app

app = create_app("资料库", config=WebConfig(read_only=True))
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from web.config import WebConfig

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

__all__ = ["WebConfig", "create_app"]


def create_app(workspace_path: str | Path, *, config: WebConfig | None = None) -> Flask:
    """The application over the workspace at this folder; see `web.app`."""
    from web.app import build  # noqa: PLC0415 - Flask is imported when it is used

    return build(workspace_path, config)

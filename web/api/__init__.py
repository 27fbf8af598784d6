"""The JSON API: the same objects as the commands' `--json`, under the person's rights.

Every job of the pages for scripts. `web.api.table` holds what is asked and given; the modules fill
it, and from it come the rules, the checks and the description.
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint

from web.api import (
    attachments,
    importing,
    keeping,
    making,
    metadata,
    metrics,
    reading,
    table,
    templates,
    writing,
)

__all__ = ["blueprint"]

blueprint: Final = Blueprint("api", __name__, url_prefix="/api")
_MODULES: Final = (
    reading,
    writing,
    metadata,
    attachments,
    making,
    metrics,
    importing,
    templates,
    keeping,
)
table.register(blueprint)

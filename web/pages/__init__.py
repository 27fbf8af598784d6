"""The pages: a blueprint for each of the jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from web import api
from web.pages import (
    account,
    admin,
    attachment,
    bring,
    document,
    edit,
    edit_acts,
    edit_files,
    edit_meta,
    edit_word,
    find,
    keep,
    messages,
    oidc,
    page,
    printing,
    side_by_side,
    templates,
    year,
)

if TYPE_CHECKING:
    from flask import Blueprint

# The parts of `edit` put their pages on its blueprint.
__all__ = ["blueprints", "edit_acts", "edit_files", "edit_meta", "edit_word", "side_by_side"]


def blueprints() -> list[Blueprint]:
    """All of them."""
    modules = (
        page, account, oidc, admin, find, document, attachment, printing, messages, keep, edit,
        year, bring, templates, api,
    )  # fmt: skip
    return [module.blueprint for module in modules]

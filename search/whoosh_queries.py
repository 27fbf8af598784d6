"""Whoosh's query classes under names that are typed; the one place that imports them."""

from __future__ import annotations

from whoosh.query.compound import And, AndMaybe, AndNot, Or, Require
from whoosh.query.positional import Phrase
from whoosh.query.qcore import Every, NullQuery, Query
from whoosh.query.terms import Prefix, Term
from whoosh.query.wrappers import Not

__all__ = [
    "And",
    "AndMaybe",
    "AndNot",
    "Every",
    "Not",
    "NullQuery",
    "Or",
    "Phrase",
    "Prefix",
    "Query",
    "Require",
    "Term",
]

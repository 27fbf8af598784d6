"""What to try when a search found nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from search.syntax import Request
    from search.terms import Question


def wider(request: Request, question: Question) -> list[str]:
    """Wider queries, the nearest first: mended, without quotes, without filters, word by word."""
    plain = request.plain
    found = []
    if question.mended:
        found.append(question.folded)
    named = "".join(f"《{title}》" for title in request.titles)
    if request.phrases or request.excluded or request.tree is not None:
        found.append(f"{named} {plain}".strip())
    if request.filters or request.refused or request.label:
        found.append(f"{named}{request.label} {plain}".strip())
    if not request.phrases and len(question.words) > 1:
        words = sorted(question.words, key=len, reverse=True)
        found += words[:3]
    known = "" if request.filters or request.refused else request.text
    return [text for text in dict.fromkeys(found) if text and text != known]

"""One file that holds several documents, cut at their titles.

Titles are known by their count (客户部 第3篇, 范文二, 职责篇2), by a title style, by a separator line, by
a line that repeats, or by a title after which the numbering begins anew.
"""  # noqa: E501

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from importer.joining import ends_sentence
from importer.marks import read_mark
from importer.traditional import simplified
from store.numerals import CHINESE_PATTERN, read_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from importer.model import Piece

_NUMBER: Final = rf"(?:{CHINESE_PATTERN}{{1,4}}|[0-9０-９]{{1,3}})"
_LONGEST: Final = 60
_PATTERNS: Final = (
    (
        "第一篇",
        re.compile(
            rf"^(?P<before>[^。；;]{{0,50}}?)[\s\u3000]*[【（(\[]?第\s?(?P<number>{_NUMBER})\s?篇[】）)\]]?[\s\u3000:：、]*(?P<after>[^。；;]{{0,50}})$"
        ),
    ),
    (
        "篇一",
        re.compile(
            rf"^(?P<before>[^。；;，,]{{0,45}}?)[\s\u3000]*[【（(\[]?篇\s?(?P<number>{_NUMBER})[】）)\]]?[\s\u3000:：、]*(?P<after>[^。；;，,]{{0,45}})$"
        ),
    ),
    (
        "范文一",
        re.compile(
            rf"^(?P<before>[^。；;，,]{{0,30}}?)[\s\u3000]*[【（(\[]?(?:范文|例文|样文|范例|样本)\s?(?P<number>{_NUMBER})[】）)\]]?[\s\u3000:：、]*(?P<after>[^。；;，,]{{0,45}})$"
        ),
    ),
)
_SEPARATOR: Final = re.compile(r"^\s*(?:[-－—–_=＝*＊#~～◆●☆★※]\s*){5,}$")  # noqa: RUF001
_DOCUMENT_WORD: Final = re.compile(
    r"(?:制度|办法|规定|细则|守则|规范|准则|规程|职责|职能|说明书|承诺书?|总结|报告|方案|事迹|合同|协议书?|通知|条例|须知|计划)(?:[（(].{1,12}[）)])?$"
)


@dataclass(slots=True, frozen=True)
class Cut:
    """Where a document begins.

    Attributes:
        at: Index of the title's piece; where there is no title, of the first piece.
        title: The title without its count; empty when none stands.
        ordinal: Its count as printed (第3篇), empty when it has none.
        level: 1 for documents of a compilation, 2 for the parts of one of them.
        how: The code of the reason.
        titled: The piece at `at` is the title and not text.
    """

    at: int
    title: str
    ordinal: str = ""
    level: int = 1
    how: str = "numbered-titles"
    titled: bool = True


@dataclass(slots=True)
class _Counted:
    at: int
    number: int
    title: str
    ordinal: str


@dataclass(slots=True)
class Split:
    """The cuts in order; what stands before the first is the compilation's own opening."""

    cuts: list[Cut] = field(default_factory=list)
    gaps: list[tuple[int, str]] = field(default_factory=list)


def could_be_title(text: str) -> bool:
    """A cheap look at one line, for files that are too large to hold."""
    text = text.strip()
    if not text or len(text) > _LONGEST:
        return False
    return bool(_SEPARATOR.match(text)) or any(pattern.match(text) for _, pattern in _PATTERNS)


def split(pieces: Sequence[Piece]) -> Split:
    """Find the documents of a file; one document gives no cut."""
    by_form: dict[str, list[_Counted]] = defaultdict(list)
    for at, piece in enumerate(pieces):
        if found := _counted(at, piece):
            by_form[found[0]].append(found[1])
    series = {form: run for form, marks in by_form.items() if (run := _consecutive(marks))}
    if series:
        return _from_series(pieces, series)
    for method in (_by_styles, _by_separators, _by_repeats, _by_restarts):
        cuts = method(pieces)
        if len(cuts) > 1:
            return Split(cuts)
    return Split()


def _counted(at: int, piece: Piece) -> tuple[str, _Counted] | None:
    text = piece.text.strip()
    if (
        piece.type != "text"
        or not text
        or len(text) > _LONGEST
        or "精选" in text
        or ends_sentence(text)
    ):
        return None
    for form, pattern in _PATTERNS:
        match = pattern.match(text)
        if not match:
            continue
        before, after = match["before"].strip(" 　:：-—"), match["after"].strip(" 　:：-—")
        ordinal = text[match.start("number") - 1 : match.end("number") + 1].strip(
            " 　:：【】（）()[]"
        )
        title = after or before
        if form == "篇一" and not before and not after:
            ordinal = text
        return form, _Counted(at, read_number(match["number"]), title, ordinal)
    return None


def _consecutive(marks: list[_Counted]) -> list[_Counted]:
    """Those that count on; a table of contents at the top, which counts too, gives way."""
    if len(marks) < 2:
        return []
    runs: list[list[_Counted]] = []
    for mark in marks:
        if runs and 0 < mark.number - runs[-1][-1].number <= 3:
            runs[-1].append(mark)
        else:
            runs.append([mark])
    runs = [run for run in runs if len(run) > 1]
    if not runs:
        return []
    dense = [run for run in runs if run[-1].at - run[0].at >= 2 * (len(run) - 1)]
    return (
        max(dense or runs, key=len)
        if len(runs) == 1 or not dense
        else [m for run in dense for m in run]
    )


def _from_series(pieces: Sequence[Piece], series: dict[str, list[_Counted]]) -> Split:
    """The series that spans most is the documents; another one inside it is their parts."""
    outer_form = min(series, key=lambda form: (series[form][0].at, -len(series[form])))
    outer = series.pop(outer_form)
    found = Split()
    starts = [mark.at for mark in outer] + [len(pieces)]
    for place, mark in enumerate(outer):
        if place and mark.number != outer[place - 1].number + 1 and mark.number != 1:
            found.gaps.append((pieces[mark.at].line, mark.ordinal))
        title = mark.title or _title_below(pieces, mark.at)
        found.cuts.append(Cut(mark.at, title, mark.ordinal))
        for inner in series.values():
            inside = [one for one in inner if starts[place] < one.at < starts[place + 1]]
            found.cuts.extend(_parts(pieces, inside, starts[place]))
    return found


def _title_below(pieces: Sequence[Piece], at: int) -> str:
    following = pieces[at + 1].text.strip() if at + 1 < len(pieces) else ""
    return following if is_title_like(following) else ""


def _parts(pieces: Sequence[Piece], inside: list[_Counted], start: int) -> list[Cut]:
    if not inside:
        return []
    cuts = [Cut(one.at, one.title, one.ordinal, level=2) for one in inside]
    first = start + 1
    if inside[0].number == 2 and first < inside[0].at:
        title = pieces[first].text.strip()
        titled = is_title_like(title)
        cuts.insert(0, Cut(first, title if titled else "", "", level=2, titled=titled))
    return cuts


def names_document(text: str) -> bool:
    """Whether a title ends in a word for a document: …制度, …办法, …总结."""
    return bool(_DOCUMENT_WORD.search(simplified(text.strip())))


def is_title_like(text: str) -> bool:
    """A short line that is no sentence, no numbered item and no field to fill."""
    text = text.strip()
    if not text or len(text) > 45 or ends_sentence(text) or text[-1] in "，,、：:":
        return False
    if re.match(r"[^\s:：]{1,8}[:：]", text):
        return False
    mark = read_mark(text)
    return mark is None or mark.weak


def _by_styles(pieces: Sequence[Piece]) -> list[Cut]:
    """Paragraphs in a title style (or a web page's h1), with text between them."""
    at = [i for i, piece in enumerate(pieces) if piece.title and piece.text.strip()]
    at = [i for place, i in enumerate(at) if place == 0 or i - at[place - 1] > 3]
    return [Cut(i, pieces[i].text.strip(), how="title-styles") for i in at] if len(at) > 1 else []


def _by_separators(pieces: Sequence[Piece]) -> list[Cut]:
    """Lines of dashes, each with a title below and text on both sides."""
    cuts = []
    for at, piece in enumerate(pieces):
        ruled = piece.type == "rule" or (piece.type == "text" and _SEPARATOR.match(piece.text))
        if not ruled or at + 2 >= len(pieces):
            continue
        title = pieces[at + 1].text.strip()
        if is_title_like(title) and _DOCUMENT_WORD.search(title):
            cuts.append(Cut(at + 1, title, how="separators"))
    if not cuts:
        return []
    first = next(
        (i for i, piece in enumerate(pieces) if piece.text.strip() and not is_rule(piece)), 0
    )
    if first < cuts[0].at - 2:
        title = pieces[first].text.strip()
        titled = is_title_like(title)
        cuts.insert(0, Cut(first, title if titled else "", how="separators", titled=titled))
    return cuts


def is_rule(piece: Piece) -> bool:
    """A separator line."""
    return piece.type == "rule" or (piece.type == "text" and bool(_SEPARATOR.match(piece.text)))


def _begins_list(pieces: Sequence[Piece], at: int) -> bool:
    """Whether numbering begins (with its first number) right below this line."""
    for piece in pieces[at + 1 : at + 4]:
        text = f"{piece.label}{piece.text}".strip()
        mark = read_mark(text)
        if mark is not None:
            return mark.number == 1
    return False


def _by_repeats(pieces: Sequence[Piece]) -> list[Cut]:
    """A title line that repeats, each time with a list that begins below it."""
    counts = Counter(p.text.strip() for p in pieces if p.type == "text" and is_title_like(p.text))
    repeated = {text for text, count in counts.items() if count > 1 and _DOCUMENT_WORD.search(text)}
    if not repeated:
        return []
    return [
        Cut(at, piece.text.strip(), how="repeated-title")
        for at, piece in enumerate(pieces)
        if piece.text.strip() in repeated and _begins_list(pieces, at)
    ]


def _by_restarts(pieces: Sequence[Piece]) -> list[Cut]:
    """Titles by their words (…制度, …办法) after which the outermost numbering begins anew."""
    cuts: list[Cut] = []
    seen: set[str] = set()
    for at, piece in enumerate(pieces):
        text = piece.text.strip()
        titled = piece.type == "text" and not piece.label and is_title_like(text)
        first = _first_scheme(pieces, at) if titled and _DOCUMENT_WORD.search(text) else ""
        if first and (not cuts or first in seen):
            cuts.append(Cut(at, text, how="numbering-restarts"))
            seen = {first}
    return cuts


def _first_scheme(pieces: Sequence[Piece], at: int) -> str:
    for piece in pieces[at + 1 : at + 6]:
        mark = read_mark(f"{piece.label}{piece.text}".strip())
        if mark is not None:
            outermost = mark.rank <= 5
            return mark.scheme if mark.number == 1 and outermost else ""
    return ""

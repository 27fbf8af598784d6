"""Web pages into pieces: the main text, without navigation, advertising and scripts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from lxml import etree
from lxml import html as lxml_html

from importer import html_word
from importer.cleaning import clean_text
from importer.html_charset import charset_of
from importer.html_noise import is_noise, main_part, outside
from importer.html_page import Page
from importer.model import Doubt, Reading
from importer.text import printed_encoding
from store.exceptions import InputError

if TYPE_CHECKING:
    from importer.model import Piece

MAX_HTML: Final = 40 * 1024 * 1024


def read_html(data: bytes, header: str = "") -> Reading:
    """Read a web page.

    Args:
        data: Its bytes.
        header: The encoding that came with it, where one did.

    Raises:
        InputError: It holds no text.
    """
    if len(data) > MAX_HTML:
        raise InputError(f"网页有 {len(data) >> 20} MB，超过 {MAX_HTML >> 20} MB 的上限。")
    encoding = charset_of(data, header)
    found = read_page(data.decode("big5hkscs" if encoding == "big5" else encoding, "replace"))
    found.encoding = printed_encoding(encoding)
    return found


def read_page(text: str) -> Reading:
    """Read a web page that is text already, or a part of one.

    Raises:
        InputError: It holds no text, or nests too deep.
    """
    text = html_word.without_conditions(text.replace("\0", ""))
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    try:
        root = lxml_html.document_fromstring(
            text, parser=lxml_html.HTMLParser(huge_tree=False, encoding=None)
        )
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise InputError("网页里没有可以导入的文字。") from error
    html_word.prepare(root)
    found = Reading()
    body = root.find("body")
    body = root if body is None else body
    part = main_part(body)
    page = Page(found)
    try:
        if part is not body and (rest := outside(body, part)):
            page.leave_out(part, rest)
        page.read(part)
        if pictures := sum(not is_noise(one) for one in part.iter("img")):
            text = f"网页里的 {pictures} 张图片没有导入。"
            found.doubts.append(Doubt(0, "picture-left-out", text))
    except RecursionError as error:
        raise InputError("网页的嵌套过深，没有读取。") from error
    _settle_titles(found.pieces)
    title = root.findtext(".//title")
    if title and not any(piece.title for piece in found.pieces):
        found.facts["标题"] = _site_title(title)
    return found


def _settle_titles(pieces: list[Piece]) -> None:
    """One h1 is the title; several are headings, unless each names a document."""
    from importer.splitting import names_document  # noqa: PLC0415

    firsts = [piece for piece in pieces if piece.title]
    if len(firsts) > 1 and not all(names_document(piece.text) for piece in firsts):
        for piece in firsts:
            piece.title, piece.heading = False, 1


def read_mht(data: bytes) -> Reading:
    """Read a web archive (.mht): its page.

    Raises:
        InputError: It holds no page.
    """
    import email  # noqa: PLC0415
    import email.policy  # noqa: PLC0415

    message = email.message_from_bytes(data, policy=email.policy.default)
    for part in message.walk():
        if part.get_content_type() == "text/html":
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                return read_html(payload, part.get_content_charset() or "")
    raise InputError("网页归档里没有网页。")


def _site_title(text: str) -> str:
    """A page's title without the site's name behind it."""
    return re.split(r"\s*[_|\-—–]\s*(?=[^_|\-—–]{2,20}$)", clean_text(text).strip())[0].strip()  # noqa: RUF001

"""XML as a list of tokens and as a light tree.

The compiler works on the source text of a part and not on a parsed tree of objects, so that what
it does not touch comes out byte for byte. The text has passed `check_xml` before.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from xml.parsers import expat

from generator.word.errors import TemplateFileError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generator.word.tags import Tag

START: Final = 0
END: Final = 1
EMPTY: Final = 2
TEXT: Final = 3
TAG: Final = 4

_TOKEN: Final = re.compile(r"""<[^>"']*(?:"[^"]*"[^>"']*|'[^']*'[^>"']*)*>|[^<]+""")
_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
_CDATA: Final = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_NAME: Final = re.compile(r"[^\s/>]+")
_PROLOG: Final = re.compile(r"\s*<\?xml[^>]*\?>\s*")
_ENCODING: Final = re.compile(rb"""<\?xml[^>]*?encoding=["']([\w.-]+)["']""")
_INSTRUCTION: Final = re.compile(r"<\?.*?\?>", re.DOTALL)
_MAX_DEPTH: Final = 300

NAMESPACES: Final = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "pic": "http://schemas.openxmlformats.org/drawingml/2006/picture",
    "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
    "v": "urn:schemas-microsoft-com:vml",
    "o": "urn:schemas-microsoft-com:office:office",
    "w10": "urn:schemas-microsoft-com:office:word",
    "w14": "http://schemas.microsoft.com/office/word/2010/wordml",
    "w15": "http://schemas.microsoft.com/office/word/2012/wordml",
    "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
    "wpg": "http://schemas.microsoft.com/office/word/2010/wordprocessingGroup",
    "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
}
XMLNS: Final = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())
DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


class Token:
    """A start tag, an end tag, an empty element, a text, or a template tag found in a text."""

    __slots__ = ("kind", "name", "raw", "tag")

    def __init__(self, kind: int, name: str, raw: str, tag: Tag | None = None) -> None:
        self.kind = kind
        self.name = name
        self.raw = raw
        self.tag = tag

    def __repr__(self) -> str:
        return f"Token({self.raw!r})"


class Element:
    """An element of the light tree; children are elements, raw texts and template tags.

    `open` is the raw text of its attributes; where that holds template tags, `pieces` replaces it.
    """

    __slots__ = ("children", "name", "open", "pieces")

    def __init__(self, name: str, attributes: str = "") -> None:
        self.name = name
        self.open = attributes
        self.children: list[Element | str | Tag] = []
        self.pieces: list[str | Tag] | None = None

    def find(self, name: str) -> Element | None:
        """The first child element of that name."""
        for child in self.children:
            if isinstance(child, Element) and child.name == name:
                return child
        return None

    def elements(self) -> Iterator[Element]:
        """The child elements."""
        for child in self.children:
            if isinstance(child, Element):
                yield child

    def walk(self, stop: str = "") -> Iterator[Element | str | Tag]:
        """All descendants in order; inside elements named `stop` nothing is looked at."""
        for child in self.children:
            yield child
            if isinstance(child, Element) and child.name != stop:
                yield from child.walk(stop)

    def __repr__(self) -> str:
        return f"<{self.name} {len(self.children)}>"


def check_xml(data: bytes, name: str) -> None:
    """Refuse a part that is not well-formed, or declares a document type.

    Raises:
        TemplateFileError: In these cases.
    """
    parser = expat.ParserCreate()

    def refuse(*_args: object) -> None:
        raise TemplateFileError(f"部件 {name} 含有 DTD 或外部实体声明，已拒绝读取。")

    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError) as exc:
        raise TemplateFileError(
            f"部件 {name} 不是正确的 XML：{exc}。", hint="请用 Word 打开并另存一次。"
        ) from exc


def decode(data: bytes) -> str:
    """The text of a part without declaration, comments, CDATA sections and instructions."""
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        text = data.decode("utf-16")
    else:
        match = _ENCODING.match(data[:200].lstrip(b"\xef\xbb\xbf \r\n"))
        text = data.decode(match[1].decode("ascii") if match else "utf-8").lstrip("\ufeff")
    text = _PROLOG.sub("", text, count=1)
    if "<!" in text:
        text = _COMMENT.sub("", text)
        text = _CDATA.sub(lambda match: escape_text(match[1]), text)
    return _INSTRUCTION.sub("", text) if "<?" in text else text


def escape_text(text: str) -> str:
    """Escape what XML reserves."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def tokenise(xml: str) -> list[Token]:
    """Split the source of a part; the text is well-formed."""
    tokens: list[Token] = []
    append = tokens.append
    name_of = _NAME.match
    for raw in _TOKEN.findall(xml):
        if raw[0] != "<":
            append(Token(TEXT, "", raw))
        elif raw[1] == "/":
            append(Token(END, raw[2:-1].rstrip(), raw))
        else:
            match = name_of(raw, 1)
            assert match is not None
            append(Token(EMPTY if raw[-2] == "/" else START, match[0], raw))
    return tokens


def build_tree(tokens: list[Token]) -> Element:
    """The tree of a token list; the result's only element child is the root."""
    top = Element("")
    stack = [top]
    for token in tokens:
        kind = token.kind
        if kind == TEXT:
            stack[-1].children.append(token.raw)
        elif kind == TAG:
            assert token.tag is not None
            stack[-1].children.append(token.tag)
        elif kind == END:
            stack.pop()
        else:
            raw = token.raw
            inner = raw[1 + len(token.name) : -2 if kind == EMPTY else -1]
            element = Element(token.name, inner.rstrip())
            stack[-1].children.append(element)
            if kind == START:
                stack.append(element)
                if len(stack) > _MAX_DEPTH:
                    raise TemplateFileError(f"模板的嵌套超过 {_MAX_DEPTH} 层。")
    return top


def to_xml(node: Element | str) -> str:
    """The source of an element without template tags (properties and the like)."""
    if isinstance(node, str):
        return node
    inner = "".join(to_xml(child) for child in node.children if isinstance(child, (Element, str)))
    if inner:
        return f"<{node.name}{node.open}>{inner}</{node.name}>"
    return f"<{node.name}{node.open}/>"


_ATTRIBUTE: Final = re.compile(r"""([\w:.-]+)\s*=\s*("[^"]*"|'[^']*')""")


def attribute(element: Element, name: str) -> str | None:
    """An attribute's raw value."""
    for key, value in _ATTRIBUTE.findall(element.open):
        if key == name:
            return str(value[1:-1])
    return None


def set_attribute(element: Element, name: str, value: str) -> None:
    """Set an attribute to an already escaped value."""
    pattern = re.compile(rf"""(\s{re.escape(name)}\s*=\s*)("[^"]*"|'[^']*')""")
    if pattern.search(element.open):
        element.open = pattern.sub(lambda match: f'{match[1]}"{value}"', element.open, count=1)
    else:
        element.open += f' {name}="{value}"'


def parse_fragment(xml: str) -> Element:
    """The tree of a piece of XML that is known to be well-formed."""
    return build_tree(tokenise(xml))


class FragmentCheck:
    """Looks whether a piece of XML is well-formed, portion by portion."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate()
        self._problem = ""
        self._parse(f"<x {XMLNS}>".encode())

    def _parse(self, data: bytes, *, last: bool = False) -> None:
        try:
            self._parser.Parse(data, last)
        except (expat.ExpatError, ValueError) as exc:
            self._problem = str(exc)

    def feed(self, data: bytes) -> None:
        """Look at the next portion; behind a mistake nothing is looked at."""
        if not self._problem:
            self._parse(data)

    def problem(self) -> str:
        """End it: why it is not well-formed, or nothing."""
        if not self._problem:
            self._parse(b"</x>", last=True)
        return self._problem


def check_fragment(xml: str) -> str:
    """Why a piece of XML is not well-formed, or nothing."""
    check = FragmentCheck()
    try:
        check.feed(xml.encode())
    except UnicodeEncodeError as exc:
        return str(exc)
    return check.problem()


def declare_namespaces(xml: str) -> str:
    """Add the prefixes that values use to the root of a part, where it lacks them."""
    match = _TOKEN.match(xml)
    assert match is not None
    root = match[0]
    missing = [
        f' xmlns:{prefix}="{uri}"'
        for prefix, uri in NAMESPACES.items()
        if f"xmlns:{prefix}=" not in root
    ]
    end = len(root) - (2 if root[-2] == "/" else 1)
    return root[:end] + "".join(missing) + xml[end:]

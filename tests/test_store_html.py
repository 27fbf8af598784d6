from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tools_store import parsed

from store.html import document_html, inlines_html
from store.inline import parse_inlines
from store.model import Block, Inline

ALLOWED = """article h1 h2 h3 h4 h5 h6 p section span ul li ol table thead tbody tr th td blockquote
pre code dl dt dd figure figcaption img a sup del em strong br hr"""
EVIL = "<script>alert('\"&')</script>"


class Tags(HTMLParser):
    """Gathers tags, attributes and text, and minds that tags are closed in order."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.open: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in {"br", "hr", "img"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def read(markup: str) -> Tags:
    parser = Tags()
    parser.feed(markup)
    parser.close()
    assert parser.open == []
    return parser


def html(text: str, **options) -> str:
    return document_html(parsed(text), **options)


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        ("甲**乙**", "<p>甲<strong>乙</strong></p>"),
        ("x *y* ~~z~~", "<p>x <em>y</em> <del>z</del></p>"),
        ("`a<b`", "<p><code>a&lt;b</code></p>"),
        ("甲  \n乙", "<p>甲<br>乙</p>"),
        ("[官网](http://a.cn?x=1&y=2)", '<p><a href="http://a.cn?x=1&amp;y=2">官网</a></p>'),
        ("## 甲", '<h2 id="第一章"><span class="label">第一章</span> 甲</h2>'),
        (
            "## 甲\n### 乙\n#### 丙\n##### 丁\n###### 戊\n",
            '<h6 id="第一章-第一节-丙-丁-戊">戊</h6>',
        ),
        (
            "1. 甲",
            (
                '<section class="clause level-1" id="第一条"><p>'
                '<span class="label">第一条</span> 甲</p></section>'
            ),
        ),
        ("（一）甲", '<p><span class="label">（一）</span>甲</p>'),
        ("按[](#第一条)\n\n1. 甲", '按<a class="reference" href="#第一条">第一条</a>'),
        ("- 甲\n    - 乙", "<ul><li>甲<ul><li>乙</li></ul></li></ul>"),
        ("> 甲", "<blockquote><p>甲</p></blockquote>"),
        ("术语\n: 解释", "<dl><dt>术语</dt><dd><p>解释</p></dd></dl>"),
        ("```\na<b\n```", "<pre><code>a&lt;b</code></pre>"),
        ("---", "<hr>"),
        ("<!-- 分页 -->", '<hr class="page">'),
        (
            '![图](a.png "注")',
            '<figure><img src="a.png" alt="图"><figcaption>图1　注</figcaption></figure>',
        ),
        ("见![图](a.png)", '<p>见<img src="a.png" alt="图"></p>'),
        (
            "| a | b |\n|:-:|---|\n| 1 | 2 |",
            (
                '<table><thead><tr><th class="center">a</th><th>b</th></tr></thead>'
                '<tbody><tr><td class="center">1</td><td>2</td></tr></tbody></table>'
            ),
        ),
        ("| a | << |\n|---|---|\n| 1 | 2 |\n| ^^ | 3 |", '<th colspan="2">a</th>'),
        ("| a | << |\n|---|---|\n| 1 | 2 |\n| ^^ | 3 |", '<td rowspan="2">1</td>'),
        ("甲[^1]\n\n[^1]: 注", '<sup id="fnref-1"><a href="#fn-1">[1]</a></sup>'),
        (
            "甲[^1]\n\n[^1]: 注",
            '<section class="footnotes"><ol><li id="fn-1"><p>注</p></li></ol></section>',
        ),
        ("- 甲 {: #p}", '<ul><li id="p">甲</li></ul>'),
        ("| a |\n|---|\n\n{: #p}", '<table id="p">'),
        ("甲 {: #p}", '<p id="p">甲</p>'),
    ],
)
def test_markup(text, markup):
    found = html(text)
    read(found)
    assert markup in found


def test_spans_keep_their_column():
    """The alignment of a cell is that of the column it stands in, behind joined cells too."""
    found = html("| a | b | c |\n|---|---|--:|\n| 1 | << | 2 |\n| 3 | 4 | 5 |\n| ^^ | 6 | 7 |")
    assert '<td class="right">2</td>' in found
    assert '<td class="right">7</td>' in found


@pytest.mark.parametrize(
    "text",
    [
        EVIL,
        f"## {EVIL}",
        f"1. {EVIL}",
        f"- {EVIL}",
        f"> {EVIL}",
        f"| {EVIL} |\n|---|\n| {EVIL} |",
        f"`{EVIL}`",
        f"```\n{EVIL}\n```",
        f"[{EVIL}](http://a.cn)",
        f"![{EVIL}](a.png)",
        f'![图](a.png "{EVIL}")',
        f"{EVIL}\n: {EVIL}",
        f"甲[^1]\n\n[^1]: {EVIL}",
        '甲 {: #x"onclick="alert(1)}',
        '## 甲 {: #x"><script>}',
        '甲[^"><script>]\n\n[^"><script>]: 注',
        '[甲](http://a.cn"onclick="x)',
        '![甲](x"onerror="alert(1))',
    ],
)
def test_everything_is_escaped(text):
    found = read(html(text))
    assert "script" not in found.tags
    assert not [name for name, _ in found.attributes if name.startswith("on")]


def test_the_title_is_escaped():
    assert f"<h1>{'&lt;script&gt;'}" in document_html(parsed("甲", title=EVIL))


@pytest.mark.parametrize(
    ("target", "kept"),
    [
        ("http://a.cn", True),
        ("https://a.cn:8080/x", True),
        ("mailto:a@b.cn", True),
        ("tel:95588", True),
        ("图/a.png", True),
        ("#第一条", True),
        ("a/b:c", True),
        ("JavaScript:alert(1)", False),
        ("java\tscript:alert(1)", False),
        (" javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("vbscript:x", False),
        ("file:///etc/passwd", False),
        ("C:\\x.png", False),
        ("//evil.cn/x", False),
        ("\\\\evil\\x", False),
        ("/\\evil.cn", False),
    ],
)
def test_addresses(target, kept):
    found = inlines_html((Inline("甲", "link", target=target),))
    assert (f'href="{target}"' in found) is kept
    assert ('href=""' in found) is not kept


def test_blanks_and_missing_parts():
    assert "min-width:8em" in inlines_html((Inline("", "blank", width=8),))
    assert inlines_html(()) == ""


def test_charts_are_drawn_by_whom_is_asked():
    document = parsed("甲")
    document.body.root.blocks.append(Block(type="chart", line=6, text="存<款"))
    assert "存&lt;款" in document_html(document)
    assert "<svg>存<款</svg>" in document_html(document, lambda block: f"<svg>{block.text}</svg>")


@given(st.text(alphabet="<>&\"'甲乙*_`[](){}#|-~!: \n1.javscript", max_size=60))
def test_any_text_gives_closed_tags(text):
    found = read(html(text))
    assert set(found.tags) <= {
        "article",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "p",
        "section",
        "span",
        "ul",
        "li",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "blockquote",
        "pre",
        "code",
        "dl",
        "dt",
        "dd",
        "figure",
        "figcaption",
        "img",
        "a",
        "sup",
        "del",
        "em",
        "strong",
        "br",
        "hr",
        "ol",
    }


@given(st.text(max_size=40))
def test_the_text_of_inlines_survives(text):
    pieces = parse_inlines(text)
    shown = read(inlines_html(pieces)).text
    expected = "".join(p.text for p in pieces if p.type not in {"break", "image"})
    assert shown.replace("\r\n", "\n").replace("\r", "\n") == expected.replace(
        "\r\n", "\n"
    ).replace("\r", "\n")

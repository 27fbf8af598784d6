"""Web pages: what their encoding really is, what is not their text and where that is said."""

from __future__ import annotations

import pytest

from importer.html import read_html
from importer.html_charset import charset_of

RULES = "<p>一、坚守岗位，认真登记来访人员。</p><p>二、不得脱岗，不得睡岗。</p>"


@pytest.mark.parametrize(
    ("said", "codec"),
    [
        ("iso-8859-1", "utf-8"),
        ("windows-1252", "gb18030"),
        ("us-ascii", "utf-8"),
        ("gb2312", "gb18030"),
        ("utf-8", "gb18030"),
        ("big5", "big5hkscs"),
    ],
)
def test_a_page_that_says_a_wrong_encoding_is_read_all_the_same(said: str, codec: str) -> None:
    text = "<p>一、門衛應當堅守崗位。</p>" if codec == "big5hkscs" else RULES
    data = f'<meta charset="{said}">{text}'.encode(codec)
    assert {"big5": "big5hkscs"}.get(charset_of(data), charset_of(data)) == codec
    assert "一、" in read_html(data).pieces[0].text


def said(page: str) -> str:
    return "\n".join(doubt.message for doubt in read_html(page.encode()).doubts)


def test_rows_of_links_are_navigation_and_links_in_a_sentence_are_text() -> None:
    page = (
        "<div><a href=/>首页</a> | <a href=/x>范文</a></div>"
        "<p>按照<a href=/1>考勤办法</a>和<a href=/2>休假办法</a>执行。</p>"
        "<ul><li><a href=/f1>附件1申请表</a></li><li><a href=/f2>附件2回执</a></li></ul>"
    )
    texts = "".join(piece.text for piece in read_html(page.encode()).pieces)
    assert "首页" not in texts
    assert "首页" in said(page)
    assert "按照考勤办法和休假办法执行。" in texts
    assert "附件1申请表" in texts


def test_what_stands_outside_the_main_part_is_said() -> None:
    article = f"<article><h1>门卫制度</h1>{RULES}</article>"
    page = f"<body><div>某某网欢迎您</div>{article}<p>举报电话</p></body>"
    assert "某某网欢迎您" in said(page)
    assert "举报电话" in said(page)
    assert [piece.title for piece in read_html(page.encode()).pieces][:1] == [True]


def test_pictures_are_counted_and_scripts_are_no_text() -> None:
    page = f"<body>{RULES}<img src=a.png><img src=b.png><script>var 甲=1</script></body>"
    assert "2 张图片" in said(page)
    assert "甲" not in said(page)


def test_a_line_of_the_sites_own_is_a_warning() -> None:
    from tools_importer import draft  # noqa: PLC0415

    made = draft(
        "门卫制度\n时间：2020-03-04 来源：网络 作者：佚名\n一、坚守岗位，认真登记。\n二、不得脱岗。"
    )
    assert "佚名" not in made.body
    assert "佚名" in "".join(doubt.message for doubt in made.doubts)


def test_nested_lists_nest_and_a_form_in_a_table_is_taken_apart() -> None:
    from tools_importer import kinds, labels  # noqa: PLC0415

    from importer.drafting import outline_all  # noqa: PLC0415

    page = (
        "<p>采购办法</p><ol><li>采购遵循下列原则：<ol><li>公开；<ol><li>公告；</li></ol></li>"
        "<li>公平。</li></ol></li><li>验收应当及时。</li></ol>"
    )
    made = outline_all(read_html(page.encode()), "a.html", kinds())[0]
    assert labels(made.nodes) == ["1.", "（1）", "（1）", "（2）", "2."]
    assert len(made.nodes) == 2
    form = (
        "<p>仓库管理员岗位说明书</p><table><tr><td>岗位名称<td>仓库管理员<td>所属部门<td>采购部</tr>"
        "<tr><td>岗位概述<td colspan=3>负责仓库管理。</tr>"
        "<tr><td>岗位职责<td colspan=3><p>1.负责验收；</p><p>2.负责盘点。</p></tr>"
        "<tr><td>任职资格<td colspan=3>高中以上学历。</tr></table>"
    )
    made = outline_all(read_html(form.encode()), "b.html", kinds())[0]
    assert made.fields["部门"] == "采购部"
    assert labels(made.nodes) == ["1.", "2."]
    assert "## 任职资格" in made.body

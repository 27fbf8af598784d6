from __future__ import annotations

import json

from tools_store import RULES, parsed

from store.model import Block
from store.views import document_json, text_lines

TEXT = """开头。

## 总则

1. 甲：
    1. 子

    | a | b |
    |---|---|
    | 1 | 2 |

第二款[^1]

### 小节

- 点
    - 深
- 点二

> 引文

术语
: 解释

```python
x = 1
```

![现场](a.png)

---

<!-- 分页 -->

[^1]: 注
"""


def test_the_shape_of_show():
    found = document_json(parsed(TEXT))
    json.dumps(found)
    assert list(found) == ["id", "meta", "sections"]
    opening, chapter = found["sections"]
    assert (opening["heading"], opening["label"], opening["level"], opening["line"]) == (
        None,
        None,
        0,
        5,
    )
    assert opening["blocks"] == [{"type": "paragraph", "text": "开头。", "line": 5}]
    assert (chapter["heading"], chapter["label"], chapter["level"], chapter["line"]) == (
        "总则",
        "第一章",
        1,
        7,
    )
    (article,) = chapter["blocks"]
    assert {
        key: article[key] for key in ("type", "label", "number", "level", "text", "anchor", "line")
    } == {
        "type": "clause",
        "label": "第一条",
        "number": 1,
        "level": 1,
        "text": "甲：",
        "anchor": "第一条",
        "line": 9,
    }
    item, table, paragraph = article["children"]
    assert (item["label"], item["level"], item["children"]) == ("（一）", 2, [])
    assert (table["rows"], table["header_rows"], table["caption"]) == (
        [["a", "b"], ["1", "2"]],
        1,
        None,
    )
    assert paragraph == {"type": "paragraph", "text": "第二款", "line": 16}


def test_every_type_of_block():
    blocks = document_json(parsed(TEXT))["sections"][1]["sections"][0]["blocks"]
    assert [block["type"] for block in blocks] == [
        "list", "quote", "definition", "code", "image", "break", "break",
    ]  # fmt: skip
    bullets, quote, definition, code, image, *_ = blocks
    assert bullets["children"][0]["children"][0]["children"][0]["text"] == "深"
    assert (quote["text"], definition["children"][0]["text"]) == ("引文", "解释")
    assert (code["language"], image["target"], image["text"]) == ("python", "a.png", "现场")


def test_a_document_without_an_opening():
    assert [section["level"] for section in document_json(parsed("## 甲"))["sections"]] == [1]


def test_a_chart_is_shown_as_data():
    document = parsed("甲")
    document.body.root.blocks.append(Block(type="chart", line=6, text="图", figure={"数": 1}))
    assert document_json(document)["sections"][0]["blocks"][1]["figure"] == {"数": 1}


def test_lines_for_a_terminal():
    document = parsed(TEXT)
    document.body.root.blocks.append(Block(type="chart", line=6, text="存款", figure=None))
    assert list(text_lines(document)) == [
        (0, "开头。", False),
        (0, "〔图表：存款〕", False),
        (0, "", False),
        (0, "第一章 总则", True),
        (0, "第一条 甲：", False),
        (2, "（一）子", False),
        (2, "a  b", False),
        (2, "1  2", False),
        (2, "第二款", False),
        (0, "", False),
        (0, "第一节 小节", True),
        (0, "· 点", False),
        (2, "· 深", False),
        (0, "· 点二", False),
        (2, "引文", False),
        (0, "术语", False),
        (2, "解释", False),
        (0, "x = 1", False),
        (0, "〔图：现场〕", False),
        (0, "----", False),
        (0, "", False),
        (0, "[1] 注", False),
    ]
    assert RULES.headings

"""What Word and WPS put on the clipboard as HTML: the same wrappings, conditions and marks."""

from __future__ import annotations

_WORD_HEAD = """<html xmlns:v="urn:schemas-microsoft-com:vml"
xmlns:o="urn:schemas-microsoft-com:office:office"
xmlns:w="urn:schemas-microsoft-com:office:word"
xmlns:m="http://schemas.microsoft.com/office/2004/12/omml"
xmlns="http://www.w3.org/TR/REC-html40">

<head>
<meta http-equiv=Content-Type content="text/html; charset=utf-8">
<meta name=ProgId content=Word.Document>
<meta name=Generator content="Microsoft Word 15">
<link rel=File-List href="file:///C:/Users/u/AppData/Local/Temp/msohtmlclip1/01/clip_filelist.xml">
<!--[if gte mso 9]><xml>
 <w:WordDocument><w:View>Normal</w:View><w:DontUseAdvancedTypographyReadingMail/></w:WordDocument>
</xml><![endif]-->
<style>
<!--
 /* Font Definitions */
 @font-face {font-family:宋体; panose-1:2 1 6 0 3 1 1 1 1 1;}
 p.MsoNormal, li.MsoNormal, div.MsoNormal {margin:0cm; font-size:10.5pt;}
 @list l0 {mso-list-id:1804540581; mso-list-type:hybrid;}
 @list l0:level1 {mso-level-number-format:chinese-counting; mso-level-text:"第%1条";}
-->
</style>
<!--[if gte mso 10]><style>table.MsoNormalTable {mso-style-name:普通表格;}</style><![endif]-->
</head>

<body lang=ZH-CN style='tab-interval:21.0pt;text-justify-trim:punctuation'>
<!--StartFragment-->
"""
_WORD_FOOT = "\n<!--EndFragment-->\n</body>\n\n</html>\n"
_GAP = "<span\nstyle='font:7.0pt \"Times New Roman\"'>&nbsp;&nbsp;&nbsp; </span>"


def word(*blocks: str) -> str:
    """The clipboard of Word with these blocks."""
    return _WORD_HEAD + "\n\n".join(blocks) + _WORD_FOOT


def word_item(
    label: str, text: str, level: int = 1, *, tag: str = "p", comments: bool = False
) -> str:
    """A numbered paragraph of Word; with `comments` as its conditions come from a web view."""
    begin, end = "<![if !supportLists]>", "<![endif]>"
    if comments:
        begin, end = "<!--[if !supportLists]-->", "<!--[endif]-->"
    name = "MsoListParagraph" if tag == "p" else ""
    return (
        f"<{tag} class={name or 'H'} style='margin-left:{21 * level}.0pt;text-indent:-21.0pt;"
        f"mso-list:l0 level{level} lfo1'>{begin}<span\nlang=EN-US style='mso-fareast-font-family:"
        f"宋体'><span style='mso-list:Ignore'>{label}{_GAP}</span></span>{end}<span\n"
        f"style='font-family:宋体'>{text}</span><span lang=EN-US><o:p></o:p></span></{tag}>"
    )


def word_text(text: str) -> str:
    """A plain paragraph of Word."""
    return (
        f"<p class=MsoNormal style='text-indent:21.0pt'><span style='font-family:宋体'>{text}"
        "</span><span\nlang=EN-US><o:p></o:p></span></p>"
    )


def word_table(rows: list[list[str]], spans: dict[tuple[int, int], str] | None = None) -> str:
    """A table of Word; `spans` gives cells colspan or rowspan."""
    lines = []
    for r, row in enumerate(rows):
        cells = "".join(
            f"<td width=189 valign=top {(spans or {}).get((r, c), '')} style='width:142.0pt;"
            f"border:solid windowtext 1.0pt'>\n  <p class=MsoNormal><b>{text}</b><span lang=EN-US>"
            "<o:p></o:p></span></p>\n  </td>"
            for c, text in enumerate(row)
        )
        lines.append(f" <tr style='mso-yfti-irow:{r}'>{cells}</tr>")
    body = "\n".join(lines)
    return (
        "<table class=MsoTableGrid border=1 cellspacing=0 cellpadding=0\n style='border-collapse:"
        f"collapse;mso-yfti-tbllook:1184'>\n{body}\n</table>"
    )


def wps(*blocks: str) -> str:
    """The clipboard of WPS with these blocks."""
    return (
        '<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office'
        ':office" xmlns:w="urn:schemas-microsoft-com:office:word" xmlns="http://www.w3.org/TR/'
        'REC-html40"><head><meta http-equiv=Content-Type  content="text/html; charset=utf-8" >'
        '<meta name=Generator  content="Microsoft Word 14" ><title></title><!--[if gte mso 9]>'
        "<xml><o:DocumentProperties><o:Author>u</o:Author></o:DocumentProperties></xml><![endif]-->"
        "<style>\n@list l0:level1{mso-level-number-format:chinese-counting;mso-level-text:"
        '"第%1条";}\np.MsoNormal{mso-style-name:正文;}\n</style></head><body style="tab-interval:'
        '21pt;" ><!--StartFragment--><div class="Section0"  style="layout-grid:15.6000pt;" >'
        + "".join(blocks)
        + "</div><!--EndFragment--></body></html>"
    )


def wps_item(label: str, text: str, level: int = 1) -> str:
    """A numbered paragraph of WPS."""
    return (
        f'<p class=MsoNormal  style="text-indent:0.0000pt;mso-list:l0 level{level} lfo1;" >'
        "<![if !supportLists]><span style=\"font-family:宋体;mso-bidi-font-family:'Times New Roman'"
        ";font-size:10.5000pt;\" ><span style='mso-list:Ignore;' >"
        f"{label}<span>&nbsp;</span></span></span><![endif]>{_wps_run(text)}</p>"
    )


def wps_text(text: str) -> str:
    """A plain paragraph of WPS."""
    return f'<p class=MsoNormal  style="text-indent:21.0000pt;" >{_wps_run(text)}</p>'


def _wps_run(text: str) -> str:
    look = "mso-spacerun:'yes';font-family:宋体;mso-bidi-font-family:'Times New Roman';"
    return (
        f'<span style="{look}" ><font face="宋体" >{text}</font></span>'
        f'<span style="{look}" ><o:p></o:p></span>'
    )

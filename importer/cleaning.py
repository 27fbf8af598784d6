"""What a web site put around a text: source lines, advertising, navigation. It goes into warnings."""  # noqa: E501

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from importer.model import Doubt

if TYPE_CHECKING:
    from importer.model import Piece

_LONGEST: Final = 160
_NOISE: Final = (
    (
        "web-source",
        re.compile(
            r"^[（(【\[]?\s*(?:本文|文章|资料|内容|以上内容|原文)?\s*(?:来自|来源于|转自|转载自|摘自|出自)[\s:：于]*\S{0,40}(?:网|\.com|\.cn|\.net|论坛|公众号|文库|博客)"
        ),
    ),
    (
        "web-source",
        re.compile(
            r"转载请?(?:保留|注明|标明|联系)|版权(?:所有|归\S{0,12}所有)|未经(?:授权|许可)\S{0,6}(?:转载|使用)|(?:©|Copyright)\s*\d{0,4}|ICP备|公网安备"
        ),
    ),
    (
        "web-source",
        re.compile(
            r"^(?:来源|文章来源|信息来源|责任编辑|责编|编辑|小编|录入|发布者|浏览|浏览次数|阅读|阅读次数|点击数?|点击次数|访问量|字体|分享到?)\s*[:：]\s*\S{0,40}$"
        ),
    ),
    (
        "web-advertising",
        re.compile(
            r"^(?:这篇|以下|下面|本文|上面)?\S{0,6}关于\s*《?\S{1,40}》?\s*的?(?:文章|内容|范文|资料)\S{0,4}[,，]?.{0,12}(?:特地|为大家|给大家|整理|收集|分享)"
        ),
    ),
    (
        "web-advertising",
        re.compile(
            r"(?:小编|本站|我们|网友|为大家|给大家|为您)\S{0,12}(?:整理|搜集|收集|精心准备|推荐|分享)\S{0,30}(?:希望|供|欢迎|参考|帮助|喜欢|阅读|借鉴)"
        ),
    ),
    (
        "web-advertising",
        re.compile(
            r"^\S{0,20}(?:希望|愿)\S{0,6}对(?:大家|您|你|各位)有\S{0,4}(?:帮助|启发)[!！。]?$"
        ),
    ),
    (
        "web-advertising",
        re.compile(
            r"(?:关注|扫描|扫码|微信搜索)\S{0,12}(?:公众号|二维码|微信号)|(?:点击|立即|免费)(?:此处|这里)?(?:下载|注册|咨询|领取|查看更多)|下载(?:全文|本文|word|Word|APP|app)|开通(?:会员|VIP)|^广告$|加(?:微信|QQ群?)[:：]?"
        ),
    ),
    (
        "web-navigation",
        re.compile(
            r"^(?:上一[篇页章]|下一[篇页章]|前一篇|后一篇)\s*[:：]?.{0,80}$|^上一[篇页].{0,60}下一[篇页].{0,60}$"
        ),
    ),
    (
        "web-navigation",
        re.compile(
            r"^[【\[]?.{0,24}[】\]]?\s*(?:相关文章|相关推荐|相关阅读|相关范文|推荐阅读|延伸阅读|热门文章|热门推荐|最新文章|精选文章|猜你喜欢|更多精彩|全站热搜|热搜|热门搜索|友情链接|网友评论|发表评论)\s*[:：]?.{0,40}$"
        ),
    ),
    (
        "web-navigation",
        re.compile(
            r"^(?:首页|返回首页|返回顶部|返回列表|回到顶部|网站首页|网站地图|打印本页|打印|关闭窗口|关闭|收藏本站|收藏|加入收藏|设为首页|展开全文|展开|收起|登录|注册|登录\s*[|/]?\s*注册|目录导航|联系我们|关于我们|免责声明|上一页|下一页|更多|查看更多|举报|点赞|赞|评论|分享|阅读全文|[当前您的]{0,3}位置[:：].{0,60}|(?:首页|主页)\s*[>»›\-/].{0,60})\s*[>>»]*$"  # noqa: RUF001
        ),
    ),
    ("web-source", re.compile(r"^(?:https?://|www\.)\S+$")),
    (
        "web-source",
        re.compile(
            r"^(?:(?:发布|更新)?(?:时间|日期)|来源|文章来源|信息来源|作者|编辑|责任编辑|点击(?:数|次数)?|浏览(?:量|次数)?|阅读(?:量|次数)?|字号|发布(?:人|者)?)\s*[:：]\s*\S{0,20}"
            r"(?:[\s|]+[0-9:]{4,8})?(?:[\s|,，]+(?:(?:发布|更新)?(?:时间|日期)|来源|文章来源|信息来源|作者|编辑|责任编辑|点击(?:数|次数)?|浏览(?:量|次数)?|阅读(?:量|次数)?|字号|发布(?:人|者)?)\s*[:：]\s*\S{0,20})+(?:\s*\S{1,10}){0,2}$"
        ),
    ),
)
_SCRAPED: Final = re.compile(
    r"[\u4e00-\u9fff，。、][`´ˋ^¨][\u4e00-\u9fff]|[\ufffd\ue000-\uf8ff]|\u200b|锟斤拷|烫烫|(?:&[a-z]{2,6};)"  # noqa: RUF001
)
_INVISIBLE: Final = re.compile(
    "[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufdd0-\ufdef\ufffe\uffff]"
)
_COMPATIBLE: Final = re.compile("[\uf900-\ufaff\u2f00-\u2fdf]")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def clean_text(text: str) -> str:
    """Without invisible and control characters; no-break spaces become ordinary ones."""
    if text.isascii() and text.isprintable():
        return text
    if _INVISIBLE.search(text):
        text = _INVISIBLE.sub("", text)
    if _SURROGATE.search(text):
        text = _SURROGATE.sub("\ufffd", text)
    text = text.replace("\u00a0", " ").replace("\u2028", "\n").replace("\u2029", "\n")
    if _COMPATIBLE.search(text):
        text = _COMPATIBLE.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)
    return text


def noise_of(text: str) -> str:
    """The code of the warning that a line of web-site text gives; empty for the document's own text."""  # noqa: E501
    text = text.strip()
    if not text or len(text) > _LONGEST:
        return ""
    return next((code for code, pattern in _NOISE if pattern.search(text)), "")


_WHAT: Final = {
    "web-source": "网站的来源、转载或版权说明，没有放进正文",
    "web-advertising": "网站的推广文字，没有放进正文",
    "web-navigation": "网站的导航或推荐文字，没有放进正文",
}
_AFTER_NOISE: Final = re.compile(
    r"相关文章|相关推荐|热搜|猜你喜欢|推荐阅读|热门|上一篇|下一篇|转载"
)


def take_out_noise(pieces: list[Piece], doubts: list[Doubt]) -> list[Piece]:
    """The pieces without web-site lines; each line taken out becomes a warning.

    After the last line of the text, a short line between two such lines belongs to them.
    """
    codes = [noise_of(piece.text) if piece.type == "text" else "" for piece in pieces]
    texts = [at for at, piece in enumerate(pieces) if not codes[at] and len(piece.text) > 30]
    end = texts[-1] if texts else -1
    noisy = [
        at
        for at in range(end + 1, len(pieces))
        if _AFTER_NOISE.search(pieces[at].text) and codes[at]
    ]
    if noisy:
        for at in range(noisy[0], len(pieces)):
            if (
                not codes[at]
                and pieces[at].type == "text"
                and len(pieces[at].text) <= 30
                and at < noisy[-1]
            ):
                codes[at] = "web-navigation"
    kept = []
    for piece, code in zip(pieces, codes, strict=True):
        if code:
            doubts.append(Doubt(piece.line, code, f"{_WHAT[code]}：{piece.text.strip()}"))
        else:
            kept.append(piece)
    return kept


_CONTENTS_LINE: Final = re.compile(
    r"^\S.{1,60}?(?:[\s.…·．—-]{2,}|\s|\t)[0-9]{1,4}$|^\S.{1,60}?[.…·．]{4,}\s*[0-9]{0,4}$"
)
_CONTENTS_WORD: Final = re.compile(r"^目\s*[录次]$")


def take_out_contents(pieces: list[Piece], doubts: list[Doubt]) -> list[Piece]:
    """The pieces without a table of contents: a run of numbered lines that end in page numbers."""
    kept: list[Piece] = []
    run: list[Piece] = []
    for piece in [*pieces, None]:
        if piece is not None and _is_contents_line(piece, run):
            run.append(piece)
            continue
        lines = [one for one in run if not _CONTENTS_WORD.match(one.text.strip())]
        if len(lines) >= 3:
            text = "；".join(one.text.strip() for one in run)
            doubts.append(
                Doubt(run[0].line, "contents-left-out", f"目录没有放进正文：{text[:600]}")
            )
        else:
            kept += run
        run = []
        if piece is not None:
            kept.append(piece)
    return kept


def _is_contents_line(piece: Piece, run: list[Piece]) -> bool:
    text = piece.text.strip()
    if piece.type != "text" or len(re.sub(r"[.…·．]+", "", text)) > 70:
        return False
    if _CONTENTS_WORD.match(text) and not run:
        return True
    marked = re.match(
        r"第\S{1,5}[章节编条篇]|[一二三四五六七八九十]+、|[0-9]+(?:\.[0-9]+)*[.、\s]|附[件录]", text
    )
    return bool(_CONTENTS_LINE.match(text) and (marked or run))


def scraping_marks(pieces: list[Piece]) -> list[Doubt]:
    """Stray characters that scraping left inside the text; they are kept and reported."""
    found = []
    for piece in pieces:
        if match := _SCRAPED.search(piece.text):
            around = piece.text[max(0, match.start() - 6) : match.end() + 6]
            found.append(
                Doubt(
                    piece.line,
                    "stray-character",
                    f"文中有多余或无法显示的字符，原样保留：…{around}…",
                )
            )
    return found

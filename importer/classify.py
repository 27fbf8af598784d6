"""What kind of document a text is: a small, deterministic classifier that says why.

Each piece of evidence adds to one kind: words in the title most, then the form (what the items
are like), then words of the text by how often they stand. The weights were set on the starter
library and on texts of our own; the test prints how the library is recognised.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from importer.traditional import simplified

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from importer.model import Node

    _Count = Callable[[str, float, str], None]

OTHER: Final = "other"
_TITLES: Final = (
    (
        "other",
        12.0,
        r"合同|协议书?$|协议[（(]|申请[表书]|登记表|审批表|报名表|通知书|请示|批复|会议纪要|委托书|授权书|询价|报价单|发票|收据|清单$|名单$|台账$",
    ),
    ("job-duty", 9.0, r"职责|岗位说明|职务说明|岗位任务|职能(?!部门)"),
    (
        "code-of-conduct",
        9.0,
        r"行为规范|行为准则|员工守则|守则|礼仪规范|服务规范|职业道德|廉洁从业|从业规范",
    ),
    ("service-pledge", 9.0, r"承诺"),
    ("year-end-summary", 9.0, r"总结|述职|工作报告|年度报告|工作回顾|小结"),
    ("policy", 8.0, r"制度|办法|规定|条例|细则|规程|管理规范|实施意见|暂行"),
    ("message-template", 9.0, r"短信|话术|微信(?:通知|文案)|消息模板"),
    ("deeds-report", 9.0, r"事迹|先进(?:个人|集体)材料|推荐材料|优秀员工材料"),
    ("article", 5.0, r"研究|探讨|浅谈|浅析|论|思考|策略|实践|分析|初探|之我见|启示|调研"),
)
_WORDS: Final = {
    "job-duty": r"负责|协助|配合|完成.{0,10}(?:交办|工作)|汇报|组织(?:实施|开展)|岗位|任职资格|直接上级|指导|监督检查",  # noqa: E501
    "code-of-conduct": r"不得|严禁|禁止|着装|仪表|仪容|礼貌|站立|微笑|言行|举止|文明用语|醉酒|拉帮结派|维护.{0,6}形象|爱护|遵守|违者|迟到|早退|工牌",  # noqa: E501
    "service-pledge": r"承诺|首问负责|投诉电话|监督电话|服务时限|限时|服务对象|服务内容|接受.{0,6}监督|赔偿|违诺|本人保证",  # noqa: E501
    "year-end-summary": r"完成(?:全年)?计划的|比(?:上)?年初|较年初|同比|今年以来|一年来|半年(?:来|的时间)|存在的?(?:问题|不足)|下一步|明年|取得了?.{0,6}成绩|截至|工作(?:总结|回顾|打算|思路)",  # noqa: E501
    "policy": r"第[一二三四五六七八九十百]+条|本(?:办法|制度|规定|细则)|适用于|应当|必须|罚款|予以|处分|审批|严格(?:遵循|遵守|执行)|按(?:规定|规范)|归档|解释权|施行|不提倡|除名|赔偿",  # noqa: E501
    "message-template": r"(?:您好|尊敬的).{0,80}(?:祝您|回复|退订|致电|联系电话|恭候)|【.{2,12}】|拒收请回复|短信|XXX先生|尊敬的(?:客户|业主|会员)",  # noqa: E501
    "deeds-report": r"同志|他(?:的|始终|带领|坚持|在)|她(?:的|始终|带领|坚持|在)|荣获|先后被评为|事迹|任劳任怨|兢兢业业|带头|骄人业绩|辛勤|榜样",  # noqa: E501
    "article": r"本文|据悉|记者|研究(?:表明|认为|发现|显示)|学者|理论|参考文献|关键词|摘要|因此|然而|换言之|例如|如何|定义|即可|\[\d{1,2}\]|市场(?:环境|竞争)|概念",  # noqa: E501
}
_TITLE_PATTERNS: Final = tuple((kind, weight, re.compile(text)) for kind, weight, text in _TITLES)
_WORD_PATTERNS: Final = {kind: re.compile(text) for kind, text in _WORDS.items()}
_FORM: Final = re.compile(r"(?:甲方|乙方|丙方)[（(：:\s]")
_ACTION: Final = re.compile(
    r"^(?:全面|直接|具体|主要|认真|积极|及时|按时|做好|搞好)?(?:负责|协助|参与|配合|完成|组织|制定|拟定|制订|执行|管理|维护|发掘|掌握|熟练|提供|反馈|收集|控制|贯彻|落实|监督|开展|推进|代表|与.{2,14}(?:保持|沟通|共同)|做好|针对|承担|严格执行|了解|对.{2,14}进行|建立|汇总|编制|审核|处理|定期|指导|检查|办理)"
)
_LIMIT: Final = 60_000


@dataclass(slots=True)
class Verdict:
    """A kind, how sure that is (0 to 1), and the reasons, strongest first."""

    kind: str
    confidence: float
    reasons: list[str] = field(default_factory=list)


def classify(title: str, nodes: Sequence[Node], *, known: frozenset[str] | None = None) -> Verdict:
    """Judge a document by its title, form and words.

    Args:
        title: Its title.
        nodes: Its outline.
        known: The kinds there are; others give way to `other`.
    """
    scores: defaultdict[str, float] = defaultdict(float)
    reasons: list[tuple[float, str, str]] = []

    def count(kind: str, amount: float, why: str) -> None:
        if amount > 0:
            scores[kind] += amount
            reasons.append((amount, kind, why))

    _title(simplified(title), count)
    clauses = [node for top in nodes for node in top.walk() if node.sort == "clause"]
    texts = [node.text for top in nodes for node in top.walk() if node.text]
    whole = simplified("\n".join(texts)[:_LIMIT])
    _form(whole, clauses, nodes, count)
    _words(whole, count)
    return _verdict(scores, reasons, known)


def _title(title: str, count: _Count) -> None:
    for kind, weight, pattern in _TITLE_PATTERNS:
        matches = list(pattern.finditer(title))
        if matches:
            late = matches[-1].end() >= len(re.sub(r"[（(].*$|\d+$", "", title)) - 1
            count(kind, weight if late else weight * 0.6, f"标题中有“{matches[-1].group()}”")


def _form(whole: str, clauses: list[Node], nodes: Sequence[Node], count: _Count) -> None:
    parties = len(_FORM.findall(whole))
    if parties >= 2:
        count(OTHER, 6.0 + parties, "有甲方、乙方")
    if clauses:
        acting = sum(bool(_ACTION.match(node.text)) for node in clauses)
        share = acting / len(clauses)
        if share >= 0.4:
            count("job-duty", 5.0 * share, f"{len(clauses)} 个条目中 {acting} 个以职责动词开头")
        articles = sum(node.scheme.startswith("第") for node in clauses)
        if articles >= 3:
            count("policy", 2.5, f"有 {articles} 条“第几条”")
    blocks = [
        node for top in nodes for node in top.walk() if node.sort == "block" and len(node.text) > 60
    ]
    prose = sum(len(node.text) for node in blocks) / max(len(whole), 1)
    if prose > 0.6 and len(whole) > 300:
        count("article", 1.6 * prose, f"多为成段的文字（{prose:.0%}）")
    if not whole.strip():
        return
    blanks = len(re.findall(r"[_＿]{3,}|[：:]\s*(?:\n|$)", whole))  # noqa: RUF001
    tables = sum(node.piece.type == "table" for top in nodes for node in top.walk())
    if tables and len(whole) < 80 * tables:
        count(OTHER, 4.0, "主要是表格")
    elif blanks > 6 and blanks * 60 > len(whole):
        count(OTHER, 3.0, f"有 {blanks} 处待填")


def _words(whole: str, count: _Count) -> None:
    """Words by density: hits in a thousand characters, with less and less effect."""
    thousands = max(len(whole), 250) / 1000
    for kind, pattern in _WORD_PATTERNS.items():
        hits = Counter(match.group()[:8] for match in pattern.finditer(whole))
        total = sum(min(number, 6) for number in hits.values())
        if not total:
            continue
        density = total / thousands
        amount = min(4.5, 1.4 * density**0.5 * min(1.0, len(hits) / 3))
        shown = "、".join(word for word, _ in hits.most_common(3))
        count(kind, amount, f"文中有“{shown}”等 {total} 处")


def _verdict(
    scores: dict[str, float], reasons: list[tuple[float, str, str]], known: frozenset[str] | None
) -> Verdict:
    if known is not None:
        scores = {kind: score for kind, score in scores.items() if kind in known or kind == OTHER}
    ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    if not ranked or ranked[0][1] < 2.2:
        best = ranked[0][1] if ranked else 0.0
        return Verdict(OTHER, round(max(0.2, 0.5 - best / 8), 2), ["没有足够的特征"])
    kind, score = ranked[0]
    second = ranked[1][1] if len(ranked) > 1 else 0.0
    confidence = min(0.99, score / (score + second) * min(1.0, 0.55 + score / 16))
    own = sorted((reason for reason in reasons if reason[1] == kind), key=lambda one: -one[0])
    listed = [f"{why}（+{amount:.1f}）" for amount, _, why in own]
    if second > 0.6 * score:
        listed.append(f"也像“{ranked[1][0]}”（{second:.1f}）")
    return Verdict(kind, round(confidence, 2), listed)

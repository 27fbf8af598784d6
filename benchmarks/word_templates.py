"""Word templates side by side: Wenshu, docxtpl, docxtpl with its work memoised, docxtemplater.

    python benchmarks/word_templates.py [--rows 20 200 2000] [--seconds 3] [--quick]

Same template, same data, one run; medians; the text of all outputs is compared. docxtemplater runs
when Node and the packages ``docxtemplater`` and ``pizzip`` are found (``NODE_PATH`` or a
``node_modules`` above). The floor is what cannot be saved: the bare Jinja rendering of the same
source and the writing of the same zip.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
import zipfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 5
HERE = Path(__file__).resolve().parent
SECTIONS = ("经营指标", "客户服务", "风险管理", "队伍建设", "明年打算")
SENTENCE = (
    "本节说明全年在这一方面所做的工作、取得的成绩和存在的不足，各部门按照年初确定的目标分解任务，"
    "逐月对照检查，发现问题及时纠正，重要事项向分管领导报告并留有记录。"
)
JINJA = {
    "value": "{{{{ {0} }}}}",
    "if": "{{%p if {0} %}}",
    "endif": "{{%p endif %}}",
    "row": "{{%tr for r in rows %}}",
    "endrow": "{{%tr endfor %}}",
    "cell": "{{{{ r.{0} }}}}",
}
CURLY = {"value": "{{{0}}}", "if": "{{#{0}}}", "endif": "{{/{0}}}", "cell": "{{{0}}}"}
COLUMNS = ("name", "value", "change", "rate", "note")


# -- the template -------------------------------------------------------------------------------


def build_template(syntax: dict[str, str]) -> bytes:
    """A year-end summary of four or five pages, with slim styles."""
    from docx import Document  # noqa: PLC0415

    document = Document()
    title = document.add_paragraph(style="Title")
    for piece in _split(
        syntax["value"].format("company") + syntax["value"].format("year") + "总结"
    ):
        title.add_run(piece)
    section = document.sections[0]
    section.header.paragraphs[0].text = syntax["value"].format("company") + " 内部资料"
    section.footer.paragraphs[0].text = "第页"
    document.add_paragraph(f"{syntax['value'].format('department')}：{SENTENCE}")
    _add_table(document, syntax)
    document.add_paragraph(syntax["if"].format("has_prize"))
    document.add_paragraph("获奖情况：" + syntax["value"].format("prize"))
    document.add_paragraph(syntax["endif"].format("has_prize"))
    for number, name in enumerate(SECTIONS, 1):
        document.add_heading(name, level=1)
        for item in range(4):
            document.add_paragraph(f"{SENTENCE}{SENTENCE}", style="List Number")
            key = f"s{number}_{item}"
            document.add_paragraph(SENTENCE + syntax["value"].format(key))
    buffer = io.BytesIO()
    document.save(buffer)
    return _slim(buffer.getvalue())


def _split(text: str) -> list[str]:
    """A tag in several runs, as Word leaves it."""
    return [text[i : i + 5] for i in range(0, len(text), 5)]


def _add_table(document: Any, syntax: dict[str, str]) -> None:
    loops = "row" in syntax
    table = document.add_table(rows=4 if loops else 2, cols=len(COLUMNS), style="Table Grid")
    for cell, text in zip(
        table.rows[0].cells, ("指标", "数值", "增减", "完成", "说明"), strict=True
    ):
        cell.text = text
    row = 2 if loops else 1
    for cell, name in zip(table.rows[row].cells, COLUMNS, strict=True):
        cell.text = syntax["cell"].format(name)
    if loops:
        table.rows[1].cells[0].text = syntax["row"].format()
        table.rows[3].cells[0].text = syntax["endrow"].format()
    else:
        first, last = table.rows[1].cells[0], table.rows[1].cells[-1]
        first.text = "{#rows}" + first.text
        last.text += "{/rows}"


def _slim(data: bytes) -> bytes:
    """Leave out the styles nobody uses: python-docx's seed has 800 KB of them."""
    keep = {
        "Normal",
        "Title",
        "Heading1",
        "ListNumber",
        "TableGrid",
        "TableNormal",
        "Header",
        "Footer",
    }
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source:  # noqa: SIM117
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
            for info in source.infolist():
                content = source.read(info)
                if info.filename == "word/styles.xml":
                    content = re.sub(
                        rb'<w:style [^>]*w:styleId="([^"]*)".*?</w:style>',
                        lambda m: m[0] if m[1].decode() in keep else b"",
                        content,
                        flags=re.DOTALL,
                    )
                if info.filename != "word/stylesWithEffects.xml":
                    target.writestr(info.filename, _unrelated(info.filename, content))
    return out.getvalue()


def _unrelated(name: str, content: bytes) -> bytes:
    if name.endswith((".rels", "[Content_Types].xml")):
        content = re.sub(
            rb"<(?:Relationship|Override)\b[^>]*stylesWithEffects[^>]*/>", b"", content
        )
    return content


def build_context(rows: int) -> dict[str, Any]:
    """The data: texts with characters that need escaping, whole numbers and decimals."""
    context: dict[str, Any] = {
        "company": "某某银行", "year": "2024年", "department": "客户部 & 信贷部", "has_prize": True,
        "prize": "先进集体 < 一等奖 >",
        "rows": [
            {
                "name": f"指标{i}", "value": 1000 + i, "change": f"+{i}.5", "rate": i / 8 + 0.0625,
                "note": "同比增长，好于计划",
            }
            for i in range(rows)
        ],
    }  # fmt: skip
    for number in range(1, len(SECTIONS) + 1):
        for item in range(4):
            context[f"s{number}_{item}"] = (
                f"第{number}部分第{item}项，共完成{number * 7 + item}件。"
            )
    return context


# -- engines ------------------------------------------------------------------------------------


def wenshu_engine(template: bytes) -> Callable[[dict[str, Any]], bytes]:
    """Wenshu, warm."""
    from generator import WordTemplate  # noqa: PLC0415

    return WordTemplate(template).render


def wenshu_cold(template: bytes) -> Callable[[dict[str, Any]], bytes]:
    """Wenshu with a fresh object for each document."""
    from generator import WordTemplate  # noqa: PLC0415

    return lambda context: WordTemplate(template).render(context)


def docxtpl_engine(template: bytes) -> Callable[[dict[str, Any]], bytes]:
    """Docxtpl as its documentation says, with autoescape so that nothing is lost."""
    from docxtpl import DocxTemplate  # noqa: PLC0415

    shared = DocxTemplate(io.BytesIO(template))

    def render(context: dict[str, Any]) -> bytes:
        shared.render(context, autoescape=True)
        out = io.BytesIO()
        shared.save(out)
        return out.getvalue()

    return render


def docxtpl_cold(template: bytes) -> Callable[[dict[str, Any]], bytes]:
    """Docxtpl with a fresh object for each document."""
    return lambda context: docxtpl_engine(template)(context)  # noqa: PLW0108


def docxtpl_memoised(template: bytes) -> Callable[[dict[str, Any]], bytes]:
    """Docxtpl whose cleaning and compiling are remembered by their input."""
    from docxtpl import DocxTemplate  # noqa: PLC0415
    from jinja2 import Environment  # noqa: PLC0415

    cleaned: dict[str, str] = {}
    compiled: dict[str, Any] = {}

    class Remembering(DocxTemplate):
        def patch_xml(self, src_xml: str) -> str:
            if src_xml not in cleaned:
                cleaned[src_xml] = super().patch_xml(src_xml)
            return cleaned[src_xml]

    class RememberingEnvironment(Environment):
        def from_string(self, source: Any, *args: Any, **kwargs: Any) -> Any:
            if source not in compiled:
                compiled[source] = super().from_string(source, *args, **kwargs)
            return compiled[source]

    environment = RememberingEnvironment(autoescape=True)
    shared = Remembering(io.BytesIO(template))

    def render(context: dict[str, Any]) -> bytes:
        shared.render(context, environment)
        out = io.BytesIO()
        shared.save(out)
        return out.getvalue()

    return render


def floor_engine(template: bytes) -> Callable[[dict[str, Any]], bytes]:
    """Bare Jinja on the cleaned source and raw zip writing: nothing is checked or escaped."""
    from docxtpl import DocxTemplate  # noqa: PLC0415
    from jinja2 import Environment  # noqa: PLC0415

    from generator.word.package import WordPackage, ZipBase, pack  # noqa: PLC0415

    package = WordPackage(template)
    environment = Environment()  # autoescape is left out on purpose
    cleaner = DocxTemplate(io.BytesIO(template))
    parts = {
        name: environment.from_string(cleaner.patch_xml(package.text(name)))
        for name in package.entries
        if re.fullmatch(r"word/(document|header\d+)\.xml", name)
    }
    base = ZipBase(entry for name, entry in package.entries.items() if name not in parts)

    def render(context: dict[str, Any]) -> bytes:
        return base.with_entries(
            [pack(name, part.render(context).encode()) for name, part in parts.items()]
        )

    return render


# -- measuring ----------------------------------------------------------------------------------


@dataclass
class Measure:
    """The timings of one engine."""

    name: str
    milliseconds: float
    size: int
    text: list[str]


def timed(runs: dict[str, Callable[[], object]], seconds: float) -> dict[str, float]:
    """The median milliseconds of each call; they take turns, so that all see the same machine."""
    times: dict[str, list[float]] = {name: [] for name in runs}
    for run in runs.values():
        run()
    for _ in range(ROUNDS):
        for name, run in runs.items():
            stop = time.perf_counter() + seconds / ROUNDS
            while True:
                begin = time.perf_counter()
                run()
                end = time.perf_counter()
                times[name].append(end - begin)
                if end > stop:
                    break
    return {name: statistics.median(each) * 1000 for name, each in times.items()}


def text_of(data: bytes) -> list[str]:
    """Paragraph texts and cells of body and header, in order."""
    from docx import Document  # noqa: PLC0415

    document = Document(io.BytesIO(data))
    lines = [p.text for s in document.sections for p in s.header.paragraphs]
    lines += [p.text for p in document.paragraphs]
    lines += [cell.text for t in document.tables for cell in t._cells]  # noqa: SLF001
    return [line for line in lines if line]


def node_modules() -> str | None:
    """Where Node finds docxtemplater, if it is there at all."""
    if shutil.which("node") is None:
        return None
    places = [Path(p) for p in os.environ.get("NODE_PATH", "").split(os.pathsep) if p]
    places += [folder / "node_modules" for folder in (HERE, *HERE.parents)]
    for place in places:
        if (place / "docxtemplater").is_dir() and (place / "pizzip").is_dir():
            return str(place)
    return None


def measure_node(context: dict[str, Any], seconds: float) -> Measure | None:
    """Time docxtemplater in a Node process of its own (warm, its compiler included)."""
    modules = node_modules()
    if modules is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        source, data, out = (Path(folder, name) for name in ("t.docx", "c.json", "o.docx"))
        source.write_bytes(build_template(CURLY))
        data.write_text(json.dumps(context, ensure_ascii=False), encoding="utf-8")
        done = subprocess.run(
            ["node", str(HERE / "word_templates.js"), source, data, out, str(seconds)],
            env=os.environ | {"NODE_PATH": modules},
            capture_output=True, text=True, encoding="utf-8", timeout=300, check=True,
        )  # fmt: skip
        result = out.read_bytes()
        return Measure("docxtemplater", float(done.stdout), len(result), text_of(result))


def compare(rows: int, seconds: float) -> list[Measure]:
    """Run all engines on one size of table and print the table's rows."""
    template = build_template(JINJA)
    context = build_context(rows)
    plans: list[tuple[str, Callable[[bytes], Callable[[dict[str, Any]], bytes]]]] = [
        ("wenshu", wenshu_engine),
        ("wenshu cold", wenshu_cold),
        ("docxtpl", docxtpl_engine),
        ("docxtpl cold", docxtpl_cold),
        ("docxtpl memoised", docxtpl_memoised),
        ("floor", floor_engine),
    ]
    renders = {name: plan(template) for name, plan in plans}
    times = timed({name: partial(render, context) for name, render in renders.items()}, seconds)
    results = []
    for name, render in renders.items():
        data = render(context)
        text = [] if name == "floor" else text_of(data)  # the floor escapes nothing
        results.append(Measure(name, times[name], len(data), text))
    node = measure_node(context, seconds)
    results += [node] if node else []
    base = next(r for r in results if r.name == "docxtpl").milliseconds
    wanted = results[0].text
    for result in results:
        same = "same" if result.text == wanted else "DIFFERS"
        if result.name == "floor":
            same = "unescaped"
        print(
            f"| {rows} | {result.name} | {result.milliseconds:.2f} | {1000 / result.milliseconds:.0f} "  # noqa: E501
            f"| {base / result.milliseconds:.1f} | {result.size / 1024:.0f} | {same} |"
        )
    return results


# -- memory and processes -----------------------------------------------------------------------


def peak_memory(rows: int) -> float:
    """Python's peak of MB above the data while one large table is rendered."""
    render = wenshu_engine(build_template(JINJA))
    context = build_context(rows)
    tracemalloc.start()
    render(context)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1024 / 1024


def _worker(count: int) -> int:
    render = wenshu_engine(build_template(JINJA))
    context = build_context(20)
    return sum(len(render(context)) > 0 for _ in range(count))


def documents_per_second(processes: int, count: int = 1500) -> float:
    """Throughput of several processes, each with a template of its own."""
    with ProcessPoolExecutor(processes) as pool:
        list(pool.map(_worker, [1] * processes))
        begin = time.perf_counter()
        total = sum(pool.map(_worker, [count] * processes))
        return total / (time.perf_counter() - begin)


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[20, 200, 2000])
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--quick", action="store_true", help="leave out memory and processes")
    options = parser.parse_args()
    print("| rows | engine | ms/doc | docs/s | x docxtpl | KB | text |")
    print("|---|---|---|---|---|---|---|")
    for rows in options.rows:
        compare(rows, options.seconds)
    if not options.quick:
        print(f"\npeak memory for 10,000 rows: {peak_memory(10_000):.0f} MB")
        for processes in (1, 2):
            print(f"{processes} process(es): {documents_per_second(processes):.0f} docs/s")
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(HERE.parent))
    sys.exit(main())

"""The sandbox: missing names told together, limits, no way into Python."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from decimal import Decimal

import pytest
from jinja2 import TemplateSyntaxError
from jinja2.exceptions import SecurityError

from store.blank import Blank
from store.jinja_messages import explain_failure, explain_syntax
from store.missing import MissingNames, near_names
from store.sandbox import LimitExceeded, Limits, SandboxEnvironment, plain_text

Render = Callable[..., str]


@pytest.fixture
def render() -> Render:
    environment = SandboxEnvironment()

    def run(source: str, *, blank: bool = False, **context: object) -> str:
        return environment.render_text(environment.from_string(source), context, blank=blank)

    return run


# -- missing names ------------------------------------------------------------------------------


def test_all_missing_names_are_told_at_once(render: Render) -> None:
    with pytest.raises(MissingNames) as caught:
        render(
            "{{ 甲 }}{{ 乙.丙 }}{{ 丁|upper }}{% for x in 戊 %}{% endfor %}{{ 己 * 2 }}{{ 庚|length }}"  # noqa: E501
        )
    assert [name.name for name in caught.value.names] == ["甲", "乙.丙", "丁", "戊", "己", "庚"]
    assert "缺少 6 项" in caught.value.message


def test_near_names_are_proposed(render: Render) -> None:
    with pytest.raises(MissingNames) as caught:
        render("{{ 职员姓名 }}{{ 行.部门 }}", 员工姓名="张三", 年龄=3, 行={"部 门": 1})
    assert caught.value.names[0].near == ("员工姓名",)
    assert caught.value.names[1].near == ("部 门",)
    assert "是不是“员工姓名”" in str(caught.value)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{% if 缺 %}有{% else %}无{% endif %}", "无"),
        ("{% if 缺.深.处 %}有{% endif %}", ""),
        ("{% if 缺 > 3 or 缺|length > 0 or 'x' in 缺 %}有{% endif %}", ""),
        ("{% if 缺 is defined %}有{% endif %}", ""),
        ("{{ 缺|default('无') }}", "无"),
        ("{{ 缺.深|default('无') }}", "无"),
        ("{{ 缺|upper|default('无') }}", "无"),
        ("{{ 缺 or '无' }}", "无"),
        ("{{ 缺|手填(2) }}", "____"),
        ("{{ '有' if 缺 }}", ""),
        ("{{ 空 }}", ""),
    ],
)
def test_what_is_no_error(render: Render, source: str, text: str) -> None:
    assert render(source, 空=None) == text


def test_blank_mode_prints_nothing_for_missing_names() -> None:
    environment = SandboxEnvironment("blank")
    template = environment.from_string(
        "[{{ a }}{{ a.b.c }}{{ a|upper }}{% for x in a %}x{% endfor %}]"
    )
    assert environment.render_text(template, {}) == "[]"


def test_a_form_printed_empty(render: Render) -> None:
    assert render("{{ 姓名|手填(2) }}", 姓名="张三") == "张三"
    assert render("{{ 姓名|手填(2) }}", blank=True, 姓名="张三") == "____"


def test_front_ends_draw_blanks_themselves() -> None:
    environment = SandboxEnvironment(draw_blank=lambda blank: f"<u>{blank.width}</u>")
    assert environment.render_text(environment.from_string("{{ x|手填(5) }}"), {}) == "<u>5</u>"


def test_near_names_prefer_equal_ones() -> None:
    assert near_names("姓 名", ["姓名", "名姓"])[0] == "姓名"
    assert near_names("Name", ["name", "names"])[0] == "name"
    assert near_names("完全不同", ["abc"]) == ()


# -- safety -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        "{{ x.__class__ }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ x._secret }}",
        "{% set y = x.__init__.__globals__ %}",
    ],
)
def test_internals_are_refused_when_compiling(source: str) -> None:
    with pytest.raises(TemplateSyntaxError, match="internal attribute"):
        SandboxEnvironment().from_string(source)


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''['__class__'] }}",
        "{{ x|attr('__class__') }}",
        "{{ x.append(1) }}",
        "{{ '{0.__class__}'.format(x) }}",
    ],
)
def test_internals_are_refused_when_running(render: Render, source: str) -> None:
    with pytest.raises(SecurityError):
        render(source, x=[])


@pytest.mark.parametrize(
    "source",
    [
        "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
        "{% for i in forever %}x{% endfor %}",
        "{% macro m() %}{% for i in forever %}{% endfor %}{% endmacro %}{{ m() }}",
        "{{ 'a' * 1000000000 }}",
        "{{ [1] * 1000000000 }}",
        "{{ 10 ** 1000000 }}",
        "{{ '%1000000000d'|format(1) }}",
        "{{ '%1000000000d' % 1 }}",
        "{{ '{:>1000000000}'.format(1) }}",
        "{{ 'a'.ljust(999999999) }}",
        "{{ 'a'|center(999999999) }}",
        "{{ [1]|batch(999999999, 0)|list }}",
        "{{ ('a' * 10000)|replace('a', 'b' * 10000) }}",
        "{{ ('a ' * 99999)|wordwrap(1, wrapstring='x' * 99999) }}",
        "{{ ('a\\n' * 99999)|indent(99999) }}",
        "{{ ('a\\n' * 99999)|indent('x' * 99999) }}",
        "{{ range(9999)|join('x' * 9999) }}",
        "{{ range(9999)|map('string')|join('x' * 9999) }}",
        "{{ ('x' * 9999).join(range(9999)|map('string')) }}",
        "{{ (['a' * 9999999] * 99)|join }}",
        "{{ ([[1] * 9999999] * 99)|sum(start=[]) }}",
        "{{ ('a' * 99999).translate({97: 'b' * 99999}) }}",
        "{{ ('a\\t' * 99999).expandtabs(99999) }}",
        "{{ ('{0}' * 9999).format('x' * 9999) }}",
        "{{ ('{a}' * 9999).format(a='x' * 9999) }}",
        "{{ ('%s' * 9999)|format(*(['x' * 9999] * 9999)) }}",
        "{{ ('%(a)s' * 9999) % {'a': 'x' * 9999} }}",
        "{{ [1]|tojson(indent=99999999) }}",
        "{% set x = 'a' * 19999999 %}{% for i in range(4000) %}{{ x }}{% endfor %}",
        "{% set n = namespace(x='abcdefgh') %}{% for i in range(60) %}{% set n.x = n.x ~ n.x %}{% endfor %}",  # noqa: E501
        "{% set n = namespace(x='abcdefgh') %}{% for i in range(60) %}{% set n.x = n.x + n.x %}{% endfor %}",  # noqa: E501
    ],
)
def test_nothing_grows_without_measure(render: Render, source: str) -> None:
    with pytest.raises(LimitExceeded):
        render(source, forever=itertools.count())


def test_the_output_is_limited() -> None:
    environment = SandboxEnvironment(limits=Limits(output=10_000))
    template = environment.from_string("{% for i in range(20000) %}abc{% endfor %}")
    with pytest.raises(LimitExceeded, match="过长"):
        environment.render_text(template, {})


def test_ordinary_formats_work(render: Render) -> None:
    assert render("{{ '%.2f'|format(x) }} {{ '%05d' % 7 }} {{ '{:.1f}'.format(x) }}", x=2.5) == (
        "2.50 00007 2.5"
    )
    assert (
        render("{{ a ~ b ~ none }}{{ '-' * 3 }}{{ 'aXb'|replace('X', '-') }}", a=1, b="二")
        == "1二---a-b"
    )


def test_ordinary_joins_and_wraps_work(render: Render) -> None:
    assert render("{{ x|map('upper')|join('、') }}{{ '-'.join(x) }}", x=["a", "b"]) == "A、Ba-b"
    assert (
        render("{{ x|join('、', attribute='n') }}{{ x|sum('v') }}", x=[{"n": "a", "v": 3}]) == "a3"
    )
    assert render("{{ 'a b'|wordwrap(1) }}{{ 'a\\nb'|indent }}") == "a\nba\n    b"
    assert render("{{ [[1], [2]]|sum(start=[]) }}{{ 'abc'|join('-') }}") == "[1, 2]a-b-c"


def test_loop_controls_and_do(render: Render) -> None:
    assert (
        render("{% for i in range(9) %}{% if i == 3 %}{% break %}{% endif %}{{ i }}{% endfor %}")
        == "012"
    )


# -- values -------------------------------------------------------------------------------------


def test_items_come_before_methods_of_dictionaries(render: Render) -> None:
    assert render("{{ r.数量 }}{{ r.count }}", r={"数量": 1, "count": 2}) == "12"
    assert render("{% for k, v in r.items() %}{{ k }}{{ v }}{% endfor %}", r={"a": 1}) == "a1"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (Decimal("1E+3"), "1000"),
        (Decimal("1.50"), "1.50"),
        (1.5e20, "150000000000000000000"),
        (1e-7, "0.0000001"),
        (True, "True"),
        (Blank(2), "____"),
    ],
)
def test_values_as_text(value: object, text: str) -> None:
    assert plain_text(value) == text


def test_own_filters_win() -> None:
    environment = SandboxEnvironment(filters={"万元": lambda value: f"<{value}>"})
    assert environment.render_text(environment.from_string("{{ 5|万元 }}"), {}) == "<5>"


# -- messages -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("{{ a b }}", "多了“b”"),
        ("{% fro x in y %}", "不认识语句“fro”"),
        ("{% for x y %}", "循环应写成"),
        ("{{ a|nonsense }}", "没有“nonsense”这个过滤器"),
        ("{{ a is nonsense }}", "没有“nonsense”这种判断"),
        ("{{ }}", "没有写内容"),
        ("{{ a.__b }}", "内部属性"),
        ("{{ a ? b }}", "不能用的字符"),
        ("{{ (a }}", "“}”"),
    ],
)
def test_syntax_messages_are_chinese(source: str, problem: str) -> None:
    with pytest.raises(TemplateSyntaxError) as caught:
        SandboxEnvironment().from_string(source)
    assert problem in "".join(explain_syntax(caught.value.message or ""))


def test_failures_are_explained() -> None:
    assert explain_failure(ZeroDivisionError()) == "除数为零"
    assert "类型不符" in explain_failure(TypeError("x"))
    assert "安全" in explain_failure(SecurityError("x"))

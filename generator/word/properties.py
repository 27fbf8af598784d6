"""Custom document properties: where a file came from."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from generator.word.richtext import quote
from generator.word.tokens import escape_text

if TYPE_CHECKING:
    from collections.abc import Mapping

CUSTOM_PART: Final = "docProps/custom.xml"
CUSTOM_TYPE: Final = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
CUSTOM_RELATION: Final = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties"
)
_FORMAT: Final = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"
_EMPTY: Final = (
    '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" '
    'xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"></Properties>'
)


def set_properties(xml: str, values: Mapping[str, str]) -> str:
    """The custom properties part with these values; older ones of the same name are replaced."""
    xml = xml or _EMPTY
    if xml.endswith("/>"):
        xml = xml[:-2] + "></Properties>"
    for name in values:
        pattern = rf'<property\b[^>]*?name="{re.escape(quote(name))}"[^>]*>.*?</property>'
        xml = re.sub(pattern, "", xml, flags=re.DOTALL)
    number = max((int(n) for n in re.findall(r'\bpid="(\d+)"', xml)), default=1)
    added = "".join(
        f'<property fmtid="{_FORMAT}" pid="{number + index}" name="{quote(name)}">'
        f"<vt:lpwstr>{escape_text(value)}</vt:lpwstr></property>"
        for index, (name, value) in enumerate(values.items(), start=1)
    )
    end = xml.rfind("</Properties>")
    return xml[:end] + added + xml[end:]

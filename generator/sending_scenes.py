"""The scenes of a 短信模板: each a purpose, a signature and the words of a message."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from store.exceptions import InputError, UsageError

if TYPE_CHECKING:
    from store import Workspace
    from store.model import Section

SIGNATURE: Final = re.compile(r"^【[^【】]{1,30}】")


@dataclass(slots=True, frozen=True)
class Scene:
    """A text of a message document: its purpose, its signature and its words."""

    name: str
    purpose: str
    signature: str
    text: str

    @property
    def is_marketing(self) -> bool:
        """Whether the receiver must be offered a way to refuse."""
        return "营销" in self.purpose


def scenes(workspace: Workspace, wanted: str) -> list[Scene]:
    """The scenes of a message document.

    Raises:
        InputError: It holds no message.
    """
    document = workspace.load(wanted)
    found = [
        scene
        for section in document.body.root.walk()
        if (scene := _scene(section, document.meta.title)) is not None
    ]
    if not found:
        raise InputError(
            f"《{document.meta.title}》中没有短信正文。",
            hint="每个场景一个小标题，正文以【签名】开头。",
            path=str(document.path),
        )
    return found


def _scene(section: Section, title: str) -> Scene | None:
    facts = {
        block.text.strip(): "；".join(child.text for child in block.children)
        for block in section.blocks
        if block.type == "definition"
    }
    texts = [block.text for block in section.blocks if block.type in {"paragraph", "quote"}]
    signed = [text for text in texts if SIGNATURE.match(text)]
    if not signed and not facts:
        return None
    text = (signed or texts or [""])[-1]
    if not text:
        return None
    return Scene(
        section.heading or title,
        facts.get("用途", ""),
        facts.get("签名", ""),
        " ".join(text.split("\n")),
    )


def choose_scene(known: list[Scene], name: str) -> Scene:
    """The scene of that name, or the only one.

    Raises:
        UsageError: There are several and none is named, or the name fits none or several.
    """
    names = "、".join(scene.name for scene in known)
    if not name:
        if len(known) == 1:
            return known[0]
        raise UsageError(
            f"这份文档有 {len(known)} 个场景，请写明用哪一个。",
            hint=f"例如 文档#{known[0].name}；可用：{names}",
        )
    exact = [scene for scene in known if scene.name == name]
    fitting = exact or [scene for scene in known if name in scene.name]
    if len(fitting) != 1:
        what = "没有" if not fitting else "不止一个"
        raise UsageError(f"{what}“{name}”这个场景。", hint=f"可用：{names}")
    return fitting[0]

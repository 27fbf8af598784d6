"""Who may do what: the one place where rights are decided.

A person has a role and a highest 密级. What somebody may not see is left out of lists, counts,
suggestions and downloads alike, because all of them ask `Rights.sees`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from store import Workspace
    from store.catalogue import Entry

SUMMARY_KIND: Final = "year-end-summary"
_DRAFT: Final = "草稿"
# What the author of a summary may write in its table. Nothing here says what a text is, whom it
# belongs to, who may see it, or which other text it ends.
OF_AUTHORS: Final = frozenset(
    {"title", "period", "year", "subject", "position", "status", "tags", "data", "attachments",
     "drafted_by"}
)  # fmt: skip


class Role(StrEnum):
    """The roles, each with what it adds."""

    READER = "免登录"
    STAFF = "员工"
    MANAGER = "部门负责人"
    EDITOR = "制度管理员"
    ADMIN = "系统管理员"


ROLES: Final = (Role.STAFF, Role.MANAGER, Role.EDITOR, Role.ADMIN)


class Act(StrEnum):
    """What a person may be allowed to do besides reading."""

    READ = "查看文档"
    EDIT = "修改文档"
    CHECK = "查看问题清单和台账"
    MANAGE = "管理账号和查看操作记录"
    ACCOUNT = "使用个人账号"


_ALLOWED: Final = {
    Role.READER: frozenset({Act.READ}),
    Role.STAFF: frozenset({Act.READ, Act.ACCOUNT}),
    Role.MANAGER: frozenset({Act.READ, Act.ACCOUNT}),
    Role.EDITOR: frozenset({Act.READ, Act.ACCOUNT, Act.EDIT, Act.CHECK}),
    Role.ADMIN: frozenset({Act.READ, Act.ACCOUNT, Act.EDIT, Act.CHECK, Act.MANAGE}),
}


@dataclass(frozen=True, slots=True)
class Person:
    """Who is at the page.

    Attributes:
        name: The account's name; 本机 where no log-in is wanted.
        role: Decides what may be done.
        display: The name for people.
        department: Whose summaries a 部门负责人 looks after.
        level: The highest 密级; empty for what the role brings.
        account: The account's number; 0 without one.
        must_change: The password was set by somebody else.
    """

    name: str
    role: Role
    display: str = ""
    department: str = ""
    level: str = ""
    account: int = 0
    must_change: bool = False

    @property
    def label(self) -> str:
        """The name for people."""
        return self.display or self.name


LOCAL_PERSON: Final = Person("本机", Role.ADMIN)
ANONYMOUS: Final = Person("", Role.READER)


@dataclass(frozen=True, slots=True)
class Rights:
    """What one person may do in one workspace.

    Attributes:
        person: Who.
        levels: The 密级 of the workspace, lowest first.
        read_only: Nothing may be changed by anybody.
    """

    person: Person
    levels: tuple[str, ...]
    read_only: bool = False

    @property
    def key(self) -> tuple[str, int, str]:
        """What the visible part of the library depends on."""
        department = self.person.department if self.person.role is Role.MANAGER else ""
        return self.person.role.value, self.rank, department

    @property
    def rank(self) -> int:
        """The highest visible 密级 as a number."""
        person = self.person
        if person.role is Role.READER:
            return 0
        if person.level in self.levels:
            return self.levels.index(person.level)
        if person.role in {Role.EDITOR, Role.ADMIN}:
            return len(self.levels)
        return min(1, len(self.levels) - 1)

    def rank_of(self, level: str) -> int:
        """A document's 密级 as a number: none counts as the second, an unknown one as the top."""
        if not level:
            return min(1, len(self.levels) - 1)
        return self.levels.index(level) if level in self.levels else len(self.levels)

    @property
    def sees_everything(self) -> bool:
        """Whether no document is hidden."""
        return self.person.role in {Role.EDITOR, Role.ADMIN} and self.rank >= len(self.levels)

    def may(self, act: Act) -> bool:
        """Whether the role allows it here."""
        if act is Act.EDIT and self.read_only:
            return False
        return act in _ALLOWED[self.person.role]

    def sees(self, workspace: Workspace, entry: Entry) -> bool:
        """Whether a document may be seen, found and fetched."""
        return not self.why_hidden(workspace, entry)

    def why_hidden(self, workspace: Workspace, entry: Entry) -> str:
        """Why a document is hidden, empty where it is not."""
        meta = entry.meta
        if self.rank_of(meta.confidentiality) > self.rank:
            return f"它的密级高于您的账号可以查看的范围（{self._reach()}）。"
        role = self.person.role
        if role in {Role.EDITOR, Role.ADMIN} or self._own_summary(entry):
            return ""
        if workspace.versions.has_life_cycle(entry):
            if workspace.versions.in_force(entry) is not True:
                return "它现在不在有效期内，或效力还没有确认；您的账号只能查看有效的文档。"
        elif meta.status == _DRAFT:
            return "它还是草稿。"
        return ""

    def _own_summary(self, entry: Entry) -> bool:
        return (
            self.person.role is Role.MANAGER
            and entry.meta.kind == SUMMARY_KIND
            and entry.meta.department == self.person.department != ""
        )

    def _reach(self) -> str:
        top = self.levels[min(self.rank, len(self.levels) - 1)] if self.levels else ""
        return f"{top}及以下" if self.rank else f"仅{top}"

    @property
    def writes_summaries(self) -> bool:
        """Whether the person may begin a summary: an editor any, a head the own department's."""
        if self.read_only:
            return False
        own = self.person.role is Role.MANAGER and bool(self.person.department)
        return own or self.may(Act.EDIT)

    def edits(self, entry: Entry) -> bool:
        """Whether a document may be changed."""
        return self.may(Act.EDIT) or (self._own_summary(entry) and not self.read_only)

    def sets(self, attribute: str) -> bool:
        """Whether a field of a document that may be changed may be changed too."""
        return self.may(Act.EDIT) or attribute in OF_AUTHORS


def role_of(text: str) -> Role | None:
    """The role of a name, as an administrator writes it."""
    return next((role for role in ROLES if role.value == text.strip()), None)


def visible_ids(workspace: Workspace, entries: Sequence[Entry], rights: Rights) -> frozenset[str]:
    """The ids of what somebody may see."""
    return frozenset(entry.id for entry in entries if rights.sees(workspace, entry))

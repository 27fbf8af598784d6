"""The face of the search: open an index over a workspace, and ask it."""

from __future__ import annotations

from functools import cached_property
from time import perf_counter
from typing import TYPE_CHECKING

from search.array_engine import ArrayEngine
from search.arrays import DamagedFileError
from search.errors import IndexBusyError, IndexNotWritableError
from search.generation import Generation
from search.lexicon import Lexicon
from search.library import Library
from search.places import Folder
from search.results import Results
from search.spelling import Speller
from search.syntax import parse
from search.terms import understand
from store.dates import parse_date
from store.dates import today as store_today
from store.exceptions import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date
    from typing import Any, Self

    from numpy.typing import NDArray
    from whoosh.searching import Results as WhooshResults

    from search.past_queries import PastQueries
    from search.relations import Related
    from search.semantic import Embedded, Meaning
    from search.suggestions import Suggester, Suggestion
    from search.syntax import Request
    from search.terms import Question
    from search.updating import Summary
    from search.whoosh_queries import Query
    from search.whoosh_search import WhooshSearch
    from store import Workspace

    Array = NDArray[Any]
    Progress = Callable[[int, int], None]
    Values = str | int | Sequence[str] | None

FOLDER = "search"
_REFRESH_WAIT = 10.0
_VECTORS_AT_ONCE = 300
_KIND_END = 2


class SearchIndex:
    """The index of one workspace.

    `open` brings it up to date when `kb/` is behind; a search does not look at the disk again.
    """

    def __init__(
        self, workspace: Workspace, generation: Generation, summary: Summary | None
    ) -> None:
        """Ask this generation; use `open`."""
        self.workspace = workspace
        self.summary = summary
        self._take(generation)

    def _take(self, generation: Generation) -> None:
        self._generation = generation
        self._engine = ArrayEngine(generation, self._similarity)
        if self.summary is not None:
            self.summary.documents, self.summary.units = self.documents, self.units
        for name in ("_lexicon", "_speller", "_suggester", "_whoosh", "_meaning"):
            self.__dict__.pop(name, None)

    @classmethod
    def open(
        cls,
        workspace: Workspace,
        *,
        progress: Progress | None = None,
        rebuild: bool = False,
        update: bool = True,
        wait: float = 600.0,
    ) -> Self:
        """Open the index of a workspace.

        Args:
            workspace: Whose documents are searched.
            progress: Told how many documents are done, of how many, while it is brought up to date.
            rebuild: Make it anew.
            update: Bring it up to date; else it is taken as it is when there is one.
            wait: For how many seconds another program that writes the index is waited for.

        Raises:
            IndexBusyError: Another program is writing, and there is no older index to use.
            IndexNotWritableError: The folder cannot be written, and there is no older index to use.
        """
        library = Library(workspace)
        place = Folder(workspace.cache / FOLDER)
        generation = None if rebuild else _try_open(place)
        if generation is not None and (not update or not _behind(generation, library)):
            return cls(workspace, generation, None)
        summary = _update(place, library, generation, progress, rebuild=rebuild, wait=wait)
        found = Generation.open(place)
        if found is None:
            raise IndexNotWritableError(str(place.path))
        index = cls(workspace, found, summary)
        index.embed(most=_VECTORS_AT_ONCE)
        return index

    def embed(
        self, progress: Progress | None = None, *, most: int | None = None
    ) -> Embedded | None:
        """Make the vectors of clauses that are missing, where the workspace wants them.

        Args:
            progress: Told how many are done, of how many.
            most: Make none when more than so many are missing.

        Returns:
            What was done; None when the workspace does not want them.
        """
        from search.semantic import embed, is_on  # noqa: PLC0415 - an extra

        if not is_on(self.workspace):
            return None
        tell = progress or (lambda _done, _all: None)
        self.__dict__.pop("_meaning", None)
        return embed(self.workspace, self._generation, tell, most=most)

    @cached_property
    def _meaning(self) -> Meaning | None:
        from search.semantic import Meaning  # noqa: PLC0415 - an extra

        return Meaning.open(self.workspace, self._generation)

    def _similarity(self, question: Question, units: Array) -> Array | None:
        return None if self._meaning is None else self._meaning.similarity(question, units)

    def whoosh(self, query: Query, limit: int = 10) -> WhooshResults:
        """Run a Whoosh query over `words`, `grams` and the metadata fields; a Whoosh Results.

        For programs that speak Whoosh; nothing of the second stage is applied.
        """
        return self._whoosh.search(query, limit)

    @cached_property
    def _whoosh(self) -> WhooshSearch:
        from search.whoosh_search import WhooshSearch  # noqa: PLC0415 - for programs only

        masks = self._engine.masks
        return WhooshSearch(self._generation.corpus, masks.field_mask)

    def refresh(self) -> bool:
        """Notice changes of `kb/`, or of the index by another program; True when there were any."""
        library = Library(self.workspace)
        place = self._generation.place
        try:
            current = place.current()
        except DamagedFileError:
            return self._reopen()
        if current is None:
            return self._reopen()
        newer = current.get("number") != self._generation.number
        if not newer and not _behind(self._generation, library):
            return False
        if not newer:
            self.summary = _update(
                place, library, self._generation, None, rebuild=False, wait=_REFRESH_WAIT
            )
        found = Generation.open(place)
        if found is None:
            return self._reopen()
        self._take(found)
        self.embed(most=_VECTORS_AT_ONCE)
        return True

    def _reopen(self) -> bool:
        opened = type(self).open(self.workspace)
        self.summary = opened.summary
        self._take(opened._generation)  # noqa: SLF001
        return True

    # -- asking -----------------------------------------------------------------------------------

    def search(  # noqa: PLR0913
        self,
        query: str,
        *,
        limit: int = 10,
        kind: Values = None,
        department: Values = None,
        status: Values = None,
        year: Values = None,
        tag: Values = None,
        on: date | str | None = None,
        expand: bool = True,
    ) -> Results:
        """Find clauses.

        Args:
            query: What was typed.
            limit: How many hits to give.
            kind: Slug, name or alias of a kind, or several.
            department: A department, or several.
            status: A status, or several.
            year: A year, or several.
            tag: A tag, or several.
            on: Only what was in force on this day.
            expand: Also search the official terms of everyday words, and mend typing mistakes.

        Raises:
            UnknownFieldError: The query filters by a field that does not exist.
            KindNotFound: There is no such kind.
            InvalidValue: `on` is not a date.
        """
        started = perf_counter()
        request = parse(query)
        given = {"kind": kind, "department": department, "status": status, "year": year, "tag": tag}
        for name, value in given.items():
            request.filters.setdefault(name, []).extend(_values(value))
        self._clean_filters(request)
        question = self._understand(request, expand=expand)
        today = store_today()
        day = _day(on)
        answer = self._engine.run(
            request,
            question,
            today.toordinal(),
            on=day.toordinal() if day else None,
            limit=max(0, limit),
        )
        return Results(
            query=query,
            request=request,
            question=question,
            answer=answer,
            generation=self._generation,
            day=day or today,
            took_ms=(perf_counter() - started) * 1000,
            suggest=lambda: self._suggestion(request, question),
        )

    def _clean_filters(self, request: Request) -> None:
        for values in (request.filters, request.refused):
            if values.get("kind"):
                values["kind"] = [self.workspace.kind(name).slug for name in values["kind"]]
            for name in [name for name, found in values.items() if not found]:
                del values[name]

    def _understand(self, request: Request, *, expand: bool) -> Question:
        plain = request.plain != " ".join(request.phrases)  # not quoted text alone
        question = understand(
            request.plain,
            self._generation.analysis,
            self._generation.corpus,
            self._lexicon if expand and plain else None,
            self._speller,
            mend=expand,
        )
        named = [slug for word, slug in self._kind_words.items() if word in question.folded]
        question.kinds = frozenset(named)
        return question

    @cached_property
    def _kind_words(self) -> dict[str, str]:
        """The words that name a kind: its aliases, and the end of its name."""
        found: dict[str, str] = {}
        for slug, kind in self.workspace.kinds.items():
            for word in (kind.name[-_KIND_END:], *kind.aliases):
                found.setdefault(self._generation.analysis.folder(word), slug)
        return found

    def _suggestion(self, request: Request, question: Question) -> str | None:
        """A better spelling of the whole query."""
        text = request.text
        if not all(wrong in text for wrong, _ in question.mended):  # typed in other characters
            text = self._generation.analysis.folder(text)
        for wrong, right in question.mended:
            text = text.replace(wrong, right, 1)
        return text if question.mended else None

    @cached_property
    def _lexicon(self) -> Lexicon:
        return Lexicon.load(self.workspace.root).folded(self._generation.analysis.folder)

    @cached_property
    def _speller(self) -> Speller:
        generation = self._generation
        return Speller(
            generation.corpus, generation.analysis, generation.place, generation.readings_mark
        )

    def suggest(self, prefix: str, limit: int = 8) -> list[Suggestion]:
        """What the user may be about to type: past queries, titles, posts, headings, words."""
        return self._suggester.suggest(prefix, limit)

    @cached_property
    def _suggester(self) -> Suggester:
        from search.suggestions import Suggester  # noqa: PLC0415

        return Suggester(self._generation, self._speller, self._past)

    @cached_property
    def _past(self) -> PastQueries:
        from search.past_queries import PastQueries  # noqa: PLC0415

        return PastQueries(self.workspace)

    def remember(self, results: Results) -> bool:
        """Count a query that somebody asked, for suggestions; True when it is one to be kept."""
        return self._past.add(results)

    @property
    def often_asked(self) -> int:
        """How many queries are offered because they are asked often; kept suggestions go by it."""
        return self._past.often

    def related(self, document_id: str, limit: int = 5) -> list[Related]:
        """Other documents about the same things."""
        from search.relations import related  # noqa: PLC0415

        return related(self._generation, document_id, limit)

    # -- facts ------------------------------------------------------------------------------------

    @property
    def documents(self) -> int:
        """How many documents are searched."""
        return len(self._generation.table)

    @property
    def units(self) -> int:
        """How many clauses, titles and pieces of text are searched."""
        return int((self._generation.unit_rows >= 0).sum())


def _try_open(place: Folder) -> Generation | None:
    try:
        return Generation.open(place)
    except DamagedFileError:
        return None


def _behind(generation: Generation, library: Library) -> bool:
    from search.staleness import is_behind  # noqa: PLC0415

    return is_behind(generation, library)


def _update(
    place: Folder,
    library: Library,
    old: Generation | None,
    progress: Progress | None,
    *,
    rebuild: bool,
    wait: float,
) -> Summary | None:
    """Update; where that is refused and there is an older index, use that."""
    from search.updating import Updater  # noqa: PLC0415

    try:
        return Updater(place, library, progress).run(rebuild=rebuild, wait=wait)
    except (IndexBusyError, IndexNotWritableError):
        if old is None:
            raise
        return None


def _values(value: Values) -> list[str]:
    if value is None or value == "":
        return []
    if isinstance(value, (str, int)):
        return [str(value)]
    return [str(item) for item in value]


def _day(on: date | str | None) -> date | None:
    if not isinstance(on, str):
        return on
    try:
        return parse_date(on)
    except ValueError:
        raise InvalidValue(
            f"日期“{on}”无法识别。", hint="请写成 2024-01-05 或 2024年1月5日。"
        ) from None

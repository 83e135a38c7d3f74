"""Learning: a line is furniture when three pages have it at their edges whose remaining texts do not match. Pure.

A whole text is suspect when pages of one source have it at three addresses, numbers apart, and it is mostly sentences
that servers send.

Each page costs its own lines only: a line that is no furniture yet is remembered with the pages that have it, and these
few pages are compared with the next page that has it.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from ingest_service.furniture.filings import are_filings, have_different_headlines
from ingest_service.furniture.known import furniture_on
from ingest_service.furniture.machine_pages import is_machine_page
from ingest_service.furniture.page import Page

# A new page is compared with so many earlier pages that have a line of it: more may be filings of one story.
MOST_COMPARED = 12
# So many pages are remembered with a line that is no furniture yet.
MOST_HOLDERS = 100
# A title is furniture if so many lines below it are.
FEWEST_BELOW = 2


@dataclass(frozen=True, slots=True)
class LearnedLine:
    """A line recognised as furniture, or a text as suspect, and the items of the three pages that are the evidence."""

    key: int
    source: str
    text: str
    evidence: tuple[int, int, int]


@dataclass(slots=True)
class Lesson:
    """What a batch of pages teaches, on top of what is known.

    `known` has the keys of furniture by source. `refused` are keys that a person disabled. `holders` has the items of
    the pages with a line that is no furniture yet, by key: those stored before, and those of this batch. `pages` has
    the pages of the stored holders, by item. `affected` are the items of pages whose text still has furniture.
    """

    known: dict[str, set[int]]
    refused: Collection[int] = ()
    holders: dict[int, list[int]] = field(default_factory=dict)
    pages: dict[int, Page] = field(default_factory=dict)
    learned: list[LearnedLine] = field(default_factory=list)
    changed: set[int] = field(default_factory=set)
    affected: set[int] = field(default_factory=set)
    _filings: dict[tuple[int, int], bool] = field(default_factory=dict)

    def take(self, pages: Iterable[tuple[int, Page]]) -> None:
        """Learns from new pages, each with the id of its item."""
        for item, page in pages:
            self.pages[item] = page
            known = self.known.setdefault(page.source, set())
            for candidate in page.candidates.items():
                self._take(item, page, known, candidate)
            self._take_title(item, page, known)
            self._take_text(item, page, known)
            if furniture_on(page, known) - page.lifted.keys() - {page.forms.get(key) for key in page.lifted}:
                self.affected.add(item)

    def _take_title(self, item: int, page: Page, known: set[int]) -> None:
        """A title is furniture only above furniture: a column has the same title every day."""
        below = [paragraph.key for paragraph in page.paragraphs[:FEWEST_BELOW]]
        is_above_furniture = len(below) == FEWEST_BELOW and known.issuperset(below)
        if page.title:
            self._take(item, page, known, (page.title_key, page.title), may_learn=is_above_furniture)
        if page.has_line_as_title:
            # Below a menu that is known already, its last entry is taken for the title.
            self._take(item, page, known, (page.title_line_key, page.title), may_learn=bool(page.lifted))

    def _take_text(self, item: int, page: Page, known: set[int]) -> None:
        """A text that its words alone show to be suspect need not be learned."""
        if page.text_key is None or page.suspect is not None:
            return
        if is_machine_page(page.text):
            holders = self.holders.setdefault(page.text_key, [])
            is_new = self._address(item) not in self._by_address(holders)
            self._take(item, page, known, (page.text_key, page.text))
            # A page with another URL is put first: only the first holders are compared, and many may have one URL.
            if is_new and item in holders:
                holders.remove(item)
                holders.insert(0, item)
        if page.text_key in known:
            self.affected.add(item)

    def _take(self, item: int, page: Page, known: set[int], line: tuple[int, str], *, may_learn: bool = True) -> None:
        key, text = line
        if key in known or key in self.refused:
            return
        holders = self.holders.setdefault(key, [])
        evidence = self._evidence(key, item, holders) if may_learn else None
        if evidence is not None:
            self.learned.append(LearnedLine(key, page.source, text, evidence))
            known.add(key)
            self.affected.update(holders, (item,))
        elif item not in holders and len(holders) < MOST_HOLDERS:
            holders.append(item)
            self.changed.add(key)

    def _evidence(self, key: int, item: int, holders: Sequence[int]) -> tuple[int, int, int] | None:
        if key == self.pages[item].text_key:
            return self._three_addresses(item, holders)
        if key in self.pages[item].numbered:
            compared = [holder for holder in self._compared(holders) if key in self.pages[holder].numbered]
            return self._three(item, compared, lambda a, b: self._differ_in_numbers(key, a, b))
        return self._three(item, self._compared(holders), self._differ)

    def _three_addresses(self, item: int, holders: Sequence[int]) -> tuple[int, int, int] | None:
        """Three pages with different URLs: this one, and two of the holders of a text."""
        others = self._by_address(holders)
        others.pop(self._address(item), None)
        return next(((first, second, item) for first, second in combinations(sorted(others.values()), 2)), None)

    def _by_address(self, holders: Sequence[int]) -> dict[str | int, int]:
        return {self._address(holder): holder for holder in self._compared(holders)}

    def _address(self, item: int) -> str | int:
        """The URL of a page; a page without one has its item, which is at a path of its own."""
        return self.pages[item].url or item

    def _three(
        self, item: int, holders: Sequence[int], differ: Callable[[int, int], bool]
    ) -> tuple[int, int, int] | None:
        """Three pages of which any two differ in this sense: this one, and two of the holders of a line."""
        others = [other for other in holders if differ(item, other)]
        pairs = (pair for pair in combinations(others, 2) if differ(*pair))
        return next(((first, second, item) for first, second in pairs), None)

    def _differ(self, a: int, b: int) -> bool:
        """Whether two pages are no filings of one text."""
        return not self._are_filings(a, b)

    def _differ_in_numbers(self, form: int, a: int, b: int) -> bool:
        """Whether two pages that are no filings have other numbers in their lines of a form, and other headlines.

        A series of reports has the same headline but for a date, and a figure in each is its text.
        """
        pages = self.pages[a], self.pages[b]
        lines = {page.numbered[form] for page in pages}
        return len(lines) == len(pages) and have_different_headlines(*pages) and self._differ(a, b)

    def _compared(self, holders: Sequence[int]) -> list[int]:
        """The holders that still have a page, and that a page is compared with."""
        return [holder for holder in holders if holder in self.pages][:MOST_COMPARED]

    def _are_filings(self, a: int, b: int) -> bool:
        pair = min(a, b), max(a, b)
        if a != b and pair not in self._filings:
            self._filings[pair] = are_filings(self.pages[a], self.pages[b])
        return a == b or self._filings[pair]

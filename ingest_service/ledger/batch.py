"""What a batch of files can change in the ledger, as it is stored and as it is decided. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from ingest_service import model, sameness
from ingest_service.delivery.events import ItemChange
from ingest_service.errors import Unreadable
from ingest_service.folder.scan import FileFact, Unusable
from ingest_service.store.rows import FileRow, ItemRow
from ingest_service.workers.prepare import PreparedFile


@dataclass(frozen=True, slots=True)
class FileChanges:
    """What happened to the files of a batch, each path in one field only. `moved` has each file by its old path.

    Documents of `deleted` files are withdrawn, those of `forgotten` ones stay (`INGEST_ON_DELETE=keep`).
    """

    moved: Mapping[str, FileFact] = field(default_factory=dict)
    touched: Sequence[FileFact] = ()
    stored: Sequence[tuple[FileFact, PreparedFile]] = ()
    failed: Sequence[tuple[FileFact | Unusable, Unreadable]] = ()
    deleted: Collection[str] = ()
    forgotten: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class NewArticle:
    """An article as an observation of its item found it, packed in `content`.

    `cause` is that of the event to be emitted; None if the catalog has the article, and only a lost ledger had not. If
    it `is_emitted`, the event is in the outbox, without relations, before the article is judged.
    """

    document: str
    observation: int
    observed_at: datetime
    cause: str | None
    digest: str
    folded_digest: str
    fingerprints: sameness.Hashes
    content: bytes
    original: model.Original
    original_digest: str
    is_emitted: bool = False

    @property
    def is_pending(self) -> bool:
        """Whether its event is emitted once it is judged."""
        return self.cause is not None and not self.is_emitted


@dataclass(frozen=True, slots=True)
class ArticleChange:
    """The article of an item is replaced by a new one, or deleted."""

    item: int
    article: NewArticle | None = None


@dataclass(slots=True)
class Batch:
    """The rows that a batch of files can change. A row that is not stored yet has a negative id.

    `stored_files`, `stored_items` and `stored_holdings` are what the database has; `files`, `items` and the holdings
    are what was decided. A holding says that a file holds an item; `holder_paths` are the paths of files outside of the
    batch that hold items of it. `contents` are the packed articles of items.
    `item_changes` and `observations` are emitted at once, each with the row of its item at that observation; the new
    articles are emitted when they are judged.
    """

    now: datetime
    stored_files: dict[int, FileRow] = field(default_factory=dict)
    stored_items: dict[int, ItemRow] = field(default_factory=dict)
    stored_holdings: set[tuple[int, int]] = field(default_factory=set)
    holder_paths: dict[int, str] = field(default_factory=dict)
    files: dict[str, FileRow] = field(default_factory=dict)
    items: dict[int, ItemRow] = field(default_factory=dict)
    contents: dict[int, bytes] = field(default_factory=dict)
    item_changes: list[tuple[ItemRow, ItemChange]] = field(default_factory=list)
    article_changes: list[ArticleChange] = field(default_factory=list)
    observations: list[tuple[ItemRow, NewArticle]] = field(default_factory=list)
    new_articles: dict[int, tuple[ItemRow, NewArticle]] = field(default_factory=dict)
    _items_of: defaultdict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    _files_of: defaultdict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    _named: defaultdict[tuple[str, str], set[int]] = field(default_factory=lambda: defaultdict(set))
    _last_new: int = 0

    def load_files(self, rows: Iterable[FileRow]) -> None:
        """Adds stored files."""
        for row in rows:
            self.stored_files[row.id] = self.files[row.path] = row

    def load_items(self, rows: Iterable[ItemRow]) -> None:
        """Adds stored items."""
        for row in rows:
            self.stored_items[row.id] = row
            self.put_item(row)

    def load_holdings(self, pairs: Iterable[tuple[int, int]]) -> None:
        """Adds stored holdings, as pairs of a file and an item."""
        for file, item in pairs:
            self.stored_holdings.add((file, item))
            self.hold(file, item)

    def new_id(self) -> int:
        """An id for a row that is not stored yet."""
        self._last_new -= 1
        return self._last_new

    def put_item(self, row: ItemRow) -> None:
        """Adds an item, or replaces it."""
        before = self.items.get(row.id)
        if before is not None:
            self._named[before.key, before.by].discard(row.id)
        self._named[row.key, row.by].add(row.id)
        self.items[row.id] = row

    def named(self, name: model.ItemName) -> ItemRow | None:
        """The item with a name. Of several it is the current one, else the one that was withdrawn last."""
        rows = (self.items[item] for item in self._named.get((name.key, name.by), ()))
        return max(rows, key=lambda row: (row.status == "current", row.id), default=None)

    def put_article(self, row: ItemRow, article: NewArticle) -> None:
        """Gives an item a new article, with the item's row."""
        self._emit_new(row.id)
        self.put_item(row)
        self.contents[row.id] = article.content
        self.new_articles[row.id] = row, article
        self.article_changes.append(ArticleChange(row.id, article))

    def delete_article(self, row: ItemRow, change: ItemChange) -> None:
        """Ends that an item has an article, with the change of the item that causes it."""
        self._emit_new(row.id)
        self.put_item(row)
        self.contents.pop(row.id, None)
        self.item_changes.append((row, change))
        self.article_changes.append(ArticleChange(row.id))

    def emit_overtaken(self) -> None:
        """Emits new articles at once that a later observation of their item would overtake while they wait."""
        latest = dict(sorted((row.id, row.observation) for row, _ in (*self.observations, *self.item_changes)))
        for item, (row, article) in self.new_articles.items():
            if article.is_pending and latest.get(item, 0) > row.observation:
                self.observations.append((row, article))
                self.article_changes.append(ArticleChange(item, replace(article, is_emitted=True)))

    def _emit_new(self, item: int) -> None:
        """Emits an article of this batch that is replaced, if it is of another file: it is a version of its own."""
        emitted = self.new_articles.pop(item, None)
        if emitted is not None and emitted[0].by == "guid" and emitted[1].cause is not None:
            self.observations.append(emitted)

    def items_of(self, file: int) -> set[int]:
        """The items that a file holds."""
        return set(self._items_of.get(file, ()))

    def holders(self, item: int) -> set[int]:
        """The files that hold an item."""
        return set(self._files_of.get(item, ()))

    def paths_of(self, files: Collection[int]) -> list[str]:
        """The paths of these files, in order."""
        paths = self.holder_paths | {row.id: row.path for row in self.files.values()}
        return sorted(paths[file] for file in files)

    def hold(self, file: int, item: int) -> None:
        """Has a file hold an item."""
        self._items_of[file].add(item)
        self._files_of[item].add(file)

    def let_go(self, file: int, item: int) -> None:
        """Ends that a file holds an item."""
        self._items_of[file].discard(item)
        self._files_of[item].discard(file)

    def holdings(self) -> set[tuple[int, int]]:
        """The holdings as decided."""
        return {(file, item) for file, items in self._items_of.items() for item in items}

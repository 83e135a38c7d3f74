"""Equivalence classes: decides which article represents its class when articles are added and deleted. Pure.

Articles with the same fold form a class. One of them, the representative, is in the fingerprint index; the others are
its copies.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from ingest_service.store.tables import AGAIN, NEW, Judging


@dataclass(slots=True)
class Member:
    """The article of an item in a class; `id` is None until it is stored. `indexed` marks the representative."""

    id: int | None
    item: int
    folded_digest: str
    indexed: bool
    judging: Judging


def class_of(folded_digest: str | None, document: str) -> str:
    """What the articles of a class have in common; a text that says nothing is in a class of its own."""
    return folded_digest or document


class Classes:
    """The classes that a batch changes. `stored` are their members in the order of ids.

    Of a class that loses its representative all members are needed; of others only the representative.
    """

    def __init__(self, stored: Iterable[Member] = ()) -> None:
        self._members: defaultdict[str, dict[int, Member]] = defaultdict(dict)
        self._by_item: dict[int, Member] = {}
        self._requeued: set[str] = set()
        for member in stored:
            self._put(member)

    def add(self, item: int, folded_digest: str, judging: Judging) -> None:
        """Adds the new article of an item: as a copy if its class has a representative, else as that."""
        has_representative = any(member.indexed for member in self._members[folded_digest].values())
        self._put(Member(None, item, folded_digest, not has_representative, judging))

    def delete(self, item: int) -> None:
        """Deletes the article of an item. If it was the representative of its class, the first copy becomes it.

        The class is then queued for re-judging, but for the articles that have not been judged yet.
        """
        deleted = self._by_item.pop(item, None)
        if deleted is None:
            return
        members = self._members[deleted.folded_digest]
        del members[item]
        if not members or any(member.indexed for member in members.values()):
            return
        next(iter(members.values())).indexed = True
        for member in members.values():
            member.judging = NEW if member.judging == NEW else AGAIN
        self._requeued.add(deleted.folded_digest)

    def new(self) -> list[Member]:
        """The articles that are not stored yet, in the order in which they were added."""
        return [member for member in self._by_item.values() if member.id is None]

    def promoted(self) -> list[Member]:
        """The stored copies that became representatives."""
        requeued = (member for digest in sorted(self._requeued) for member in self._members[digest].values())
        return [member for member in requeued if member.indexed and member.id is not None]

    def requeued(self) -> list[str]:
        """The classes whose stored articles are to be judged again."""
        return sorted({member.folded_digest for member in self.promoted()})

    def _put(self, member: Member) -> None:
        self._members[member.folded_digest][member.item] = member
        self._by_item[member.item] = member

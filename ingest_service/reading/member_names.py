"""The names of the members of one archive: unique, not too long, and without the sign that divides nested members."""

from collections import Counter
from dataclasses import dataclass, field

from ingest_service import file_names

LONGEST_BYTES = 500


@dataclass(slots=True)
class MemberNames:
    """Gives names to the members of one archive."""

    _times: Counter[str] = field(default_factory=Counter)

    def unique(self, name: str) -> str:
        """The name of a member that no other one has: the second "a.txt" is "a.txt (2)"."""
        self._times[name] += 1
        times = self._times[name]
        name = name.replace("#", "\\x23")
        name = name if len(name.encode()) <= LONGEST_BYTES else file_names.shortened(name)
        return name if times == 1 else f"{name} ({times})"

"""Asks of the first or the last characters of many lines at once whether they are of a class. Pure."""

from collections.abc import Callable, Sequence
from operator import itemgetter

import numpy as np
import numpy.typing as npt

from ingest_service.reading.pdf.lines import Flags

ASCII = 128

Codes = npt.NDArray[np.uint32]


def codes(texts: Sequence[str], place: int) -> Codes:
    """The code point of the character at this place of each text, where no text is empty."""
    return np.frombuffer("".join(map(itemgetter(place), texts)).encode("utf-32-le"), np.uint32)


class CharacterClass:
    """The characters for which a function is true; those of ASCII are in a table."""

    def __init__(self, contains: Callable[[str], bool]) -> None:
        self._contains = contains
        self._table = np.array([*map(contains, map(chr, range(ASCII))), False])

    def among(self, codes: Codes) -> Flags:
        """Whether each of these code points is in the class."""
        flags: Flags = self._table[np.minimum(codes, ASCII)]
        for number in np.flatnonzero(codes >= ASCII).tolist():
            flags[number] = self._contains(chr(codes[number]))
        return flags

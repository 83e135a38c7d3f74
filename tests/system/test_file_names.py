"""Files and folders of any name the file system allows are created, changed, renamed and deleted while watched."""

import os
import random
import shutil
from pathlib import Path
from typing import Any

from ingest_service import file_names
from tests.system.conftest import mostly_on
from tests.system.house import House, until

LONGEST_NAME = 255
SEED = "seed.txt"
LEGAL = [number for number in range(1, 256) if number != ord("/")]


def names() -> list[bytes]:
    """Names of 1 to 255 bytes that together have every legal byte, and those that look like an escaped name."""
    draw = random.Random(15)  # noqa: S311  A sample, no secret.
    legal = draw.sample(LEGAL, len(LEGAL))
    some = [b"n" + bytes(legal[start : start + 16]) + b"n" for start in range(0, len(legal), 16)]
    long = bytes(draw.choices(LEGAL, k=LONGEST_NAME - 2))
    return [*some, b"n" + long + b"n", b"\xff", b"\n", b"\\", rb"a\xff", b"a\xff", rb"a\x5cxff", b"caf\xe9.txt"]


class Names:
    """Files by name in the folder of a house, a text of its own in each."""

    def __init__(self, home: House) -> None:
        self.home = home
        self.root = os.fsencode(home.seeds)

    def write(self, path: bytes, text: str) -> None:
        """Writes a file, with its folder where there is none."""
        whole = os.path.join(self.root, path)  # noqa: PTH118  A Path holds no bytes.
        os.makedirs(os.path.dirname(whole), exist_ok=True)  # noqa: PTH103, PTH120  As above.
        Path(os.fsdecode(whole)).write_text(text, encoding="utf-8")

    def rename(self, old: bytes, new: bytes) -> None:
        """Renames a file or a folder."""
        os.rename(os.path.join(self.root, old), os.path.join(self.root, new))  # noqa: PTH104, PTH118  As above.

    def delete(self, path: bytes) -> None:
        """Deletes a file, or a folder with all it holds."""
        whole = os.path.join(self.root, path)  # noqa: PTH118  As above.
        shutil.rmtree(whole) if os.path.isdir(whole) else os.unlink(whole)  # noqa: PTH108, PTH112  As above.

    def settled(self, paths: list[bytes], version: int) -> dict[str, str]:
        """Waits until exactly these files are documents of that version; their ids by path."""
        expected = {SEED: 1, **{text(path): version for path in paths}}

        def documents() -> dict[str, dict[str, Any]] | None:
            current = self.home.documents()
            return current if {path: each["version"] for path, each in current.items()} == expected else None

        stored = until(documents, f"{len(paths)} names; output: {self.home.ingest.output()}")
        self.home.quiet()
        return {path: each["id"] for path, each in stored.items() if path != SEED}


def text(path: bytes) -> str:
    """The text form of a path."""
    return file_names.to_text(os.fsdecode(path))


@mostly_on("sqlite")
def test_files_of_any_name_are_served_while_watched(empty_house: House) -> None:
    home = empty_house
    for given in home.seeds.iterdir():
        given.unlink()
    (home.seeds / SEED).write_text("Seed\n\nThe folder is never empty.", encoding="utf-8")
    home.start()
    files = Names(home)
    folder, renamed = b"fold\xe9r\\xff\n", b"\xf0\x9f\x93fold\x80r"
    paths = [*names(), *(folder + b"/" + name for name in names()[::3])]

    for number, path in enumerate(paths):
        files.write(path, f"Note {number}\n\nThe harbour of town {number} is closed for {number} days.")
    created = files.settled(paths, 1)
    for number, path in enumerate(paths):
        files.write(path, f"Note {number}\n\nThe harbour of town {number} is open again after {number} days.")
    assert files.settled(paths, 2) == created

    files.rename(folder, renamed)
    moved = [path if b"/" not in path else path.replace(folder, renamed) for path in paths]
    again = files.settled(moved, 2)
    assert [again[text(path)] for path in moved] == [created[text(path)] for path in paths]

    last = [path if b"/" in path else path[:-4] + b"\xa0%03d" % number for number, path in enumerate(moved)]
    for old, new in zip(moved, last, strict=True):
        files.rename(old, new)
    again = files.settled(last, 2)
    assert [again[text(path)] for path in last] == [created[text(path)] for path in paths]
    assert {path: each["state"] for path, each in home.files().items() if path != SEED} == {
        text(path): "published" for path in last
    }

    # A restart finds nothing new.
    home.ingest.kill()
    home.ingest.start()
    until(home.ingest.ready, "the ingest service")
    assert files.settled(last, 2) == again

    for path in last:
        if b"/" not in path:
            files.delete(path)
    files.delete(renamed)
    files.settled([], 2)
    withdrawn = {each["id"] for each in home.documents("withdrawn").values()}
    assert withdrawn >= set(created.values())
    home.stop()

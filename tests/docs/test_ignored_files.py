"""Every pattern of names that are ignored is documented, with an example that it ignores."""

import re
from pathlib import Path

from ingest_service import file_names
from ingest_service.folder import ignore

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "ignored-files.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `(.+?)` \| (`.+?`) \| .+ \|$", PAGE, re.MULTILINE)


def test_every_pattern_of_ignored_names_is_documented() -> None:
    assert sorted(pattern for pattern, _ in ROWS) == sorted(file_names.TEMPORARY)


def test_the_examples_of_ignored_names_are_ignored(tmp_path: Path) -> None:
    examples = [name for _, names in ROWS for name in re.findall(r"`(.+?)`", names)]
    ignored = ignore.Ignore(tmp_path)
    assert [name for name in examples if not ignored(name, is_folder=False)] == []
    assert not ignored("notes.txt", is_folder=False)


def test_the_documented_rules_do_what_the_page_says(tmp_path: Path) -> None:
    (rules,) = re.findall(r"```text\n(.+?)```", PAGE, re.DOTALL)
    (tmp_path / ignore.IGNORE_FILE).write_text(rules, encoding="utf-8")
    ignored = ignore.Ignore(tmp_path)
    assert ignored.covers("a/drafts/b.txt")
    assert ignored.covers("a/b.bak")
    assert not ignored.covers(".well-known")
    assert ignored.covers(".notes.txt")

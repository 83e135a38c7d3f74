"""What every file of the project is held to: sizes, cleanliness, and a lock file that names the public index only."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).parents[2]
LONGEST_FUNCTION = 60
LONGEST_FILE = 300
LONGEST_AFTER_ASKING = 420
# Files past 300 lines were asked whether they are two; this is the answer.
ASKED = {
    "catalog_service/contract.py": "one door: every model that travels, read together",
}
# Bytes that are data and stay as they came.
AS_THEY_CAME = ("seeds/", "tests/data/", "catalog_service/web/static/vendor/", "LICENSE")
MACHINE_PATH = re.compile(r"(?<![\w.~}/-])/(?:work|root|home|Users|mnt)/[\w.-]+")


def tracked() -> list[str]:
    """The files of the project: what git knows and what it would take."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        pytest.skip("not a git checkout")
    return [name for name in done.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


def text_files() -> Iterator[tuple[str, str]]:
    """Every file of ours that is text, with its text."""
    for name in tracked():
        content = (ROOT / name).read_bytes()
        if not name.startswith(AS_THEY_CAME) and b"\0" not in content:
            yield name, content.decode("utf-8")


def test_the_lock_file_names_the_public_index_only() -> None:
    text = (ROOT / "uv.lock").read_text(encoding="utf-8")
    hosts = {urlsplit(url).hostname for url in re.findall(r"https?://[^\s\"]+", text)}
    assert hosts == {"pypi.org", "files.pythonhosted.org"}


def test_every_locked_package_comes_with_hashes() -> None:
    packages = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))["package"]
    downloads = [
        each for package in packages for each in (*package.get("wheels", []), package.get("sdist", {})) if each
    ]
    assert len(downloads) > 100
    assert all(each["hash"].startswith("sha256:") for each in downloads)


def test_functions_stay_short() -> None:
    """A migration is a list of tables, not a function to be understood."""
    long = [
        f"{name}:{node.lineno} {node.name} has {length} lines"
        for name, text in text_files()
        if name.endswith(".py") and not name.startswith("migrations/")
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (length := (node.end_lineno or node.lineno) - node.lineno + 1) > LONGEST_FUNCTION
    ]
    assert not long


def test_files_stay_short() -> None:
    """A file past 300 lines is asked whether it is two; if it is one, `ASKED` says why."""
    lengths = {
        name: len(text.splitlines())
        for name, text in text_files()
        if name.endswith(".py") and not name.startswith(("tests/", "migrations/"))
    }
    long = {
        name: length
        for name, length in lengths.items()
        if length > (LONGEST_AFTER_ASKING if name in ASKED else LONGEST_FILE)
    }
    assert not long


def test_no_file_holds_a_path_of_somebodys_machine() -> None:
    paths = [f"{name}: {match[0]}" for name, text in text_files() for match in MACHINE_PATH.finditer(text)]
    assert not paths


def test_files_end_well_and_lines_too() -> None:
    junk = [
        name
        for name, text in text_files()
        if text
        and (not text.endswith("\n") or text.endswith("\n\n") or "\r" in text or re.search(r"[ \t]$", text, re.M))
    ]
    assert not junk


def test_nothing_that_is_made_is_tracked() -> None:
    made = [name for name in tracked() if name.endswith((".pyc", ".db", ".log", ".orig", ".rej", "~", ".DS_Store"))]
    assert not made

"""The format that a page adds is read as the page says: its code is the code that runs here."""

import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from ingest_service import normalise, reading
from ingest_service.reading import formats

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "add-a-format.md").read_text(encoding="utf-8")
(SAMPLE,) = re.findall(r"```text\n(.+?)```", PAGE, re.DOTALL)
MODULE, LINE, TEST = re.findall(r"```python\n(.+?)```", PAGE, re.DOTALL)


def executed(name: str, code: str) -> ModuleType:
    module = ModuleType(name)
    exec(compile(code, name, "exec"), module.__dict__)  # noqa: S102  The page's own code is what is tested.
    return module


@pytest.fixture
def _added(monkeypatch: pytest.MonkeyPatch) -> None:
    """The format in the registry, by the line of the page."""
    module = executed("ferry_log", MODULE)
    (added,) = eval(f"({LINE.strip()})", {"ferry_log": module})  # noqa: S307  As above.
    monkeypatch.setattr(formats, "FORMATS", (added, *formats.FORMATS))


@pytest.mark.usefixtures("_added")
def test_the_sample_of_the_page_is_read() -> None:
    (item,) = reading.read(SAMPLE.encode(), "north.ferrylog").items
    article = normalise.normalise(item)
    assert (item.publication.guid, item.publication.version, item.repairs) == ("north/2026-03-03", "2", ())
    assert (article.title, article.published) == ("Late boat from Port Alma", "2026-03-03")
    assert [paragraph.split()[0] for paragraph in article.paragraphs] == ["The", "Nobody"]


def page_tests() -> list[Callable[[], None]]:
    return [value for name, value in vars(executed("test_ferry_log", TEST)).items() if name.startswith("test_")]


@pytest.mark.usefixtures("_added")
@pytest.mark.parametrize("test", page_tests())
def test_the_tests_of_the_page_pass(test: Callable[[], None]) -> None:
    test()


def test_without_the_format_the_file_is_plain_text() -> None:
    assert reading.read(SAMPLE.encode(), "north.ferrylog").items[0].media_type == "text/plain"

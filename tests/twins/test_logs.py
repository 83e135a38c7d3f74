"""What the services log can be read by people and by programs, and holds no secret."""

import errno
import io
import json
import logging
import os
import re
import sys

import pytest
import structlog

from tests.twins.conftest import Twin

SECRET = "hunter2"  # noqa: S105  It is what the log must not hold.


def test_a_line_of_json_holds_the_event_and_its_context(twin: Twin, capsys: pytest.CaptureFixture[str]) -> None:
    twin.module("logs").configure("json")
    with structlog.contextvars.bound_contextvars(request_id="r-1"):
        structlog.get_logger().warning("delivery waits", reason="catalog-away", count=3, healthy=None)
    line = json.loads(capsys.readouterr().err)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "delivery waits", "level": "warning", "request_id": "r-1", "reason": "catalog-away", "count": 3,
        "healthy": None,
    }  # fmt: skip


class FullDisk(io.StringIO):
    """A stream that fails when a line is written, or when it is flushed."""

    def __init__(self, failing: str) -> None:
        super().__init__()
        setattr(self, failing, self.fail)

    def fail(self, *_: str) -> int:
        """Fails as a full disk does."""
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("failing", ["write", "flush"])
def test_a_line_that_cannot_be_written_stops_nothing(
    twin: Twin, logs_restored: None, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    monkeypatch.setattr(sys, "stderr", FullDisk(failing))
    twin.module("logs").configure("console")
    structlog.get_logger().info("ready")


def test_libraries_log_in_the_same_form(twin: Twin, capsys: pytest.CaptureFixture[str]) -> None:
    twin.module("logs").configure("json")
    logging.getLogger("alembic").info("seen")
    logging.getLogger("sqlalchemy.pool").warning("lost postgresql://reader:%s@db/x", SECRET)
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["level"]) == ("lost postgresql://reader:***@db/x", "warning")


@pytest.mark.parametrize("form", ["json", "console"])
def test_no_secret_is_logged(twin: Twin, form: str, capsys: pytest.CaptureFixture[str]) -> None:
    twin.module("logs").configure(form)
    log = structlog.get_logger()
    url = f"postgresql://reader:{SECRET}@db/x"
    log.info("by name", publish_token=SECRET, Authorization=f"Bearer {SECRET}", api_secret=SECRET, set_cookie=SECRET)
    log.info("nested", headers={"Authorization": SECRET, "list": [{"password": SECRET}]}, urls=[url, (url,)])
    log.info("objects", error=ConnectionError(url), content=url.encode(), names=frozenset({url}))
    log.error("failed", exc_info=ConnectionError(f"{url} is away"))
    logging.getLogger("aiohttp.server").error("failed", exc_info=ConnectionError(f"{url} is away"))
    output = capsys.readouterr().err
    assert SECRET not in output
    assert output.count("reader:***@db") >= 6


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_hostile_name_forges_no_line(twin: Twin, form: str, capsys: pytest.CaptureFixture[str]) -> None:
    twin.module("logs").configure(form)
    structlog.get_logger().warning("read", path="a\nb\r\x1b[2J\x9b1m\u2028c\udcff.txt", names=["d\ne"])
    output = capsys.readouterr().err
    assert len(output.splitlines()) == 1
    assert output.rstrip("\n").isprintable()


# Overrides, embeddings, isolates and marks of direction; signs that are not seen; tags.
TURNING = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
UNSEEN = "\xad\u180e\u200b\u2060\u2064\u206f\ufeff\ufffb\U000e0001\U000e0067"


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_hostile_name_turns_no_line_and_hides_nothing(
    twin: Twin, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    twin.module("logs").configure(form)
    names = [f"harbour{sign}txt.exe" for sign in TURNING + UNSEEN]
    for name in names:
        structlog.get_logger().warning("read", path=name, names={"in": [name]}, error=OSError(name))
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == len(names)
    for line, sign in zip(lines, TURNING + UNSEEN, strict=True):
        assert line.isprintable()
        assert line.count(sign.encode("unicode_escape").decode().removeprefix("\\")) == 3


def test_a_hostile_name_in_a_traceback_moves_no_cursor(twin: Twin, capsys: pytest.CaptureFixture[str]) -> None:
    twin.module("logs").configure("console")
    structlog.get_logger().error("failed", exc_info=ValueError("read a\x1b[2J\u202eb.txt"))
    logging.getLogger("aiohttp.server").error("failed", exc_info=ValueError("read a\x1b[2J\u202eb.txt"))
    lines = capsys.readouterr().err.splitlines()
    assert all(map(str.isprintable, lines))
    assert lines.count("ValueError: read a\\x1b[2J\\u202eb.txt") == 2


def test_a_name_with_joiners_is_shown_as_it_is(twin: Twin, capsys: pytest.CaptureFixture[str]) -> None:
    twin.module("logs").configure("console")
    structlog.get_logger().warning("read", path="می\u200cخواهم.txt")
    assert "path=می\u200cخواهم.txt" in capsys.readouterr().err


def test_a_line_for_people_has_time_level_event_and_fields_in_order(
    twin: Twin, capsys: pytest.CaptureFixture[str]
) -> None:
    twin.module("logs").configure("console")
    log = structlog.get_logger()
    log.warning("request", path="/v1/a", status=200, detail="two words", quoted="it's", healthy=None, names=["a"])
    logging.getLogger("sqlalchemy.pool").error("lost")
    log.error("failed", exc_info=ValueError("no such month"))
    first, second, third, *traceback = capsys.readouterr().err.splitlines()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", first.partition(" ")[0])
    assert first.partition(" ")[2] == (
        f"[warning  ] {'request':<30} detail='two words' healthy=None names=['a'] path=/v1/a quoted=\"it's\" status=200"
    )
    assert second.partition(" ")[2] == "[error    ] lost"
    assert third.partition(" ")[2] == "[error    ] failed"
    assert traceback[-1] == "ValueError: no such month"

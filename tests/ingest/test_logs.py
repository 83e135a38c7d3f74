"""What is logged can be read by people or programs, and tells no secret."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from ingest_service import logs


@pytest.fixture(autouse=True)
def put_back() -> Iterator[None]:
    """Logging as it was, afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    root.handlers[:], root.level = handlers, level


def test_a_line_of_json_holds_what_was_said(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json")
    structlog.get_logger().warning("delivery waits", reason="catalog-away")
    said = json.loads(capsys.readouterr().err)
    assert said["event"] == "delivery waits"
    assert said["level"] == "warning"
    assert said["reason"] == "catalog-away"
    assert said["timestamp"].endswith("Z")


def test_libraries_speak_in_the_same_form(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json")
    logging.getLogger("sqlalchemy.pool").warning("lost postgresql://ingest:hunter2@db/x")
    said = json.loads(capsys.readouterr().err)
    assert said["event"] == "lost postgresql://ingest:***@db/x"


@pytest.mark.parametrize("form", ["json", "console"])
def test_no_secret_is_told(capsys: pytest.CaptureFixture[str], form: str) -> None:
    logs.configure(form)  # type: ignore[arg-type]
    log = structlog.get_logger()
    hidden = "hunter2"
    log.info("started", publish_token=hidden, Authorization=f"Bearer {hidden}", url="postgresql://u:hunter2@db/x")
    log.error("failed", exc_info=ConnectionError("postgresql://u:hunter2@db/x is away"))
    told = capsys.readouterr().err
    assert "hunter2" not in told
    assert "failed" in told

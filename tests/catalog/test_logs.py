"""Logs are structured, carry the request's id, and never a secret."""

import json
import logging

import pytest
import structlog

from catalog_service import logs

pytestmark = pytest.mark.usefixtures("logs_restored")


def test_a_json_line_holds_the_event_and_its_context(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json")
    with structlog.contextvars.bound_contextvars(request_id="r-1"):
        structlog.stdlib.get_logger().info("listening", url="http://127.0.0.1:8080")
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["url"], line["request_id"]) == ("listening", "http://127.0.0.1:8080", "r-1")


def test_secrets_never_reach_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("console")
    structlog.stdlib.get_logger().warning(
        "away", authorization="Bearer t0p", detail="postgresql+psycopg://reader:hunter2@db/x"
    )
    logging.getLogger("sqlalchemy").error("postgresql://reader:hunter2@db/x is away")
    output = capsys.readouterr().err
    assert "t0p" not in output
    assert "hunter2" not in output
    assert "reader:***@db/x" in output

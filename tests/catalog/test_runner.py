"""A background task of the catalog is never lost: when it dies, the service ends with its reason."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import IO

import pytest

from catalog_service import cli, runner
from catalog_service.contract import BATCH_MEDIA_TYPE
from catalog_service.errors import PartDied
from catalog_service.store.db import Database
from tests import templates
from tests.catalog.events import raw_event

END_SECONDS = 30


async def test_a_part_that_dies_ends_the_block_and_is_named() -> None:
    async def die() -> None:
        raise ValueError("poison")

    stop = asyncio.Event()
    with pytest.raises(PartDied, match="writer died: ValueError: poison"):
        async with runner.supervised("writer", die(), stop):
            await stop.wait()


async def test_a_part_that_ends_by_itself_ends_the_block() -> None:
    stop = asyncio.Event()
    with pytest.raises(PartDied, match="writer ended by itself"):
        async with runner.supervised("writer", asyncio.sleep(0), stop):
            await stop.wait()


async def test_a_part_ends_with_the_block() -> None:
    ended = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with runner.supervised("writer", work(), asyncio.Event()):
        await asyncio.sleep(0)
    assert ended.is_set()


def test_a_part_that_died_is_exit_code_1() -> None:
    assert cli.exit_code(PartDied("writer died")) == 1


# A `record` that returns nothing is a fault that the writer does not foresee: it is met while results are handed out.
WITH_A_FAULT = """
from catalog_service.api import events
from catalog_service.cli import main
events.record_events = lambda session, received, prepared: None
main()
"""


def test_a_service_whose_writer_dies_answers_and_ends(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    templates.bring_up(database)
    database.close()
    settings = {"CATALOG_DATABASE_URL": sqlite_url, "CATALOG_PORT": "0", "CATALOG_LOG_FORMAT": "json"}
    with subprocess.Popen(
        [sys.executable, "-c", WITH_A_FAULT, "serve"], env=os.environ | settings, stderr=subprocess.PIPE
    ) as process:
        assert process.stderr is not None
        try:
            url = listening(process.stderr)
            assert publish(url) == (503, "stopping")
            assert process.wait(END_SECONDS) == 1
            log = process.stderr.read().decode()
        finally:
            process.kill()
    died, *_, sentence = log.splitlines()
    assert [json.loads(died)[name] for name in ("event", "part")] == ["a part died", "writer"]
    assert "TypeError" in json.loads(died)["exception"]
    assert sentence.startswith("catalog-service: writer died: TypeError: ")


def test_a_service_that_is_stopped_answers_what_it_has_accepted(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    templates.bring_up(database)
    database.close()
    settings = {"CATALOG_DATABASE_URL": sqlite_url, "CATALOG_PORT": "0", "CATALOG_LOG_FORMAT": "json"}
    command = [str(Path(sys.executable).parent / "catalog-service"), "serve"]
    with subprocess.Popen(command, env=os.environ | settings, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        try:
            url = listening(process.stderr)
            assert publish(url) == (200, "recorded")
            process.send_signal(signal.SIGTERM)
            assert process.wait(END_SECONDS) == 0
        finally:
            process.kill()


def publish(url: str) -> tuple[int, str]:
    """Publishes an event: the status, with the outcome of the event or the code of the problem."""
    request = urllib.request.Request(  # noqa: S310  Our own, on loopback.
        f"{url}/v1/events", json.dumps([raw_event(1)]).encode(), {"Content-Type": BATCH_MEDIA_TYPE}
    )
    try:
        with urllib.request.urlopen(request, timeout=END_SECONDS) as response:  # noqa: S310  As above.
            return response.status, json.load(response)["receipts"][0]["outcome"]
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, json.load(refused)["code"]


def listening(log: IO[bytes]) -> str:
    """The URL at which the process says that it listens."""
    for line in log:
        fields = json.loads(line)
        if fields["event"] == "listening":
            return str(fields["url"])
    raise AssertionError("it ended before it listened")

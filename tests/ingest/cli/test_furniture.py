"""What was learned of sites, as a person sees it and undoes it."""

import json
from contextlib import closing

from ingest_service.ledger import rereads
from ingest_service.store.db import Database
from tests import templates
from tests.ingest.cli.test_commands import Run, run
from tests.ingest.furniture.pages import FOOTER, MENU, article
from tests.ingest.furniture.test_suspect_texts import WALL, sent
from tests.ingest.ledger.test_furniture import learn, store

__all__ = ["run"]


def test_furniture_is_listed_disabled_and_enabled(run: Run, sqlite_url: str) -> None:
    with closing(Database(sqlite_url)) as database:
        templates.bring_up(database)
        assert run("furniture").stdout == "no furniture of any site was learned\n"
        store(database, [article(number, menu=("Tickets\x1b[2J and passes", *MENU[1:])) for number in range(3)])
        learn(database)
        listed = run("furniture").stdout
        assert listed.splitlines()[:2] == [
            "publisher:The Harbour Herald", "  1: Tickets\ufffd[2J and passes, from '0.txt', '1.txt', '2.txt'"
        ]  # fmt: skip
        assert len(listed.splitlines()) == 1 + len(MENU + FOOTER)
        done = run("furniture", "--disable", "1", "--json")
        assert json.loads(done.stdout) == {"disabled": 1, "read_again": 0}
        [first, *_] = json.loads(run("furniture", "--json").stdout)["furniture"]
        assert (first["id"], first["disabled"], first["evidence"]) == (1, True, ["0.txt", "1.txt", "2.txt"])
        with database.reading() as session:
            # They were to be read again before.
            assert rereads.count(session) == 3
        store(database, [sent(number, *WALL) for number in range(3)], first=3)
        learn(database)
        [wall, *_] = json.loads(run("furniture", "--json").stdout)["furniture"]
        assert (wall["source"], wall["suspect"]) == ("host:herald.example", "bot-wall")
        assert f"{wall['id']}: Our systems have detected" in run("furniture").stdout
        assert " (bot-wall), from '3.txt', '4.txt', '5.txt'" in run("furniture").stdout
    unknown = run("furniture", "--enable", "99")
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert unknown.stderr == "ingest-service: there is no line 99; ingest-service furniture lists them\n"
    assert run("furniture", "--enable", "1", "--disable", "1").returncode == 2

"""The code of the benchmarks: the generator, the judgement of figures, the load generator, and the filled databases."""

import ctypes
import json
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests import postgres
from tests.benchmarks import bench_html, bench_pdf, bench_search, filling, load, loading, news, peers, processes, run
from tests.benchmarks.figures import Figure
from tests.benchmarks.filling import Filling
from tests.benchmarks.news import samples
from tests.quality import html_set
from tests.system import house


@pytest.fixture(autouse=True)
def datasette_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Datasette is in a group of dependencies that tests do not need; none of them starts it."""
    monkeypatch.setattr(peers, "datasette_program", lambda: Path("datasette"))


def test_the_same_seed_gives_the_same_texts() -> None:
    assert list(news.texts(60)) == list(news.texts(60))
    assert list(news.texts(60)) != list(news.texts(60, seed=2))


def test_texts_are_as_long_as_real_ones_and_repeat_each_other() -> None:
    texts = list(news.texts(400))
    assert 2_000 < sum(len(text.encode()) for text in texts) / len(texts) < 4_000
    copies = len(texts) - len(set(texts))
    assert 0.04 < copies / len(texts) < 0.15
    paragraphs = [paragraph for text in set(texts) for paragraph in text.split("\n\n")[1:-1]]
    assert len(set(paragraphs)) < 0.8 * len(paragraphs)


def test_files_of_a_folder_take_the_place_of_made_up_articles(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "b.txt").write_bytes(b"second")
    (tmp_path / "a.md").write_bytes(b"first")
    assert [(file.name, file.content) for file in samples(5, tmp_path)] == [
        ("000000.md", b"first"),
        ("000001.txt", b"second"),
    ]


def test_an_empty_folder_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        run.main(["--without-recoll", "--folder", str(tmp_path)])
    assert refused.value.code == 2
    assert f"{tmp_path} holds no files" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("figures", "arguments", "code"),
    [
        ([Figure("bulk load cpu", 8.1, 1.0, "ms")], ["--check"], 1),
        ([Figure("bulk load cpu", 8.1, 1.0, "ms")], [], 0),
        ([Figure("bulk load cpu", 7.9, 1.0, "ms")], ["--check"], 0),
        ([Figure("document", 290.0, 100.0, "requests/s")], ["--check"], 1),
        ([Figure("document", 310.0, 100.0, "requests/s")], ["--check"], 0),
        # Only a goal limits the 95th percentile.
        ([Figure("search rare p95", 90.0, 100.0, "ms")], ["--check"], 0),
        # --without-recoll allows its row to have no peer, and no other row.
        ([Figure("bulk load", 300.0, None, "files/s")], ["--check"], 0),
        ([Figure("document", 290.0, None, "requests/s")], ["--check"], 1),
    ],
)
def test_check_exits_with_1_below_a_floor(
    figures: Sequence[Figure], arguments: Sequence[str], code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "measure", lambda *arguments: iter(figures))
    assert run.main(["--quick", "--without-recoll", *arguments]) == code


def test_without_recollindex_the_command_names_the_package(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SystemExit) as refused:
        run.main(["--check"])
    assert refused.value.code == 2
    assert "install recollcmd" in capsys.readouterr().err


def test_without_postgresql_nothing_is_measured(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("TEST_DATABASE_URL", raising=False)
    monkeypatch.setattr(postgres, "find_binaries", _no_binaries)
    with pytest.raises(SystemExit) as refused:
        run.main(["--without-recoll"])
    assert refused.value.code == 2
    assert "There is no PostgreSQL to be had" in capsys.readouterr().err


def _no_binaries() -> Path:
    raise postgres.Missing


def test_few_files_of_a_folder_are_divided_among_the_benchmarks() -> None:
    files = samples(run.FEWEST)
    texts = run.divided(files, run.FULL)
    assert [*texts.loaded, *(file for part in texts.further for file in part), *texts.closed] == files
    assert len(texts.loaded) > 50
    assert all(texts.further)
    assert len(texts.closed) > 1
    with pytest.raises(ValueError, match="at least 100"):
        run.divided(files[1:], run.FULL)


def test_all_figures_are_written_to_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    figure = Figure("document", 310.0, 100.0, "requests/s", {"cpu_ms": 2.5})
    monkeypatch.setattr(run, "measure", lambda *arguments: iter([figure]))
    run.main(["--quick", "--without-recoll", "--json", str(tmp_path / "figures.json")])
    [written] = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))["figures"]
    assert (written["ours"], written["peer"], written["judged"], written["floor"]) == (310.0, 100.0, 3.1, 3)
    assert written["details"] == {"cpu_ms": 2.5}


class Answering(BaseHTTPRequestHandler):
    """Answers with a length, in chunks, with nothing, or with an error, as the path says."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """One answer."""
        status, headers, body = {
            "/length": (200, {"Content-Length": "5"}, b"12345"),
            "/chunks": (200, {"Transfer-Encoding": "chunked"}, b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"),
            "/unchanged": (304, {"ETag": self.headers.get("If-None-Match", "")}, b""),
            "/missing": (404, {"Content-Length": "0"}, b""),
        }[self.path]
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  The name of the base class.
        """Says nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    """The port of a server of this process."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_the_load_generator_sends_every_request_once(port: int) -> None:
    requests = [("/length", {}), ("/chunks", {}), ("/unchanged", {"If-None-Match": "x"}), ("/missing", {})] * 5
    result = load.run(load.Plan(port, 4, requests))
    assert (result.requests, result.statuses) == (20, {"200": 10, "304": 5, "404": 5})


def test_queries_of_each_kind_are_found_in_the_texts() -> None:
    texts = samples(200)
    words = [text.text for text in texts]
    queries = bench_search.queries_of(texts)
    assert all(sum(query in text for text in words) >= 1 for query in queries["rare"])
    assert all(sum(query in text for text in words) > 100 for query in queries["common"])
    assert all(any(query.strip('"') in text for text in words) for query in queries["phrase"])
    assert all(any(query.rstrip("*") in text for text in words) for query in queries["prefix"])


def test_a_filled_catalog_answers_as_if_it_had_recorded_the_copies(tmp_path: Path) -> None:
    texts = samples(30)
    databases = f"sqlite:///{tmp_path}/catalog.db", f"sqlite:///{tmp_path}/ingest.db"
    with house.living(tmp_path, *databases, settings={}) as home:
        loaded = loading.load(home, texts)
        home.stop()
        filled = Filling(home, texts)
        filled.grow(60)
        home.catalog.start()
        house.until(home.catalog.ready, "the catalog")
        loading.once(home)
        documents = home.documents()
        own, copy = (documents[f"{folder}{texts[7].name}"] for folder in ("", f"{filling.folder_of(1)}/"))
        query = texts[7].text.split("\n\n")[1].split(".")[0]
        hits = home.catalog.get(f'/v1/search?q="{"+".join(query.split())}"&collapse=none').json["hits"]
    assert len(documents) == filled.size == 60
    # Each file of the copy is known: nothing was read again.
    assert {document["versions"] for document in documents.values()} == {1}
    assert loaded.relations * 2 == sum(sum(each["relations"].values()) for each in documents.values()) // 2
    assert (copy["title"], copy["words"]) == (own["title"], own["words"])
    assert copy["relations"] == own["relations"]
    assert copy["id"] != own["id"]
    assert {own["id"], copy["id"]} <= {hit["document"]["id"] for hit in hits}


def test_pages_are_filled_up_to_their_size_and_read_the_same() -> None:
    page = next(html_set.pages())
    filled = bench_html.filled(page.content)
    assert 0.95 * bench_html.SIZE < len(filled) < 1.05 * bench_html.SIZE
    assert html_set.read(filled).text == html_set.read(page.content).text
    assert bench_html.measure([filled], 1)["ratio"] > 0


def test_a_pdf_is_measured_beside_pdfium() -> None:
    figures = bench_pdf.measure(bench_pdf.made_up(2), rounds=1)
    assert figures.keys() == {"pdfium", "prepare", "ratio"}
    assert all(figure > 0 for figure in figures.values())


PR_GET_CHILD_SUBREAPER = 37
# Ends at once, and leaves a process behind that ends when it has used CPU.
LEAVING = """
import os, time
if os.fork() == 0:
    while time.process_time() < 0.15:
        pass
os._exit(0)
"""


def test_the_cpu_of_a_process_that_a_command_leaves_behind_is_counted(tmp_path: Path) -> None:
    usage = processes.run([sys.executable, "-S", "-c", LEAVING], os.environ, tmp_path)
    assert usage.cpu >= 0.15


LINGERING = """
import os, signal
if os.fork() == 0:
    signal.pause()
os._exit(0)
"""


def test_a_process_that_a_command_leaves_behind_is_not_waited_for_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "ORPHAN_SECONDS", 0.1)
    others = processes.children(os.getpid())
    with pytest.raises(TimeoutError, match="left behind"):
        processes.run([sys.executable, "-S", "-c", LINGERING], os.environ, tmp_path)
    assert processes.children(os.getpid()) == others


def test_orphans_are_adopted_no_longer_when_a_command_is_interrupted() -> None:
    adopts = ctypes.c_int(-1)
    with pytest.raises(KeyboardInterrupt), processes.adopting_orphans():
        raise KeyboardInterrupt
    ctypes.CDLL(None).prctl(PR_GET_CHILD_SUBREAPER, ctypes.byref(adopts), 0, 0, 0)
    assert adopts.value == 0

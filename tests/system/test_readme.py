"""What the README has a person type works, and answers what the README says."""

import re
import shlex
from pathlib import Path

from tests.system.conftest import mostly_on
from tests.system.house import House, ask

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
SEED = re.compile(r"\b00\d_[0-9a-f]{16}\.txt\b")


def queries() -> list[str]:
    """The URLs that the README asks with curl."""
    lines = [shlex.split(line) for line in README.splitlines() if line.startswith("curl ")]
    assert all(line[:2] == ["curl", "-s"] and len(line) == 3 for line in lines)
    return [line[2] for line in lines]


@mostly_on("sqlite", "inhabited")
def test_the_queries_of_the_readme_answer_what_it_says(lived_in: House) -> None:
    answers = {}
    for url in queries():
        here = url.replace("http://127.0.0.1:8080", lived_in.catalog.url)
        answer = ask(here.replace("http://127.0.0.1:8081", lived_in.ingest.url))
        assert answer.status == 200, url
        answers[url.partition("/v1/")[2]] = answer.json
    assert len(answers["documents"]["documents"]) == 5
    [one] = answers["documents?path=003_35d9cbb4bae98c3f.txt"]["documents"]
    assert one["path"] == "003_35d9cbb4bae98c3f.txt"

    said = README.partition("The search finds")[2]
    found = SEED.findall(said.partition("The one relation")[0])
    assert {hit["document"]["path"] for hit in answers["search?q=denuclearisation"]["hits"]} == set(found)
    [relation] = answers["relations"]["relations"]
    assert relation["type"] == "reuse"
    assert len(relation["passages"]) == 4
    assert SEED.search(said.partition("The one relation")[2])[0] in (relation["a"]["path"], relation["b"]["path"])  # type: ignore[index]
    assert answers["changes?since=0"]["events"]
    assert answers["status"]["collection"] == "seeds"

"""The adaptor tells what the product publishes, as a script too, and copies have what their first has."""

import json
import random
import subprocess
import sys
from pathlib import Path

from tests.quality import sameness_predict
from tests.quality.sameness_predict import Document, predict

GOLD = json.loads((Path(__file__).parent / "seeds.json").read_text(encoding="utf-8"))
SEEDS = [Document(name, "\n\n".join(entry["paragraphs"])) for name, entry in GOLD["documents"].items()]


def test_the_seeds_share_four_passages_and_are_no_pair() -> None:
    predictions = predict(SEEDS)
    assert predictions.pairs == []
    found = sorted(
        sorted([(each["a"], (each["a_begin"], each["a_end"])), (each["b"], (each["b_begin"], each["b_end"]))])
        for each in predictions.passages
    )
    [relation] = GOLD["relations"]
    assert found == sorted(
        [(relation["a"], tuple(each["a"])), (relation["b"], tuple(each["b"]))] for each in relation["passages"]
    )


def test_a_copy_has_the_pairs_and_passages_of_its_first() -> None:
    first = SEEDS[1]
    typed = Document("typed", first.text.replace("’", "'").replace("  ", " ") + "\n")
    predictions = predict([*SEEDS, typed])
    assert [{each["a"], each["b"]} for each in predictions.pairs] == [{first.id, "typed"}]
    assert sum("typed" in (each["a"], each["b"]) for each in predictions.passages) == 5


def test_strange_texts_never_fail() -> None:
    strange = ["", "", "word", " \n\n ", "1 2 3 " * 20, "🙂" * 300, "שלום עולם " * 40, "a\0b \ud800 ", "신서울" * 200]
    documents = [Document(f"strange {number}", text) for number, text in enumerate(strange)]
    documents += [Document(f"in {number}", text + "\n\n" + SEEDS[0].text) for number, text in enumerate(strange)]
    predictions = predict(documents)
    texts = {each.id: each.text for each in documents}
    for passage in predictions.passages:
        for side in ("a", "b"):
            text = texts[str(passage[side])]
            assert 0 <= int(passage[f"{side}_begin"]) < int(passage[f"{side}_end"]) <= len(text)
    apart = {frozenset((each["a"], each["b"])) for each in predictions.pairs}
    assert not [pair for pair in apart if {name.split()[0] for name in pair} == {"strange", "in"}]
    assert sum({name.split()[0] for name in pair} == {"in"} for pair in apart) >= 28


def test_the_order_of_the_texts_does_not_matter() -> None:
    documents = [*SEEDS, Document("lead", "(LEAD) " + SEEDS[0].text), Document("part", SEEDS[1].text[:5_000])]
    expected = predicted(documents)
    assert len(expected) > 6
    for seed in range(3):
        random.Random(seed).shuffle(documents)  # noqa: S311  Nothing secret.
        assert predicted(documents) == expected


def predicted(documents: list[Document]) -> set[object]:
    predictions = predict(documents)
    pairs = {frozenset((each["a"], each["b"])) for each in predictions.pairs}
    spans = (
        {(each["a"], each["a_begin"], each["a_end"]), (each["b"], each["b_begin"], each["b_end"])}
        for each in predictions.passages
    )
    return {*pairs, *map(frozenset, spans)}


def test_it_runs_as_a_script(tmp_path: Path) -> None:
    lines = (json.dumps({"id": each.id, "text": each.text}) + "\n" for each in SEEDS)
    (tmp_path / "docs.jsonl").write_text("".join(lines), encoding="utf-8")
    script = [sys.executable, sameness_predict.__file__, str(tmp_path / "docs.jsonl"), str(tmp_path / "out")]
    subprocess.run(script, check=True, timeout=60, cwd=tmp_path)
    assert len((tmp_path / "out" / "passages.jsonl").read_text(encoding="utf-8").splitlines()) == 4
    assert (tmp_path / "out" / "pairs.jsonl").read_text(encoding="utf-8") == ""

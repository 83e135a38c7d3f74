"""The five seeds stand in the folder byte for byte; their golden reading is in `seeds.json`."""

import hashlib
import json
from pathlib import Path

ROOT = Path(__file__).parents[2]
GOLDEN = json.loads((Path(__file__).parent / "seeds.json").read_text(encoding="utf-8"))


def test_the_seeds_are_the_originals_byte_for_byte() -> None:
    found = {
        path.name: "sha-256:" + hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (ROOT / "seeds").iterdir()
        if path.suffix == ".txt"
    }
    assert found == {name: document["original"] for name, document in GOLDEN["documents"].items()}

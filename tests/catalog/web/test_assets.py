"""Vendored files are those of their releases, and style sheets name the hashed files."""

import hashlib
import json
import re

from catalog_service.web import assets

VENDOR = assets.FOLDER / "vendor"


def test_every_vendored_file_has_its_recorded_hash() -> None:
    recorded = json.loads((VENDOR / "vendored.json").read_text(encoding="utf-8"))
    files = [path for path in VENDOR.rglob("*") if path.suffix in {".js", ".woff2", ".css"}]
    found = {path.relative_to(VENDOR).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    assert found == {name: each["sha256"] for name, each in recorded.items()}
    assert all(any(path.parent.glob("LICENSE*")) for path in files)


def test_style_sheets_refer_to_hashed_files() -> None:
    loaded = assets.load()
    sheet = loaded.files[loaded.paths["style.css"]].content.decode()
    references = re.findall(r'url\("/static/([^"]+)"\)', sheet)
    assert len(references) == 2
    assert all(name in loaded.files for name in references)

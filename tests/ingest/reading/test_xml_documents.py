"""XML is parsed without entities, DTDs and network; usual faults are mended, and others are a named error."""

import pytest

from ingest_service.errors import Damaged
from ingest_service.reading import xml_documents
from ingest_service.reading.xml_documents import find, first_line


def test_elements_are_found_by_local_names_in_any_case() -> None:
    root, encoding = xml_documents.parse(b"<n:Story xmlns:n='urn:n'><n:Head><title> A\n b </title></n:Head></n:Story>")
    assert (xml_documents.name(root), encoding) == ("story", "utf-8")
    assert first_line(root, "body/title", "head/title") == "A b"
    assert find(root, "head/byline") is None


@pytest.mark.parametrize(
    "content",
    [
        '<?xml version="1.0" encoding="UTF-8"?><a>café</a>'.encode("latin-1"),
        b'\n <?xml version="1.0"?>\n<a>caf&eacute;</a>',
        '<?xml version="1.0" encoding="ISO-8859-1"?><a>café</a>'.encode("latin-1"),
        '<?xml version="1.0" encoding="UTF-16"?><a>café</a>'.encode("utf-16"),
        '<?xml version="1.0" encoding="klingon"?><a>café</a>'.encode(),
        b"<a>caf\xc3\xa9\x0b</a>",
    ],
)
def test_usual_faults_are_mended(content: bytes) -> None:
    assert xml_documents.line(xml_documents.parse(content)[0]) == "café"


def test_entities_are_never_expanded() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE a [<!ENTITY l0 "ha">{laughs}]><a b="&l11;">&l11;</a>'
    root, _ = xml_documents.parse(bomb.encode())
    assert len(xml_documents.line(root) + xml_documents.attribute(root, "b")) < 100
    outside = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
    assert "root" not in xml_documents.line(xml_documents.parse(outside.encode())[0])


@pytest.mark.parametrize(
    "content", [b"<a><b>cut", b"<a></b>", b"<a/><b/>", b"<a" * 100, b"<a>" * 100_000, b"<a>\x00\xff\xfe</a>"]
)
def test_other_faults_are_damage(content: bytes) -> None:
    with pytest.raises(Damaged, match="damaged"):
        xml_documents.parse(content)

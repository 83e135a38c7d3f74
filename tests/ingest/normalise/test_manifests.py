"""Visible C2PA manifests are no text; other signatures stay."""

import pytest

from tests.ingest.normalise.texts import BODY, TITLE, article_of, removed

BEGIN, END = "-----BEGIN C2PA MANIFEST-----", "-----END C2PA MANIFEST-----"
BLOCK = f"{BEGIN}\naGFyYm91cg==\nYm9hdHM=\n{END}"


@pytest.mark.parametrize(
    "text",
    [
        f"{TITLE}\n\n{BODY}\n\n{BLOCK}\n",
        f"{BLOCK}\n\n{TITLE}\n\n{BODY}",
        f"{TITLE}\n\n{BODY}\n{BEGIN} https://example.org/m.c2pa {END}",
    ],
)
def test_a_manifest_is_removed_into_a_note(text: str) -> None:
    article = article_of(text)
    assert (article.title, article.text) == (TITLE, BODY)
    (manifest,) = removed(article, "c2pa-manifest")
    assert manifest.startswith(BEGIN)
    assert manifest.endswith(END)


@pytest.mark.parametrize(
    "lines",
    [
        f"{BEGIN}\n\naGFyYm91cg==",
        "-----BEGIN PGP SIGNATURE-----\n\naGFyYm91cg==\n\n-----END PGP SIGNATURE-----",
        "The line BEGIN C2PA MANIFEST opens it.",
    ],
)
def test_what_is_no_whole_manifest_stays(lines: str) -> None:
    assert article_of(f"{TITLE}\n\n{BODY}\n\n{lines}").text == f"{BODY}\n\n{lines}"


def test_a_text_of_many_manifests_keeps_its_words() -> None:
    article = article_of(f"{TITLE}\n\n{BODY}\n\n" + f"{BLOCK}\nboats\n" * 3)
    assert article.text == f"{BODY}\n\nboats\n\nboats\n\nboats"
    assert len(removed(article, "c2pa-manifest")) == 3

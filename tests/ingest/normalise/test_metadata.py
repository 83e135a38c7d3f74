"""Front matter becomes the article's own fields; who publishes makes its kind."""

import pytest

from ingest_service.model import Kind
from ingest_service.normalise import languages
from tests.ingest.normalise.texts import BODY, TITLE, article_of


def test_known_names_become_the_articles_and_others_its_fields() -> None:
    article = article_of(
        f"---\nHeadline: {TITLE}\nauthors: [Jane Roe, John Doe]\ndate: 4 September 2024\n"
        f"link: https://example.org/a\npublisher: Island Times\nlang: en-NZ\n"
        f"section: Harbours\ntags: [boats]\n---\n{BODY}"
    )
    assert (article.title, article.authors, article.published) == (TITLE, ("Jane Roe", "John Doe"), "2024-09-04")
    assert (article.url, article.publisher, article.language) == ("https://example.org/a", "Island Times", "en-NZ")
    assert article.fields == {"section": "Harbours", "tags": ["boats"]}
    assert (article.published_basis, article.text) == ("metadata", BODY)


@pytest.mark.parametrize(
    "line", ["date: soon", "url: see below", "title: [a, b]", "source: https://example.org", "lang: the one of the sea"]
)
def test_a_value_that_does_not_fit_its_name_stays_a_field(line: str) -> None:
    article = article_of(f"---\nid: x\n{line}\n---\n{BODY}")
    assert set(article.fields) == {"id", line.split(":", maxsplit=1)[0]}
    assert (article.published, article.url, article.publisher) == (None, None, None)


@pytest.mark.parametrize(
    ("url", "publisher", "kind"),
    [
        ("https://www.beehive.govt.nz/speech/a", "New Zealand Government", "release"),
        ("https://www.gov.uk/a", "UK Government", "release"),
        ("https://en.yna.co.kr/view/A", "Yonhap News Agency", "wire"),
        ("https://www.rnz.co.nz/news/1", "RNZ", "document"),
        ("https://notgov.uk/a", None, "document"),
        ("https://gov.uk.example.org/a", None, "document"),
        ("http://[::1", None, "document"),
    ],
)
def test_the_address_shows_the_publisher(url: str, publisher: str | None, kind: Kind) -> None:
    article = article_of(f"---\nurl: {url}\n---\n{BODY}")
    assert (article.publisher, article.kind) == (publisher, kind)


@pytest.mark.parametrize(
    ("said", "kind"), [("press release", "release"), ("Article", "article"), ("recipe", "document")]
)
def test_the_file_may_say_its_kind(said: str, kind: Kind) -> None:
    assert article_of(f"---\ntype: {said}\n---\n{BODY}").kind == kind


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Media Contact: Jane Roe", "release"),
        ("Press contact", "release"),
        ("Categories: News Release", "release"),
        ("Media contacts were thanked", "document"),
        ("Category: Boats", "document"),
    ],
)
def test_a_line_that_only_releases_have_shows_the_kind(line: str, kind: Kind) -> None:
    article = article_of(f"{TITLE}\n\n{BODY}\n\n{line}")
    assert (article.kind, article.paragraphs[-1]) == (kind, line)


def test_a_language_is_not_guessed_from_a_few_letters() -> None:
    assert article_of("Hello there").language is None


def test_a_passage_in_another_language_at_the_top_does_not_decide() -> None:
    quoted = "The prime minister said that the agreement would be signed before the end of the year. " * 10
    text = "Le premier ministre a rencontré hier son homologue à Paris pour signer un accord sur la pêche. " * 40
    assert article_of(f"{quoted}\n\n{text}").language == "fr"


ENGLISH = "The ministers said that they would meet again in the spring, and that the talks were useful to both. " * 4


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (ENGLISH, "en"),
        (" ".join(ENGLISH.split()[:39]), "model"),
        ("Die Minister wollen sich im Frühjahr wieder treffen, und die Gespräche waren nützlich. " * 6, "model"),
        ("La ministro le disse : the and to that with. " * 6 + "Parole senza alcuna lingua nota qui. " * 40, "model"),
        ("この行を入力した時に、その人は幾つか間違ったキーを the and to that with this are " * 12, "model"),
    ],
    ids=["english", "too few words", "german", "mixed", "other script"],
)
def test_only_text_that_is_clearly_english_needs_no_model(
    monkeypatch: pytest.MonkeyPatch, text: str, code: str
) -> None:
    class Model:
        """Answers always alike."""

        def classify(self, _: str) -> tuple[str, float]:
            """The same answer to each text."""
            return "model", 0.0

    monkeypatch.setattr(languages, "model", Model)
    assert article_of(text).language == code


def test_entities_in_a_title_are_repaired_like_text() -> None:
    assert article_of(f"---\ntitle: The har&shy;bour cafe&#769;\n---\n{BODY}").title == "The harbour café"

"""Known furniture is lifted out of a page into notes; its headline, its text and its publisher remain."""

from collections.abc import Sequence

from ingest_service import normalise, reading
from ingest_service.furniture import Furniture
from ingest_service.furniture.learning import LearnedLine
from ingest_service.furniture.page import form_key, line_key
from ingest_service.model import Article
from tests.ingest.furniture.pages import learned
from tests.ingest.furniture.test_suspect_texts import WALL
from tests.ingest.normalise.texts import BODY, TITLE, removed

SOURCE = "publisher:The Harbour Herald"
HEAD = "---\npublisher: The Harbour Herald\n---\n\n"
MENU = ("Tickets and passes", "Moorings and berths")
FOOTER = ("Elsewhere", "12 Quay Street, Port Alma")


def lifted(
    *parts: str,
    known: tuple[str, ...] = (*MENU, *FOOTER),
    kept: tuple[str, ...] = (),
    texts: Sequence[LearnedLine] = (),
    forms: Sequence[str] = (),
) -> Article:
    """The article of a page of these paragraphs, read when these lines, suspect texts and forms are known."""
    [source] = reading.read((HEAD + "\n\n".join(parts)).encode(), "a.txt").items
    keys = [(SOURCE, line_key(SOURCE, line)) for line in known if line not in kept]
    keys += [(text.source, text.key) for text in texts]
    keys += [(SOURCE, form_key(SOURCE, form)) for form in forms]
    article = normalise.normalise(source, Furniture.of(keys, [line_key(SOURCE, line) for line in kept]))
    assert normalise.apply(source.source, article.notes) == article.text
    return article


def test_known_lines_are_lifted_at_both_edges() -> None:
    article = lifted(*MENU, TITLE, BODY, *FOOTER)
    assert (article.title, article.text, article.publisher) == (TITLE, BODY, "The Harbour Herald")
    assert removed(article, "site-furniture") == [*MENU, *FOOTER]


def test_a_wall_between_known_lines_is_suspect_when_three_pages_have_it() -> None:
    walls = [[*MENU, "The Herald", *(line.format(number) for line in WALL), *FOOTER] for number in range(4)]
    lesson = learned(*(lifted(*wall) for wall in walls[:3]))
    assert len(lesson.learned) == 1
    assert lifted(*walls[3]).suspect is None
    suspect = lifted(*walls[3], texts=lesson.learned)
    assert (suspect.suspect, removed(suspect, "site-furniture")) == ("bot-wall", [*MENU, *FOOTER])
    assert lifted(*walls[3], BODY, texts=lesson.learned).suspect is None


def test_the_same_page_is_whole_while_nothing_is_known() -> None:
    article = lifted(*MENU, TITLE, BODY, *FOOTER, known=())
    assert article.title == MENU[0]
    assert article.paragraphs[-2:] == FOOTER


def test_a_headline_that_other_pages_list_remains_above_its_text() -> None:
    headline = "Minister opens the new harbour at last"
    article = lifted(*MENU, headline, BODY, *FOOTER, known=(*MENU, *FOOTER, headline))
    assert (article.title, article.text) == (headline, BODY)


def test_entries_of_a_list_between_known_lines_are_lifted() -> None:
    entries = ("Captain of the ferry pleads guilty", "May 29, 2024", "Yard settles the lawsuit over paint")
    article = lifted(*MENU, TITLE, BODY, FOOTER[0], *entries, FOOTER[1])
    assert article.text == BODY
    assert removed(article, "site-furniture") == [*MENU, FOOTER[0], *entries, FOOTER[1]]


def test_text_between_known_lines_remains() -> None:
    closing = "The harbour master did not answer questions."
    results = ("Smith 9.81", "Doe 9.92")
    for texts in ((closing,), results, ("Jane Roe of the harbour office", *results)):
        article = lifted(*MENU, TITLE, BODY, FOOTER[0], *texts, FOOTER[1])
        assert article.paragraphs[-len(texts) :] == texts


def test_numbered_lines_of_a_known_form_are_lifted_beside_other_furniture() -> None:
    forms = ("Read by # people", "Number of views: #")
    article = lifted(MENU[0], "Read by 14 people", MENU[1], TITLE, BODY, *FOOTER, "Number of views: 3623", forms=forms)
    assert article.text == BODY
    assert removed(article, "site-furniture") == [
        MENU[0],
        "Read by 14 people",
        MENU[1],
        *FOOTER,
        "Number of views: 3623",
    ]


def test_a_figure_beside_the_text_remains() -> None:
    figure = "Arrests in the harbour: 14"
    for parts in ((TITLE, BODY, figure), (TITLE, figure, BODY), (TITLE, BODY, figure, BODY)):
        article = lifted(*MENU, *parts, *FOOTER, forms=("Arrests in the harbour: #",))
        assert (article.title, article.text) == (TITLE, "\n\n".join(parts[1:]))


def test_rows_of_figures_remain_between_known_lines() -> None:
    rows = ("Arrests in the harbour: 14", "Boats stopped: 3")
    article = lifted(*MENU, TITLE, BODY, FOOTER[0], *rows, FOOTER[1], forms=("Arrests in the harbour: #",))
    assert article.text == "\n\n".join((BODY, *rows))


def test_an_address_that_a_person_disabled_remains_between_known_lines() -> None:
    address = "12 Quay Street in Port Alma"
    known = (*MENU, "Elsewhere", address, "Privacy")
    article = lifted(*MENU, TITLE, BODY, "Elsewhere", address, "Privacy", known=known, kept=(address,))
    assert article.paragraphs[-1] == address


def test_a_page_that_is_all_furniture_stays_whole() -> None:
    article = lifted(*MENU, *FOOTER)
    assert removed(article, "site-furniture") == []
    assert article.text

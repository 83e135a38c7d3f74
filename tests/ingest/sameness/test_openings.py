"""A text that is filed again keeps its headline or its opening; pages that share only their site's furniture do not."""

import pytest

from ingest_service import sameness
from ingest_service.model import Article

MENU = tuple(f"{name} of the county office" for name in ("News", "Jobs", "Services", "Contacts", "Budgets", "Archives"))
NOTICES = (
    "The office of the county publishes every decision of its committees on this site within three working days, and "
    "sends it to all who have asked for it by letter. Decisions of earlier years are kept in the reading room of the "
    "library, where they may be copied at no cost from nine in the morning until the doors close.",
    "Anybody may speak at the meetings of the committees after writing to the clerk a week before. The clerk answers "
    "every letter in the order of arrival, and an answer is not a decision of the committee. Maps and plans are shown "
    "in the hall of the office and may be photographed, but not taken away, by visitors of the meetings.",
)
FLOOD = (
    "A flood took away the old bridge at the mill on Friday night, and the road to the valley is closed for a month.",
    "Engineers of the county said that the pillars had been weak since the frost and that no traffic was on them.",
    "The farms beyond the river are supplied by boats, and the children go to a school on this side until spring.",
)
SCHOOL = (
    "Two new schools will open in the northern villages next autumn, each with rooms for three hundred children.",
    "Teachers are still sought for music and for languages, and parents were invited to see the empty buildings.",
    "Both halls can serve as theatres in the evening, an idea of the carpenters who have just laid the wooden floors.",
)


def page(title: str, story: tuple[str, ...]) -> sameness.TextFacts:
    """A page of a site: its menu above the story, and notices that all its pages have below."""
    return sameness.prepare(Article(title, (*MENU, *story, *NOTICES)))


def type_of(one: sameness.TextFacts, other: sameness.TextFacts) -> str | None:
    """The type of the relation of two texts, which does not depend on their order."""
    judgement, reversed_ = sameness.judge(one, other), sameness.judge(other, one)
    assert (judgement and judgement.type) == (reversed_ and reversed_.type)
    return judgement.type if judgement else None


def test_pages_with_other_headlines_and_openings_are_no_revisions() -> None:
    flood, school = page("Bridge lost in a flood", FLOOD), page("Two villages get schools", SCHOOL)
    assert type_of(flood, school) == "reuse"


def test_the_same_texts_without_titles_are_judged_by_what_they_share() -> None:
    assert type_of(page("", FLOOD), page("", SCHOOL)) == "revision"


@pytest.mark.parametrize(
    ("title", "story"),
    [
        ("Bridge lost in a flood", ("After a day of searching the county has found the pillars far down.", *FLOOD[1:])),
        ("Valley road is closed", (*FLOOD, "Buses go round by the hills.")),
        ("LEAD: Bridge lost in a flood", (SCHOOL[1], FLOOD[0])),
    ],
)
def test_a_page_with_the_same_headline_or_opening_is_a_revision(title: str, story: tuple[str, ...]) -> None:
    assert type_of(page("Bridge lost in a flood", FLOOD), page(title, story)) == "revision"


def test_a_notice_with_another_headline_is_a_revision_if_half_of_it_is_the_same() -> None:
    notice = "The county office at the market is closed on the first day of May"
    one, other = (
        sameness.prepare(Article(title, (f"{notice} {end}",)))
        for title, end in (
            ("No counters open", "for repairs to the roof."),
            ("May holiday", "and will open a day later."),
        )
    )
    assert type_of(one, other) == "revision"


def test_a_text_in_lower_case_is_no_template_because_of_a_few_numbers() -> None:
    words = " ".join(f"{chr(97 + number % 26)}{chr(97 + number // 26)}word" for number in range(300))
    one, other = (
        f"{words} {number} {words[:40]} the end" for number in ("31 of them on 12 days", "37 of them on 19 days")
    )
    assert type_of(*(sameness.prepare(Article("", (text,))) for text in (one, other))) == "revision"


def test_a_short_text_is_a_revision_by_its_words_in_order() -> None:
    one = (
        "The river has its source near the old fort in the hills above the town and flows to the south. It was dry for "
        "most of the last century, a traveller noted. Scholars once took it for the lost river of hymns."
    )
    other = (
        "The river has its source near the old fort in the hills above the town and runs far south. It is dry for much "
        "of the present age, as travellers note. Scholars may take it for that lost river of a hymn."
    )
    assert type_of(*(sameness.prepare(Article("", (text,))) for text in (one, other))) == "revision"

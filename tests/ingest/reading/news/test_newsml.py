"""NewsML 1: the lines of the outer components and the text of an inner one make an article."""

from datetime import UTC, datetime

import pytest

from ingest_service import normalise, reading
from ingest_service.errors import NoText
from ingest_service.model import Article, Publication, Reading

TEXT = "The council approved a new timetable for the harbour ferry on Tuesday evening."
IDENTIFICATION = """<NewsIdentifier><ProviderId>harbour.example</ProviderId><DateId>20260303</DateId>
<NewsItemId>ferry</NewsItemId><RevisionId PreviousRevision="1" Update="N">2</RevisionId>
<PublicIdentifier>urn:newsml:harbour.example:20260303:ferry:2N</PublicIdentifier></NewsIdentifier>"""
MANAGEMENT = """<NewsItemType FormalName="News"/><FirstCreated>20260303T220000+0100</FirstCreated>
<ThisRevisionCreated>20260304T081500Z</ThisRevisionCreated><Status FormalName="{}"/><Urgency FormalName="4"/>"""
LINES = """<NewsLines><HeadLine>Ferry to sail later</HeadLine><SubHeadLine>Nine to two</SubHeadLine>
<ByLine>By Ada Holm</ByLine><DateLine>Port Alma, March 3</DateLine><SlugLine>FERRY</SlugLine></NewsLines>
<AdministrativeMetadata><Provider><Party FormalName="Harbour News"/></Provider></AdministrativeMetadata>
<DescriptiveMetadata><Language FormalName="EN"/><Property FormalName="Keyword" Value="ferry"/></DescriptiveMetadata>"""
CHANGE = """<StatusWillChange><FutureStatus FormalName="Usable"/>
<DateAndTime>20260305T110000Z</DateAndTime></StatusWillChange>"""
CONTENT = '<ContentItem><MediaType FormalName="{}"/><DataContent>{}</DataContent></ContentItem>'


def newsml(content: str, management: str = MANAGEMENT.format("Usable"), identification: str = IDENTIFICATION) -> str:
    return (
        f"<NewsML><NewsEnvelope/><NewsItem><Identification>{identification}</Identification>"
        f"<NewsManagement>{management}</NewsManagement><NewsComponent>{LINES}{content}</NewsComponent></NewsItem></NewsML>"
    )


def component(role: str, data: str, media: str = "Text") -> str:
    return f'<NewsComponent><Role FormalName="{role}"/>{CONTENT.format(media, data)}</NewsComponent>'


def read_one(text: str) -> Reading:
    (item,) = reading.read(text.encode(), "news.xml").items
    return item


def article(text: str) -> Article:
    return normalise.normalise(read_one(text))


def test_an_item_has_what_its_lines_say() -> None:
    item = read_one(newsml(component("Main", f"<p>{TEXT}</p>")))
    made = normalise.normalise(item)
    assert item.publication == Publication("urn:newsml:harbour.example:20260303:ferry", "2")
    assert (made.title, made.authors, made.publisher) == ("Ferry to sail later", ("Ada Holm",), "Harbour News")
    assert (made.published, made.language, made.paragraphs) == ("2026-03-03T21:00:00Z", "en", (TEXT,))
    assert {**made.fields} == {
        "version_created": "2026-03-04T08:15:00Z", "dateline": "Port Alma, March 3", "subheadline": "Nine to two",
        "slugline": "FERRY", "urgency": "4", "status": "usable", "keywords": ["ferry"],
    }  # fmt: skip


@pytest.mark.parametrize(
    "data",
    [
        f"<p>{TEXT}</p>",
        f"<![CDATA[<P>{TEXT}</P>]]>",
        f"<nitf><body><body.content><p>{TEXT}</p></body.content></body></nitf>",
        f"<html><head><title>x</title></head><body><p>{TEXT}</p></body></html>",
        TEXT,
    ],
)
def test_the_text_is_read_whatever_carries_it(data: str) -> None:
    assert article(newsml(component("Main", data))).paragraphs == (TEXT,)


def test_the_main_component_is_read_before_captions_and_others() -> None:
    others = component("Caption", "<p>A boat.</p>") + component("Related", "<p>Other.</p>")
    assert article(newsml(others + component("Main", f"<p>{TEXT}</p>"))).paragraphs == (TEXT,)
    photo = component("Main", "", "Photo") + others
    assert article(newsml(photo)).paragraphs == ("A boat.",)


@pytest.mark.parametrize(
    ("status", "change", "availability", "embargo"),
    [
        ("Usable", "", "usable", None),
        ("Embargoed", "", "withheld", None),
        ("Embargoed", CHANGE, "usable", datetime(2026, 3, 5, 11, tzinfo=UTC)),
        ("Withheld", "", "withheld", None),
        ("Canceled", "", "cancelled", None),
    ],
)
def test_status_holds_or_cancels(status: str, change: str, availability: str, embargo: datetime | None) -> None:
    publication = read_one(newsml(component("Main", TEXT), MANAGEMENT.format(status) + change)).publication
    assert (publication.availability, publication.embargo) == (availability, embargo)


def test_a_guid_is_made_of_its_parts_without_a_public_identifier() -> None:
    parts = (
        "<NewsIdentifier><ProviderId>a</ProviderId><DateId>20260303</DateId><NewsItemId>b</NewsItemId></NewsIdentifier>"
    )
    publication = read_one(newsml(component("Main", TEXT), identification=parts)).publication
    assert publication == Publication("urn:newsml:a:20260303:b", "2026-03-04T08:15:00Z")


@pytest.mark.parametrize("text", ["<NewsML><NewsEnvelope/></NewsML>", newsml(component("Main", "", "Photo"))])
def test_without_text_there_is_a_reason(text: str) -> None:
    with pytest.raises(NoText):
        read_one(text)

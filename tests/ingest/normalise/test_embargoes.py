"""Labels that say until when a release must not be published."""

import pytest

from tests.ingest.normalise.texts import BODY, TITLE, article_of, removed

LABELS = [
    "EMBARGOED UNTIL 00:01 GMT, 6 MARCH 2026",
    "Strictly embargoed until 00.01 on Friday 6 March 2026",
    "Under embargo until 00.01hrs Friday, 6 March 2026",
    "EMBARGOED FOR RELEASE: MARCH 6, 2026, 9 A.M. ET",
    "Embargo: 00:01 (UK time), Friday 6 March 2026",
    "Not for publication or broadcast before 10 a.m. on March 6, 2026",
    "Sperrfrist: Freitag, 6. März 2026, 10.00 Uhr",
    "Sous embargo jusqu’au 6 mars 2026 à 10h00",
]


@pytest.mark.parametrize("label", LABELS)
def test_an_embargo_is_neither_title_nor_text(label: str) -> None:
    article = article_of(f"{label}\n\n{TITLE}\n\n{BODY}")
    assert (article.title, article.text, article.kind) == (TITLE, BODY, "release")
    assert (article.fields, removed(article, "embargo-label")) == ({"embargo": label}, [label])
    assert (article.published, article.published_basis) == ("2026-03-06", "text")


def test_an_embargo_that_a_file_states_as_its_title_is_none() -> None:
    for label in LABELS:
        article = article_of(f"---\ntitle: '{label}'\n---\n{TITLE}\n\n{BODY}")
        assert (article.title, article.text, article.fields) == (TITLE, BODY, {"embargo": label})


@pytest.mark.parametrize("label", ["HOLD FOR RELEASE", "Embargoed", "Embargoed until Friday, noon"])
def test_an_embargo_without_a_date_is_a_label_too(label: str) -> None:
    article = article_of(f"Press release\n\n{label}\n\n{TITLE}\n\n{BODY}")
    assert (article.title, article.text, article.fields) == (TITLE, BODY, {"embargo": label})
    assert article.published is None


def test_a_contact_below_an_embargo_is_its_letterhead() -> None:
    contact = "Contact: Jane Roe, 555-0147"
    article = article_of(f"Embargoed for release: March 6, 2026, 9 a.m. ET\n{contact}\n\n{TITLE}\n\n{BODY}")
    assert (article.title, article.text) == (TITLE, BODY)
    assert removed(article, "letterhead") == [contact]


@pytest.mark.parametrize("label", ["EMBARGOED: ", "Embargoed until 6 March 2026 – ", "Embargo until 6 March: "])
def test_an_embargo_before_the_title_is_no_part_of_it(label: str) -> None:
    for text in (f"{label}{TITLE}\n\n{BODY}", f'---\ntitle: "{label}{TITLE}"\n---\n{BODY}'):
        article = article_of(text)
        assert (article.title, article.text, article.kind) == (TITLE, BODY, "release")
        assert article.fields["embargo"] == label.rstrip(" :–")


@pytest.mark.parametrize(
    "line",
    [
        "Embargo",
        "Embargo: The Film",
        "Under Embargo: The Film",
        "Not for Publication: The Novel",
        "Embargo on Friday: Ships wait",
        "Under embargo until 2030, files show a night ferry",
        "Embargoed goods found on the quay",
        "Hold for release of hostages grows",
        "Not for release until the mayor agrees",
    ],
)
def test_a_title_about_an_embargo_stays(line: str) -> None:
    article = article_of(f"{line}\n\n{BODY}")
    assert (article.title, article.text, "embargo" in article.fields) == (line, BODY, False)


@pytest.mark.parametrize(
    "end", ["not for publication.", "embargoed until Friday.", "under embargo until 6 March 2026."]
)
def test_the_end_of_a_sentence_on_a_line_of_its_own_stays(end: str) -> None:
    sentence = "The minister said to all who had come to the harbour that the study of the bridge was"
    article = article_of(f"{TITLE}\n\n{sentence}\n{end}\n\n{BODY}")
    assert (article.text, article.kind) == (f"{sentence} {end}\n\n{BODY}", "article")

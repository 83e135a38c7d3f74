"""A caption between two sentences is lifted out; a dateline, a party and an attribution stay."""

import pytest

from tests.ingest.normalise.texts import TITLE, article_of

BEFORE = "The minister opened the new harbour on Tuesday."
AFTER = "Fishing boats had waited outside since dawn."


@pytest.mark.parametrize(
    "caption",
    [
        "Mayor Jane Roe (R) shakes hands with a fisherman at the harbour in Busan on Sept. 4, 2024. (Yonhap)",
        "Jane Roe, left, and John Doe pose for a photo at No. 2 pier. (AP)",
        "A fisherman is pictured at the harbour. (Reuters)",
        "This file photo shows the old harbour in 1999. (Kyodo)",
        "Mayor Jane Roe (2nd from L) looks on. (AP Photo/John Doe)",
        "The first boat, pictured at dawn, belongs to S. Roe. (AFP)",
    ],
)
def test_a_caption_is_lifted_out_and_leaves_no_break(caption: str) -> None:
    article = article_of(f"{TITLE}\n\n{BEFORE} {caption} {AFTER}")
    assert article.text == f"{BEFORE} {AFTER}"
    assert article.fields["captions"] == [caption]


@pytest.mark.parametrize("line", ["Image caption, The first boat at dawn", "Photo caption: The old pier, now gone."])
def test_a_line_that_calls_itself_a_caption_is_lifted_out(line: str) -> None:
    article = article_of(f"{TITLE}\n\n{BEFORE}\n\n{line}\n\n{AFTER}")
    assert (article.paragraphs, article.fields["captions"]) == ((BEFORE, AFTER), [line])


def test_a_caption_alone_leaves_one_break() -> None:
    article = article_of(f"{TITLE}\n\n{BEFORE}\n\nJane Roe (C) looks on. (AP)\n\n{AFTER}")
    assert article.paragraphs == (BEFORE, AFTER)


def test_the_only_full_date_of_a_caption_is_the_date() -> None:
    article = article_of(f"{TITLE}\n\n{BEFORE} Jane Roe (R) looks on, Sept. 4, 2024. (AP) {AFTER}")
    assert (article.published, article.published_basis) == ("2024-09-04", "caption")


@pytest.mark.parametrize("when", ["in November 2023", "on Sept. 4", "on Sept. 4, 2024, and Sept. 5, 2024"])
def test_another_date_of_a_caption_is_not(when: str) -> None:
    article = article_of(f"{TITLE}\n\n{BEFORE} Jane Roe (R) looks on {when}. (AP) {AFTER}")
    assert (article.published, article.published_basis) == (None, None)
    assert article.text == f"{BEFORE} {AFTER}"


def test_a_caption_in_a_wrapped_text_is_lifted_out() -> None:
    article = article_of(
        f"{TITLE}\n\nThe minister opened the new harbour on Tuesday. Mayor\n"
        "Jane Roe (R) and John Doe pose for a photo at the\n"
        "old pier. (Yonhap) Fishing boats had waited outside\nsince dawn."
    )
    assert article.text == f"{BEFORE} {AFTER}"
    assert article.fields["captions"] == ["Mayor Jane Roe (R) and John Doe pose for a photo at the old pier. (Yonhap)"]


@pytest.mark.parametrize(
    "sentence",
    [
        "SEOUL, Sept. 4 (Yonhap) -- The mayor (R) will pose for a photo.",
        "Sen. Jane Roe (R) voted for the bill. (AP)",
        "The floods pose a threat to the harbour. (Yonhap)",
        "Jane Roe (R) said the harbour was open. (Reuters)",
        "Mayor Roe (R) looks on. (the harbour office)",
        "He pictured a larger harbour. (AFP)",
        "The right (R) button opens the gate",
    ],
)
def test_what_is_no_caption_stays(sentence: str) -> None:
    text = f"{BEFORE} {sentence} {AFTER}"
    article = article_of(f"{TITLE}\n\n{text}")
    assert article.text == text
    assert "captions" not in article.fields


def test_a_caption_whose_start_is_in_doubt_stays() -> None:
    text = f"{BEFORE} He works for Harbour Works Co. Jane Roe (R) looks on. (AP) {AFTER}"
    assert article_of(f"{TITLE}\n\n{text}").text == text

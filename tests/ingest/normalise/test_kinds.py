"""The kind of a text without a publisher is that of which it has the signs."""

import pytest

from tests.ingest.normalise.texts import BODY, TITLE, article_of, at_the_end, under_title

SENATOR = "Sen. Jane Roe (D-AL) today visited the new harbour and met the crews who had built it."


@pytest.mark.parametrize(
    "text",
    [
        f"SEN. ROE VISITS NEW HARBOUR\n{SENATOR}\n{BODY}",
        f"Roe Praises New Harbour\n\nMayor Jane Roe praised the crews of the harbour on Tuesday.\n\n{BODY}",
        f"{TITLE}\n\nALMA – The Alma County District Attorney's Office has charged a captain.\n\n{BODY}",
        f"{TITLE}\n\n(PORT ALMA) – {BODY}\n\nAnyone with information is asked to call the harbour office.",
        f"{TITLE}\n\nThe company said today that it opened a harbour.\n\n{BODY}\n\nAbout Alma Ports\n{BODY[:90]}",
        f"Statement of Senator Roe on the Harbour\n\nOur harbour is open. I thank the crews.\n\n{BODY}",
        f"SEN. ROE ISSUES STATEMENT ON THE HARBOUR\n\nOur harbour is open. I thank the crews.\n\n{BODY}",
        f"{TITLE}\n\nThe port is pleased to announce that the harbour is open.\n\n{BODY}",
    ],
)
def test_a_text_of_an_office_is_a_release(text: str) -> None:
    assert article_of(text).kind == "release"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        # One sign alone occurs in a report too.
        (f"{TITLE}\n\nSenator Jane Roe opened it on Tuesday.\n\n{BODY}", "document"),
        (f"{TITLE}\n\nIt was opened today.\n\n{BODY}", "document"),
        (f"{TITLE}\n\nALMA – {BODY}", "document"),
        (f"Senator opens harbour as boats wait\n\nSenator Jane Roe came on Tuesday.\n\n{BODY}", "document"),
        (f"{TITLE}\n\nIt was opened today.\n\n{BODY}\n\nAbout Us\n\nContact Us", "document"),
        # A text with an author is a report.
        (f"{TITLE}\n\nBy John Doe\n\n{SENATOR}\n\n{BODY}", "article"),
        (f"{TITLE} | The Island Times\n\n{SENATOR}\n\n{BODY}", "article"),
    ],
)
def test_a_report_on_an_office_is_no_release(text: str, kind: str) -> None:
    assert article_of(text).kind == kind


@pytest.mark.parametrize(
    "sentences",
    [
        'The harbour master said that it was late. "It is open," she told the crews.',
        "According to the harbour office it was late. Two captains said that they had waited.",
        "Der Hafenmeister sagte, er sei offen. Die Reederei teilte am Abend ihre Freude mit.",
        "Le maire a déclaré que le port était ouvert. Le capitaine a indiqué qu'il attendait.",
        "El alcalde dijo que el puerto estaba abierto. La capitana afirmó que había esperado.",
        "Мэр сказал, что порт открыт. Капитан сообщил, что судно ждало у входа с рассвета.",
        "The harbour master announced on Tuesday that the harbour was open to all boats.",
        'The harbour master confirmed it. "Our harbour is open to all boats that wait."',
        "港务局长星期二表示，港口已经向所有船只开放，渔船可以进入。船长指出，他从黎明起就在港口外面等候，船上的鱼还很新鲜，不会坏。",
    ],
)
def test_a_text_that_repeats_what_others_said_is_an_article(sentences: str) -> None:
    assert under_title(sentences).kind == "article"


@pytest.mark.parametrize(
    "text",
    [
        f"{TITLE}\n\nThe harbour master said that it was late.\n\n{BODY.replace(' on Tuesday', '')}",
        f'{TITLE}\n\n"Our harbour is open to all boats that wait" is its motto.\n\n{BODY.replace(" on Tuesday", "")}',
        f"{TITLE}\n\nWhat was said\n\nWhat was told\n\n{BODY}",
        "The harbour master said that it was late. The captain said that he had waited since dawn.",
    ],
)
def test_a_text_that_says_so_once_or_has_no_title_is_a_document(text: str) -> None:
    assert article_of(text).kind == "document"


@pytest.mark.parametrize("company", ["Island Ferries Ltd <ALMA.F>", "Alma Ports Inc. <APT>,", "Alma NV <ALM.AS.>"])
def test_a_text_with_the_code_of_a_share_is_a_wire(company: str) -> None:
    assert under_title(f"{company} said it opened the harbour and will buy nine boats.").kind == "wire"


@pytest.mark.parametrize("sign", ["The box <AB> and so on", "A tag such as <TABLE> is old", "x <AB>=2"])
def test_other_angle_brackets_make_no_wire(sign: str) -> None:
    assert under_title(f"{sign} are in this long line of the harbour's handbook.").kind == "document"


def test_a_closing_line_alone_makes_no_release() -> None:
    assert at_the_end("For more information ask the harbour office.").kind == "document"


def test_the_code_of_a_share_in_the_title_makes_a_wire() -> None:
    assert article_of(f"ISLAND FERRIES <ALM> BUYS NINE BOATS\n\n{BODY}").kind == "wire"

"""A page that says nothing is recognised; a text about such pages, or with such a heading, is not."""

import pytest

from tests.ingest.normalise.texts import BODY, TITLE, article_of

BOT_WALLS = {
    "a heading and its explanation": (
        "Pardon Our Interruption\n\nSomething about your browser made us think that you are a bot. "
        "This may happen when:\n"
        "You have switched JavaScript off in your web browser.\nCookies are disabled.\n"
        "To regain access, allow cookies and JavaScript, then load the page again."
    ),
    "a check in progress": (
        "Just a moment...\n\nisland.example needs to review the security of your connection before it goes on.\n"
        "Enable JavaScript and cookies to continue\nRay ID: 8f00aa11bb22cc33"
    ),
    "a refusal": (
        "Access Denied\n\nYou do not have permission to see this page on this server.\n"
        "Reference #18.5f2e1102.1719400000.1a2b3c4d"
    ),
    "a title in the front matter": (
        "---\ntitle: Are you a robot?\n---\nWe saw automated requests. Tick the box to show that you are no robot.\n"
    ),
    "few long sentences, and many short ones": (
        "Pardon Our Interruption\n\nWhile you read this site, your browser did something that looked like a bot. "
        "Here is why:\nYou are fast.\nYou have switched off the cookies that this site needs in your browser.\n"
        "You came at night.\nPlease wait\nSoon we are ready.\nThank you!"
    ),
    "another language": "安全验证\n\n请完成以下验证，证明您不是机器人。\n您的浏览器需要启用脚本。",
}
ERROR_PAGES = {
    "a status and a sentence": "404 Not Found\n\nThe requested URL was not found on this server.",
    "a server's name": "502 Bad Gateway\n\nnginx/1.24.0",
    "a friendly one": (
        "Page not found | Island Times\n\nSorry, we cannot find this page. The address may be "
        "wrong, or the page was moved.\n"
        "Try the search box, or go back to the home page."
    ),
    "German": "Seite nicht gefunden\n\nDiese Seite gibt es nicht mehr. Zur Startseite",
    "a consent form": (
        "Before you go on\n\nWe and our partners use cookies to keep this site safe and to measure how it is used.\n"
        "If you consent, we also use cookies to show personal advertising.\nAccept all\nReject all\nMore options"
    ),
    "a German consent form": (
        "Wir nutzen Cookies und verarbeiten Daten mit unseren Partnern.\nIhre Einwilligung ist "
        "freiwillig.\nAlle akzeptieren\n"
    ),
}
SOUND = {
    "a report about a bot wall": (
        "Just a moment\n\nThe council took just a moment to approve the ferry. The mayor thanked all nine members.\n"
        "Fishing boats wait outside until Friday."
    ),
    "a report that quotes a bot wall": (
        "Ticket site shuts readers out\n\nPassengers who wanted to buy a ticket on Tuesday read "
        '"Pardon Our Interruption".\n'
        "The ferry company apologised. It sold four thousand tickets by telephone instead."
    ),
    "a heading that a report shares": (
        "Access Denied\n\nTwo reporters were turned away at the court on Monday. Their editor protested.\n"
        "The judge said that the hearing was open to all."
    ),
    "a brief about an error": (
        "404 Not Found\n\nThe band plays at the old boathouse on Friday. Doors open at eight, and "
        "tickets cost nine dollars."
    ),
    "a number that is no status": "404\n\nboats left the harbour on Tuesday, nine more than in the year before.",
    "a brief about service": "Service Unavailable\n\nNo ferry sails on Sunday. The crew repairs the northern engine.",
    "a report about cookies": (
        "Regulator fines site over cookies\n\nThe regulator fined a site that set cookies without consent.\n"
        'The button "Accept all" stood alone, it said. The site must pay within nine days.'
    ),
    "a report with one short sentence on the subject": (
        "Access Denied\n\nThe server was down. Two hundred passengers could therefore not buy a ticket for the night "
        "ferry.\nThe company opened its counter at the pier."
    ),
    "a recipe": "Cookies with consent\n\nMix butter and sugar. Bake the cookies for nine minutes. Let them cool.",
    "one word": "Harbour",
    "a headline alone": TITLE,
}


@pytest.mark.parametrize("text", BOT_WALLS.values(), ids=BOT_WALLS)
def test_a_bot_wall_is_recognised(text: str) -> None:
    assert article_of(text).suspect == "bot-wall"


@pytest.mark.parametrize("text", ERROR_PAGES.values(), ids=ERROR_PAGES)
def test_an_error_page_is_recognised(text: str) -> None:
    assert article_of(text).suspect == "error-page"


@pytest.mark.parametrize("text", SOUND.values(), ids=SOUND)
def test_a_text_that_says_something_is_not_suspect(text: str) -> None:
    assert article_of(text).suspect is None


@pytest.mark.parametrize("body", ["", "\n\n", "***\n", "---\n\n- \n"])
def test_a_text_without_words_is_empty(body: str) -> None:
    article = article_of(f"---\ntitle: {TITLE}\nurl: https://example.org/a\n---\n{body}")
    assert article.suspect == "empty"
    assert article.title == TITLE


def test_a_long_page_is_not_suspect() -> None:
    page = BOT_WALLS["a heading and its explanation"]
    assert article_of(page + "\n\n" + BODY * 20).suspect is None

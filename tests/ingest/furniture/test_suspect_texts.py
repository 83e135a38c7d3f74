"""Which whole texts of a source are learned to be suspect, and which genuine short texts are not."""

import hashlib

import pytest

from ingest_service.furniture import page_of
from ingest_service.furniture.learning import MOST_COMPARED, Lesson
from ingest_service.model import Article, Suspect
from tests.ingest.furniture.pages import known, learned, texts

WALL = (
    "Our systems have detected unusual activity from your network.",
    "Press and hold the button below to go on. Reference code 7f3a-{0}, 10.0.0.{0}, 2026-11-0{0}T10:00:0{0}Z",
)
MACHINE: dict[str, tuple[Suspect, tuple[str, ...]]] = {
    "a bot wall": ("bot-wall", WALL),
    "a refusal": ("bot-wall", ("Hello!", "Your IP address 10.0.0.{0} has been temporarily blocked.")),
    "a request for scripts": ("bot-wall", ("The Herald needs it. Please enable JavaScript in your browser to go on.",)),
    "an error with the path": ("error-page", ("Your request for /{0} could not be processed.", "Request ID: a{0}c")),
    "a server's apology": ("error-page", ("The captain dropped something. Please try again in {0} minutes.",)),
    "a German one": ("error-page", ("Interner Fehler {0}.", "Bitte versuchen Sie es später erneut.")),
    "a French one": ("error-page", ("Oups ! Veuillez réessayer dans {0} minutes.",)),
    "a Spanish one": ("bot-wall", ("Acceso bloqueado.", "Demuestre que no es un robot.")),
    "a Russian one": ("bot-wall", ("Доступ ограничен.", "Подтвердите, что вы не робот. {0}")),
    "a Chinese one": ("error-page", ("系统繁忙，请稍后再试。错误代码：50{0}",)),
    "a Japanese one": ("bot-wall", ("アクセスが制限されました。", "しばらくしてからお試しください。")),
    "a Korean one": ("error-page", ("일시적인 오류가 발생했습니다. 잠시 후 다시 시도해 주세요.",)),
    "an Arabic one": ("error-page", ("حدث خطأ. يرجى المحاولة مرة أخرى.",)),
}  # fmt: skip
GENUINE = {
    "a correction": "An earlier version of this page misstated the name of the captain. It is John Doe.",
    "a notice": "The counter on Quay Street is closed on Friday. Please call nine 404 to ask for lost property.",
    "a service that does not run": "The ferry service is temporarily unavailable.",
    "a refusal on a pier": "Access to the pier is denied to cars from Monday, the council said.",
    "a second attempt": "The rescue crew will try again later, the coast guard said.",
    "a reference": "Applicants quote the reference number 503 in their letters.",
    "a verification": "The harbour master will verify that you are on the list.",
    "an appeal": "If your request was denied, or if you were denied a permit, you may appeal until Friday.",
    "a security service": "The harbour hired a security service. You complete the security check in nine minutes.",
    "a recipe": "Cookies on the table: press and hold the dough, and bake it for nine minutes without cookies.",
    "an area code": "The island gives up its area code 415, and dials error-free from May.",
    "a session": "Session #3 on fisheries starts at nine. The last session expired without a vote.",
    "a breakdown": "A technical problem occurred on the night ferry. It sails again on Sunday.",
    "an office for questions": "To change your password, contact the help desk or the administrator of the fund.",
    "too many": "Too many requests for berths came in, the harbour master said.",
    "a report about a wall": (
        'Passengers read on Tuesday: "Please enable JavaScript." '
        "The ferry company apologised, and sold four thousand tickets by telephone instead."
    ),
}


def sent(number: int, *paragraphs: str, host: str = "herald.example", headline: str = "Captain Doe is dead") -> Article:
    """A text as it was sent at an address of a site."""
    lines = tuple(line.format(number) for line in paragraphs)
    return Article(f"{headline} {number}", lines, url=f"https://{host}/{number}")


@pytest.mark.parametrize(("kind", "paragraphs"), MACHINE.values(), ids=MACHINE)
def test_a_machine_page_at_three_addresses_is_suspect(kind: Suspect, paragraphs: tuple[str, ...]) -> None:
    pages = [sent(number, *paragraphs) for number in range(1, 5)]
    assert learned(*pages[:2]).learned == []
    lesson = learned(*pages[:3])
    assert [(line.text, line.evidence) for line in lesson.learned] == [(pages[2].text, (0, 1, 2))]
    assert lesson.affected == {0, 1, 2}
    assert [known(lesson).suspect(page) for page in pages] == [kind] * 4


@pytest.mark.parametrize("text", GENUINE.values(), ids=GENUINE)
def test_a_genuine_short_text_is_never_suspect(text: str) -> None:
    lesson = learned(*(sent(number, text) for number in range(1, 6)))
    assert lesson.learned == []
    assert lesson.holders.keys().isdisjoint({page_of(sent(1, text)).text_key})


def test_copies_from_one_address_are_no_evidence() -> None:
    copies = [sent(1, *WALL) for _ in range(MOST_COMPARED + 1)]
    copies[1] = Article("Captain Doe", copies[1].paragraphs, url=f"{copies[1].url}/#top")
    assert learned(*copies, sent(2, *WALL), sent(2, *WALL)).learned == []
    lesson = learned(*copies, sent(2, *WALL), sent(3, *WALL))
    assert len(lesson.learned) == 1
    assert lesson.affected == set(range(len(copies) + 2))


def test_each_file_without_a_url_is_an_address() -> None:
    pages = [Article(f"Story {number}", (WALL[0],), publisher="The Harbour Herald") for number in range(3)]
    assert texts(learned(*pages).learned) == {WALL[0]}


def test_sites_are_learned_one_by_one() -> None:
    lesson = learned(*(sent(number, *WALL, host=f"{name}.example") for number, name in enumerate(("a", "b", "c"))))
    assert lesson.learned == []
    lesson = learned(*(sent(number, *WALL) for number in range(3)))
    assert known(lesson).suspect(sent(3, *WALL, host="other.example")) is None


def test_pages_without_a_source_teach_no_suspect_text() -> None:
    assert learned(*(Article(f"Story {number}", (WALL[0],)) for number in range(4))).learned == []


def test_only_the_whole_text_is_suspect() -> None:
    lesson = learned(*(sent(number, *WALL) for number in range(3)))
    assert known(lesson).suspect(sent(3, *WALL, "The captain had steered the ferry for thirty-one years.")) is None


def test_a_long_text_is_no_machine_page() -> None:
    assert learned(*(sent(number, WALL[0] * 20) for number in range(4))).learned == []


def test_a_text_that_its_own_words_show_to_be_suspect_is_not_learned() -> None:
    pages = [Article("Access denied", (WALL[0],), url=f"https://a.example/{n}", suspect="bot-wall") for n in range(4)]
    assert learned(*pages).learned == []


def test_a_suspect_text_that_a_person_disabled_is_not_learned_again() -> None:
    pages = [page_of(sent(number, *WALL)) for number in range(4)]
    assert pages[0].text_key is not None
    lesson = Lesson({}, refused={pages[0].text_key})
    lesson.take(enumerate(pages))
    assert (lesson.learned, lesson.affected) == ([], set())


def test_identifiers_that_differ_do_not_make_the_rest_of_a_wall_furniture() -> None:
    ids = [hashlib.sha256(bytes([number])).hexdigest() for number in range(4)]
    walls = [sent(number, WALL[0], f"Request ID {ids[number]}") for number in range(4)]
    lesson = learned(*walls)
    assert [line.text for line in lesson.learned] == [walls[2].text]
    assert known(lesson).on(walls[3]).keys == frozenset()

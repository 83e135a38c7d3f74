"""Mail: the text of a message is an item with what the headers say, and attachments are members."""

from email.message import EmailMessage
from email.mime.application import MIMEApplication
from email.mime.image import MIMEImage
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.mime.text import MIMEText

import pytest

from ingest_service import normalise, reading
from ingest_service.errors import Damaged, Encrypted, NestedTooDeep, NoText, UnknownFormat, Unreadable
from ingest_service.model import Article, Reading

HEAD = (
    "Received: by 192.0.2.1 with SMTP id xyz; Tue, 4 Jun 2024 10:15:00 +1200\n"
    "From: Harbour Press Office <press@example.org>\nTo: newsdesk@example.com\nMIME-Version: 1.0\n"
    "Date: Tue, 4 Jun 2024 10:15:00 +1200\nMessage-ID: <1@example.org>\n"
)
FERRY = "The council approved a new timetable for the harbour ferry on Tuesday."


def message(headers: str, body: str | bytes) -> bytes:
    return (HEAD + headers).encode() + b"\n" + (body.encode() if isinstance(body, str) else body)


def body(content: bytes, path: str = "a.eml") -> Reading:
    """The item that is the text of a message."""
    item = reading.read(content, path).items[0]
    assert item.name is None
    return item


def article(content: bytes) -> Article:
    return normalise.normalise(body(content))


def test_headers_become_metadata_and_are_no_text() -> None:
    read = article(message("Subject: Ferry to sail\n later at night\nContent-Type: text/plain\n", FERRY))
    assert (read.title, read.text, read.publisher) == ("Ferry to sail later at night", FERRY, "Harbour Press Office")
    assert (read.published, read.published_basis) == ("2024-06-03T22:15:00Z", "metadata")
    assert read.fields == {"message_id": "<1@example.org>"}


def test_a_mail_is_known_by_its_content_and_by_its_name() -> None:
    assert body(message("Subject: A\n", FERRY), "mail.txt").media_type == "message/rfc822"
    assert body(f"Subject: A\n\n{FERRY}".encode(), "mail.eml").text == FERRY
    assert body(b"From - Tue Jun  4 10:15:00 2024\n" + message("Subject: A\n", FERRY), "mail").text == FERRY
    assert body(message("X-Padding: " + "x" * 9_000 + "\nSubject: A\n", FERRY), "mail").text == FERRY


@pytest.mark.parametrize(
    ("date", "published"),
    [
        (b"Date: Wed, 5 Jun 2024 08:00:00 GMT\n", "2024-06-05T08:00:00Z"),
        (b"", "2024-06-03T22:15:00Z"),
        (b"Date: nonsense\n", "2024-06-03T22:15:00Z"),
        (b"Date: Thu, 1 Jan 1970 00:00:00 +0000\n", "2024-06-03T22:15:00Z"),
    ],
)
def test_without_a_date_that_of_the_first_server_counts(date: bytes, published: str) -> None:
    content = message("Subject: A\n", FERRY).replace(b"Date: Tue, 4 Jun 2024 10:15:00 +1200\n", date)
    assert article(content).published == published


@pytest.mark.parametrize(
    ("sender", "authors", "publisher"),
    [
        ("Jane Doe <jane@example.org>", ("Jane Doe",), None),
        ('"Doe, Jane" <jane@example.org>', ("Jane Doe",), None),
        ("=?iso-8859-1?Q?J=FCrgen_Doe?= <j@example.org>", ("Jürgen Doe",), None),
        ("Greenpeace International <press@example.org>", (), "Greenpeace International"),
        ("Ministry of Transport <jane@example.org>", (), "Ministry of Transport"),
        ("Harbour News Team <jane@example.org>", (), "Harbour News Team"),
        ("jane@example.org", (), None),
    ],
)
def test_a_person_is_the_author_and_an_office_the_publisher(
    sender: str, authors: tuple[str, ...], publisher: str | None
) -> None:
    read = article(message("Subject: A\n", FERRY).replace(b"Harbour Press Office <press@example.org>", sender.encode()))
    assert (read.authors, read.publisher) == (authors, publisher)


@pytest.mark.parametrize(
    ("subject", "title"),
    [
        (b"=?utf-8?B?RsOkaHJl?= =?utf-8?Q?_legt_ab?=", "Fähre legt ab"),
        (b"=?koi8-r?B?8MHSz80=?=", "Паром"),
        ("Fähre legt ab".encode(), "Fähre legt ab"),
        ("Fähre legt ab und kommt später zurück".encode("latin-1"), "Fähre legt ab und kommt später zurück"),
        (b"=?x-unknown?Q?Ferry_sails?=", "Ferry sails"),
        (b"=?utf-8?B?broken", "=?utf-8?B?broken"),
        (b"Re: Fwd: AW[2]: Ferry sails", "Ferry sails"),
        (b"Fwd: ", "Fwd:"),
        (b"RE: [EXTERNAL] Fwd: Ferry sails", "Ferry sails"),
        (b"[EXT]: Ferry sails", "Ferry sails"),
        (b"[Alma] Ferry sails", "[Alma] Ferry sails"),
    ],
)
def test_subjects_are_decoded_whatever_they_are_declared_as(subject: bytes, title: str) -> None:
    assert (
        body(message("", FERRY).replace(b"Message-ID", b"Subject: " + subject + b"\nMessage-ID")).metadata["title"]
        == title
    )


def test_what_is_before_a_subject_is_noted() -> None:
    (note,) = body(message("Subject: Re: FW: Ferry\n", FERRY)).repairs
    assert (note.rule, note.detail) == ("subject-prefix", "Re: FW:")


@pytest.mark.parametrize(
    ("headers", "content", "text"),
    [
        ("Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n",
         b"The ferry =\nsails =E2=80=94 late.", "The ferry sails — late."),
        ("Content-Type: text/plain; charset=iso-8859-1\n", "Die Fähre – spät".encode("cp1252"), "Die Fähre – spät"),
        ("Content-Type: text/plain; charset=iso-8859-1\n", "Die Fähre – spät".encode(), "Die Fähre – spät"),
        ("Content-Type: text/plain; charset=nonsense\n",
         "Die Fähre fährt später ab".encode("cp1252"), "Die Fähre fährt später ab"),
        ("Content-Transfer-Encoding: base64\n", b"The ferry sails at nine.", "The ferry sails at nine."),
        ("Content-Transfer-Encoding: base64\n", b"VGhlIGZlcnJ5IHNhaWxz\nIGF0IG5pbmUu", "The ferry sails at nine."),
        # Cut off after one letter of four; with a stray sign; and with what a mailing list adds.
        ("Content-Transfer-Encoding: base64\n", b"VGhlIGZlcnJ5IHNhaWxz\nIGF0IG5pbmUuI", "The ferry sails at nine."),
        ("Content-Transfer-Encoding: base64\n", b"VGhlIGZlcnJ5!IHNhaWxz\nIGF0IG5pbmUu", "The ferry sails at nine."),
        ("Content-Transfer-Encoding: base64\n", b"VGhlIGZlcnJ5IHNhaWxzIGF0IG5pbmUu\n\n-- \nHarbour list of the port",
         "The ferry sails at nine.\n\n-- \nHarbour list of the port"),
        # With a second part in base64; and, on its only line, with words.
        ("Content-Transfer-Encoding: base64\n", b"VGhlIGZlcnJ5IHNhaWxzIGF0IG5pbmUsIA==\nYXQgbGFzdC4=",
         "The ferry sails at nine, at last."),
        ("Content-Transfer-Encoding: base64\n", b"VGhlIGZlcnJ5IHNhaWxzIGF0IG5pbmUu and so on",
         "VGhlIGZlcnJ5IHNhaWxzIGF0IG5pbmUu and so on"),
        ("Content-Transfer-Encoding: 7bit\n", b"The =\nferry=2C the =\nboat=2C late=2E", "The ferry, the boat, late."),
        ("Content-Type: text/plain; format=flowed\n", b"The ferry \nsails \nlate.\n> quoted \n> twice\nEnd.",
         "The ferry sails late.\n> quoted twice\nEnd."),
        ("Content-Type: text/plain; format=flowed; delsp=yes\n",
         b"The fer \nry.\n \n-- \nJane", "The ferry.\n\n-- \nJane"),
    ],
)  # fmt: skip
def test_the_text_is_decoded_whatever_the_headers_declare(headers: str, content: bytes, text: str) -> None:
    assert body(message(headers, content)).text == text


def alternatives(plain: str, html: str) -> bytes:
    mail = MIMEMultipart("alternative")
    mail["Subject"], mail["From"] = "Ferry", "jane@example.org"
    mail.attach(MIMEText(plain))
    mail.attach(MIMEText(html, "html"))
    return mail.as_bytes()


def test_the_plain_text_is_read_unless_it_only_says_that_there_is_html() -> None:
    page = f"<html><body><p>{FERRY}</p><p>{FERRY.replace('ferry', 'bridge')}</p></body></html>"
    assert body(alternatives(FERRY, page)).text == FERRY
    assert body(alternatives("Please use HTML.", page)).text == f"{FERRY}\n\n{FERRY.replace('ferry', 'bridge')}"
    assert body(alternatives("", page)).metadata == {"title": "Ferry"}


def mixed(*parts: MIMENonMultipart, kind: str = "mixed", text: str = FERRY) -> bytes:
    mail = MIMEMultipart(kind)
    mail["Subject"], mail["From"] = "Ferry", "jane@example.org"
    for part in (*([MIMEText(text)] if text else []), *parts):
        mail.attach(part)
    return mail.as_bytes()


def attached(content: bytes, name: str, subtype: str = "octet-stream") -> MIMEApplication:
    part = MIMEApplication(content, subtype)
    part.add_header("Content-Disposition", "attachment", filename=name)
    return part


def test_attachments_are_members_that_are_read_by_their_own_format() -> None:
    notes = MIMEText("The mayor opened the bridge.")
    notes.add_header("Content-Disposition", "attachment", filename="=?utf-8?Q?Br=C3=BCcke=2Etxt?=")
    read = reading.read(
        mixed(notes, attached(b"# Pier\n\nClosed.", "pier.md"), attached(b"\x89PNG\r\n\x1a\n", "a.png")), "a.eml"
    )
    assert [(item.name, item.text) for item in read.items] == [
        (None, FERRY), ("2", "The mayor opened the bridge."), ("3", "# Pier\n\nClosed."),
    ]  # fmt: skip
    assert read.items[2].media_type == "text/markdown"
    assert read.items[0].metadata["attachments"] == ["Brücke.txt", "pier.md", "a.png"]
    assert [(member.name, type(member.error)) for member in read.unread] == [("4", UnknownFormat)]


def test_texts_around_an_attachment_are_one() -> None:
    read = reading.read(mixed(attached(b"Closed.", "pier.txt"), MIMEText("The end.")), "a.eml")
    assert [item.text for item in read.items] == [f"{FERRY}\n\nThe end.", "Closed."]


def test_pictures_that_a_page_shows_are_no_attachments() -> None:
    logo = MIMEImage(b"\x89PNG\r\n\x1a\n")
    read = reading.read(mixed(logo, kind="related"), "a.eml")
    assert (len(read.items), read.unread) == (1, ())


def test_a_message_in_a_message_is_a_member_with_its_own_headers() -> None:
    inner = EmailMessage()
    inner["Subject"], inner["From"] = "Bridge", "Jane Doe <jane@example.org>"
    inner.set_content("From the first day on, the bridge is open.\n")
    outer = EmailMessage()
    outer["Subject"], outer["From"] = "Fwd: Bridge", "joe@example.org"
    outer.set_content(FERRY)
    outer.add_attachment(inner)
    first, second = reading.read(outer.as_bytes(), "a.eml").items
    assert (first.name, first.metadata["title"]) == (None, "Bridge")
    assert (second.name, second.metadata["sender"], second.text) == (
        "2", "Jane Doe", "From the first day on, the bridge is open.",
    )  # fmt: skip
    assert second.original is not None
    assert second.original.content.startswith(b"Subject: Bridge\n")


def test_messages_nested_too_deep_are_reported() -> None:
    content = message("", FERRY)
    for number in range(60):
        inner = f"Subject: {number}\nMIME-Version: 1.0\nContent-Type: message/rfc822\n\n".encode()
        content = inner + content
    with pytest.raises(NestedTooDeep):
        reading.read(content, "a.eml")


def test_multiparts_without_end_are_damaged() -> None:
    content, count = HEAD, 3_000
    for number in range(count):
        content += f'Content-Type: multipart/mixed; boundary="b{number}"\n\n--b{number}\n'
    with pytest.raises(Damaged):
        reading.read(content.encode(), "a.eml")


SEALED = "-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----\n"


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (message("Subject: A\n", SEALED), Encrypted),
        (message("Content-Type: application/pkcs7-mime; smime-type=enveloped-data\n", "AAAA"), Encrypted),
        (message("Content-Type: application/pkcs7-mime; smime-type=signed-data\n", "AAAA"), UnknownFormat),
        (mixed(attached(b"x", "encrypted.asc", "pgp-encrypted"), kind="encrypted", text=""), Encrypted),
        (mixed(attached(b"x", "winmail.dat", "ms-tnef"), text=""), UnknownFormat),
        (message("Subject: See the subject\n", " \n"), NoText),
    ],
)  # fmt: skip
def test_a_mail_without_a_text_that_can_be_read_says_why(content: bytes, error: type[Unreadable]) -> None:
    with pytest.raises(error):
        reading.read(content, "a.eml")


def test_a_mail_with_attachments_only_has_no_item_of_its_own() -> None:
    (item,) = reading.read(mixed(attached(FERRY.encode(), "ferry.txt"), text=" "), "a.eml").items
    assert (item.name, item.text) == ("2", FERRY)


def test_signatures_are_no_attachments() -> None:
    signature = MIMEApplication(b"x", "pgp-signature")
    read = reading.read(mixed(signature, kind="signed"), "a.eml")
    assert ([item.text for item in read.items], read.unread) == ([FERRY], ())
    begin, end = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n", "-----END PGP SIGNATURE-----\n"
    armor = f"{begin}{FERRY}\n- -- \nJane\n-----BEGIN PGP SIGNATURE-----\n\nx\n{end}"
    assert body(message("Subject: A\n", armor)).text == f"{FERRY}\n-- \nJane"


def test_a_line_like_a_divider_inside_a_message_divides_nothing() -> None:
    quoted = f"{FERRY}\n\nFrom jane@example.org Tue Jun  4 10:15:00 2024\nSubject: Old\n\nEnd."
    assert body(message("Subject: A\n", quoted)).text == quoted
    divider = b"From jane@example.org Tue Jun  4 10:15:00 2024\n"
    unstructured = quoted.replace("Subject: Old", "she wrote that")
    assert body(divider + message("Subject: A\n", unstructured)).text == unstructured


def test_each_message_of_a_mailbox_is_a_member() -> None:
    divider = b"From jane@example.org Tue Jun  4 10:15:00 2024\n"
    content = b"\n".join(
        divider + message(f"Subject: {name}\n", f"{FERRY}\n>From here on.\n") for name in ("One", "Two")
    )
    items = reading.read(content, "a.mbox").items
    assert [(item.name, item.metadata["title"]) for item in items] == [("1", "One"), ("2", "Two")]
    assert items[0].text == f"{FERRY}\nFrom here on."


def test_a_cut_off_mail_is_read_or_has_a_reason() -> None:
    content = mixed(attached(b"# Pier\n\nClosed.", "pier.md"))
    reasons = {reason(content[:end]) for end in range(100, len(content), 7)}
    assert reasons == {"", "empty", "no-text"}


def reason(content: bytes) -> str:
    """Why a mail cannot be read; empty if it can."""
    try:
        reading.read(content, "a.eml")
    except Unreadable as error:
        return error.code
    return ""

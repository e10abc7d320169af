"""Reading mail: charsets that lie, HTML, quotation, signatures, hostile shapes."""

import time
from email.message import EmailMessage
from typing import Any

import pytest

from interactions.channels import marks, mime
from interactions.channels.contract import Unreadable
from interactions.channels.html_text import as_text
from interactions.channels.quoting import own_words
from tests.interactions.mails import a_bounce, a_mail


def raw(headers: str, body: bytes) -> bytes:
    return headers.strip().replace("\n", "\r\n").encode("latin-1") + b"\r\n\r\n" + body


@pytest.mark.req("R-TMI-4")
@pytest.mark.parametrize(
    ("_case", "charset", "body"),
    [
        ("as declared", "iso-8859-1", "Größe".encode("latin-1")),
        ("declares UTF-8 and is Windows", "utf-8", "Größe".encode("cp1252")),
        ("declares ASCII and is UTF-8", "us-ascii", "Größe".encode()),
        ("declares what nobody knows", "x-klingon", "Größe".encode()),
    ],
)
def test_text_is_read_in_the_charset_it_really_has(_case: str, charset: str, body: bytes) -> None:
    found = mime.read(
        raw(f"From: a@example.org\nContent-Type: text/plain; charset={charset}", body)
    )

    assert found.text == "Größe"


def test_headers_are_decoded_whether_encoded_or_bare() -> None:
    encoded = mime.read(
        raw(
            "From: =?utf-8?q?J=C3=B6rg?= <j@example.org>\nSubject: =?iso-8859-1?q?Gr=FC=DFe?=", b"x"
        )
    )
    bare = mime.read(b"From: j@example.org\r\nSubject: Gr\xc3\xbc\xc3\x9fe\r\n\r\nx")

    assert (encoded.sender_name, encoded.sender, encoded.subject) == (
        "Jörg", "j@example.org", "Grüße",
    )  # fmt: skip
    assert bare.subject == "Grüße"


def test_an_encoded_name_can_not_pretend_to_be_an_address() -> None:
    found = mime.read(raw("From: =?utf-8?q?boss=40bank=2Ecom=3E=2C?= <evil@example.net>", b"x"))

    assert found.sender == "evil@example.net"


def test_html_is_read_as_its_words() -> None:
    html = (
        "<html><head><style>p{color:red}</style></head><body><p>My&nbsp;line is <b>dead</b>.</p>"
        "<ul><li>phone</li><li>TV</li></ul><script>alert(1)</script>"
        '<div class="gmail_quote">On Monday you wrote:<blockquote>Hello</blockquote></div></body>'
    )

    assert as_text(html) == (
        "My line is dead.\n\n- phone\n- TV\n\n> On Monday you wrote:\n\n> Hello"
    )
    assert own_words(as_text(html)) == "My line is dead.\n\n- phone\n- TV"


def test_a_mail_of_html_only_has_words_too() -> None:
    mail = EmailMessage()
    mail["From"] = "a@example.org"
    mail.set_content("<p>Grüße</p>", subtype="html")

    assert mime.read(mail.as_bytes()).text == "Grüße"


@pytest.mark.parametrize(
    ("_case", "text", "kept"),
    [
        ("nothing quoted", "Hello\n\nWorld", "Hello\n\nWorld"),
        (
            "English",
            "Yes.\n\nOn 3 Nov 2026, at 10:00, Care <care@x.org> wrote:\n> Is it dead?",
            "Yes.",
        ),
        ("German", "Ja.\n\nAm 03.11.2026 um 10:00 schrieb Care:\n> Geht es?", "Ja."),
        ("French", "Oui.\n\nLe 3 nov. 2026 à 10:00, Care a écrit :\n> Alors ?", "Oui."),
        (
            "attribution over two lines",
            "Yes.\n\nOn Tue, 3 Nov 2026 at 10:00, Care\n<care@x.org> wrote:\n\n> Is it?",
            "Yes.",
        ),
        (
            "Outlook",
            "Yes.\n\nFrom: Care <care@x.org>\nSent: Monday\nTo: Priya\nSubject: Line\n\nIs it?",
            "Yes.",
        ),
        (
            "Outlook in German",
            "Ja.\n\nVon: Care\nGesendet: Montag\nAn: Priya\nBetreff: Leitung\n\nGeht es?",
            "Ja.",
        ),
        ("original message", "Yes.\n\n-----Original Message-----\nIs it dead?", "Yes."),
        ("quoted at the end", "Yes.\n\n> Is it dead?\n> Really?", "Yes."),
        ("answer below", "On Monday, Care wrote:\n> Is it dead?\n\nYes, it is.", "Yes, it is."),
        (
            "answers between",
            "On Monday, Care wrote:\n> Dead?\nYes.\n> Since?\nMonday.",
            "On Monday, Care wrote:\n> Dead?\nYes.\n> Since?\nMonday.",
        ),
        ("signature", "Yes.\n\n-- \nPriya Nair\n+44 7700", "Yes."),
        ("telephone", "Yes.\n\nSent from my iPhone", "Yes."),
        ("a list is no signature", "Please:\n- call me\n- write", "Please:\n- call me\n- write"),
        (
            "forwarded",
            "-----Original Message-----\nFrom: x\nYour bill",
            "-----Original Message-----\nFrom: x\nYour bill",
        ),
        ("only a quote", "> Is it dead?", "> Is it dead?"),
    ],
)
def test_own_words_are_told_from_what_is_quoted(_case: str, text: str, kept: str) -> None:
    assert own_words(text) == kept


def test_the_whole_is_kept_beside_the_reply() -> None:
    found = mime.read(a_mail(body="Yes.\n\nOn Monday, Care wrote:\n> Is it dead?"))

    assert found.text == "Yes."
    assert found.whole == "Yes.\n\nOn Monday, Care wrote:\n> Is it dead?"


@pytest.mark.parametrize(
    ("_case", "text"),
    [
        ("attributions", "On a b " * 60_000),
        ("lines of attributions", "On a b c d e f\n" * 40_000),
        ("headers", "From: x\n\n" * 40_000),
        ("quotes", "> \n" * 60_000),
        ("brackets", "<" * 200_000),
    ],
)
def test_a_hostile_text_takes_no_longer_than_a_long_one(_case: str, text: str) -> None:
    began = time.process_time()

    own_words(text)
    as_text(text)

    assert time.process_time() - began < 5


def test_attachments_have_their_plain_names_and_bytes() -> None:
    found = mime.read(a_mail(files=(("../../etc/bill.pdf", b"%PDF-1.7"), ("b\\c.txt", b"x"))))

    assert [(one.name, one.content) for one in found.enclosures] == [
        ("bill.pdf", b"%PDF-1.7"),
        ("c.txt", b"x"),
    ]


@pytest.mark.parametrize(
    ("_case", "content"),
    [
        ("nothing", b""),
        ("nested too deeply", b"From: a@b.org\r\nContent-Type: message/rfc822\r\n\r\n" * 500),
    ],
)
def test_what_makes_no_sense_is_unreadable(_case: str, content: bytes) -> None:
    with pytest.raises(Unreadable):
        mime.read(content)


def test_too_many_parts_are_refused() -> None:
    part = b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n"
    mail = raw("From: a@b.org\nContent-Type: multipart/mixed; boundary=b", part * 100 + b"--b--")

    with pytest.raises(Unreadable):
        mime.read(mail)


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Auto-Submitted", "auto-replied"),
        ("Auto-Submitted", "auto-generated; x=y"),
        ("Precedence", "bulk"),
        ("Precedence", "LIST"),
        ("X-Auto-Response-Suppress", "All"),
        ("X-Autoreply", "yes"),
        ("List-Id", "<news.example.org>"),
        ("Return-Path", "<>"),
    ],
)
def test_signs_of_a_machine_are_seen(header: str, value: str) -> None:
    said: dict[str, Any] = {header.replace("-", "_"): value}
    found = mime.read(a_mail(**said))

    assert found.machine


def test_a_person_is_no_machine() -> None:
    assert mime.read(a_mail(Auto_Submitted="no")).machine == ""


def test_a_bounce_names_our_mail_and_the_reason() -> None:
    found = mime.read(a_bounce("<i.1.x@localhost>", "5.1.1"))

    (report,) = found.reports
    assert (report.wire_id, report.delivered, report.permanent) == (
        "<i.1.x@localhost>",
        False,
        True,
    )
    assert "5.1.1" in report.said
    assert mime.read(a_bounce("<x@y>", "4.4.1", "delayed")).reports[0].permanent is False


@pytest.mark.parametrize(
    ("_case", "headers"),
    [
        ("reply address", {"to": "Care <care+{mark}@localhost>"}),
        ("folded to capitals", {"to": "CARE+{mark}@LOCALHOST"}),
        ("delivered to", {"Delivered_To": "care+{mark}@localhost"}),
        ("message id", {"In_Reply_To": "<i.{mark}.abcdef@localhost>"}),
        ("references", {"References": "<a@b.org> <i.{mark}.abcdef@localhost>"}),
        ("subject", {"subject": "Re: Line [#{mark}]"}),
    ],
)
def test_a_mark_of_ours_is_found_where_mail_carries_it(_case: str, headers: dict[str, Any]) -> None:
    mark = marks.mark(118_204)
    said = {name: value.format(mark=mark) for name, value in headers.items()}
    if _case == "folded to capitals":
        said = {name: value.upper() for name, value in said.items()}

    assert mime.read(a_mail(**said)).threads == (118_204,)


@pytest.mark.parametrize("forged", ["118204.aaaaaaaaaaaaaaaa", "118205.{rest}", "118204"])
def test_a_mark_nobody_signed_leads_nowhere(forged: str) -> None:
    forged = forged.format(rest=marks.mark(118_204).partition(".")[2])

    assert mime.read(a_mail(to=f"care+{forged}@localhost")).threads == ()


def test_marks_of_a_key_that_was_rotated_out_still_lead_back(settings: object) -> None:
    old = marks.mark(7)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]  # type: ignore[attr-defined]  # the fixture is typed as an object
    settings.SECRET_KEY = "another key, just as long and random as the one before"  # type: ignore[attr-defined]  # the fixture is typed as an object

    assert marks.marked([old, marks.mark(7)]) == (7,)

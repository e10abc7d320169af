"""Mails as they really come: broken, boastful, forged or merely foreign. All of it our own text."""

from base64 import b64encode
from dataclasses import dataclass

FROM = b"From: Priya <priya@example.org>\r\n"
TO = b"To: care@localhost\r\nSubject: No dial tone\r\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


@dataclass(frozen=True)
class Nasty:
    """What came, what is to be read in it, and what becomes of it ("" is filed)."""

    name: str
    raw: bytes
    says: str = ""
    held: str = ""
    files: tuple[str, ...] = ()
    machine: bool = False


def _mail(body: bytes, *headers: bytes, sender: bytes = FROM, common: bytes = TO) -> bytes:
    head = b"".join(line + b"\r\n" for line in headers)
    return sender + common + b"MIME-Version: 1.0\r\n" + head + b"\r\n" + body


def _typed(body: bytes, said: bytes, encoding: bytes = b"8bit") -> bytes:
    return _mail(body, b"Content-Type: " + said, b"Content-Transfer-Encoding: " + encoding)


def _parts(kind: bytes, *parts: bytes, end: bytes = b"--b--\r\n", more: bytes = b"") -> bytes:
    body = b"".join(b"--b\r\n" + part + b"\r\n" for part in parts) + end
    return _mail(body, b"Content-Type: multipart/" + kind + b'; boundary="b"' + more)


def _part(said: bytes, body: bytes, *headers: bytes) -> bytes:
    return b"\r\n".join([b"Content-Type: " + said, *headers, b"", body])


def _file(name: bytes, content: bytes, said: bytes = b"application/octet-stream") -> bytes:
    return _part(
        said,
        b64encode(content),
        b"Content-Transfer-Encoding: base64",
        b"Content-Disposition: attachment; " + name,
    )


PLAIN = _part(b"text/plain; charset=utf-8", b"My line is dead.")
HTML = _part(b"text/html; charset=utf-8", b"<p>My line is <b>dead</b>.</p>")


def _nested(depth: int) -> bytes:
    inner = b"Content-Type: text/plain\r\n\r\ndeep"
    for number in range(depth):
        mark = b"n%d" % number
        inner = (
            b'Content-Type: multipart/mixed; boundary="' + mark + b'"\r\n\r\n'
            b"--" + mark + b"\r\n" + inner + b"\r\n--" + mark + b"--\r\n"
        )
    return FROM + TO + inner


_CALENDAR = (
    b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nSUMMARY:Technician\r\n"
    b"END:VEVENT\r\nEND:VCALENDAR"
)

ENCODINGS = (
    Nasty("utf-8 as it is", _typed("Störung in Łódź".encode(), b"text/plain; charset=utf-8"),
          "Störung in Łódź"),
    Nasty("latin-1 that says utf-8",
          _typed("Störung".encode("latin-1"), b"text/plain; charset=utf-8"), "Störung"),
    Nasty("utf-8 that says ascii",
          _typed("Störung".encode(), b"text/plain; charset=us-ascii"), "Störung"),
    Nasty("a charset nobody has",
          _typed("Störung".encode(), b"text/plain; charset=x-klingon"), "Störung"),
    Nasty("a charset with a line in it",
          _typed(b"Dead.", b'text/plain; charset="utf-8\r\n "'), "Dead."),
    Nasty("chinese",
          _typed("线路断了".encode("gb18030"), b"text/plain; charset=gb18030"), "线路断了"),
    Nasty("japanese in seven bits",
          _typed("回線が切れた".encode("iso-2022-jp"), b"text/plain; charset=iso-2022-jp", b"7bit"),
          "回線が切れた"),
    Nasty("koi8-r in base64",
          _typed(b64encode("Нет гудка".encode("koi8-r")), b"text/plain; charset=koi8-r", b"base64"),
          "Нет гудка"),
    Nasty("utf-16 in base64",
          _typed(b64encode("No tone".encode("utf-16")), b"text/plain; charset=utf-16", b"base64"),
          "No tone"),
    Nasty("broken quoted-printable",
          _typed(b"Caf=C3=A9 =ZZ dead=\r\n line=", b"text/plain; charset=utf-8",
                 b"quoted-printable"), "Café"),
    Nasty("base64 without its end",
          _typed(b"TXkgbGluZSBpcyBkZWFk!!\r\nLg=", b"text/plain; charset=utf-8", b"base64"),
          "My line is dead"),
    Nasty("an encoding nobody has",
          _typed(b"My line is dead.", b"text/plain", b"x-rot13"), "My line is dead."),
    Nasty("nul bytes", _typed(b"My\0 line\0 is dead.", b"text/plain"), "My line is dead."),
    Nasty("a byte order mark",
          _typed(b"\xef\xbb\xbfMy line is dead.", b"text/plain; charset=utf-8"),
          "My line is dead."),
)  # fmt: skip

SHAPES = (
    Nasty("html only", _typed(b"<p>My line is <b>dead</b>.</p>", b"text/html"),
          "My line is dead."),
    Nasty("html with a script and a style",
          _typed(b"<style>p{}</style><script>alert(1)</script><p>Dead line", b"text/html"),
          "Dead line"),
    Nasty("html that never closes",
          _typed(b"<div><table><tr><td>Dead<td>line<blockquote>", b"text/html"), "Dead"),
    Nasty("an empty plain part before the html",
          _parts(b"alternative", _part(b"text/plain", b" \r\n"), HTML), "My line is dead."),
    Nasty("an inline image within related within mixed",
          _parts(b"mixed", _part(
              b'multipart/related; boundary="c"',
              b"--c\r\n" + HTML + b"\r\n--c\r\n" + _part(
                  b"image/png", b64encode(PNG), b"Content-Transfer-Encoding: base64",
                  b"Content-ID: <logo>", b"Content-Disposition: inline; filename=logo.png")
              + b"\r\n--c--\r\n")), "My line is dead.", files=("logo.png",)),
    Nasty("many parts without a boundary",
          _mail(b"My line is dead.", b"Content-Type: multipart/mixed"), "My line is dead."),
    Nasty("a boundary that is never closed",
          _parts(b"mixed", PLAIN, end=b""), "My line is dead."),
    Nasty("a boundary that is not the one announced",
          _mail(b"--x\r\nContent-Type: text/plain\r\n\r\nMy line is dead.\r\n--x--",
                b'Content-Type: multipart/mixed; boundary="y"'), "My line is dead."),
    Nasty("a type that is no type", _typed(b"My line is dead.", b"text"), "My line is dead."),
    Nasty("a forwarded mail",
          _parts(b"mixed", PLAIN, _part(b"message/rfc822", FROM + TO + b"\r\nThe bill.")),
          "My line is dead.", files=("part-2.eml",)),
    Nasty("a digest",
          _parts(b"digest", _part(b"message/rfc822", FROM + TO + b"\r\nOne.")),
          "No dial tone", files=("part-1.eml",)),
    Nasty("winmail.dat",
          _parts(b"mixed", PLAIN, _file(b"filename=winmail.dat", b"\x78\x9f\x3e\x22" + bytes(30),
                                        b"application/ms-tnef")),
          "My line is dead.", files=("winmail.dat",)),
    Nasty("an invitation",
          _parts(b"alternative", PLAIN,
                 _part(b"text/calendar; method=REQUEST; charset=utf-8", _CALENDAR)),
          "My line is dead.", files=("part-2.calendar",)),
    Nasty("nothing but an invitation", _typed(_CALENDAR, b"text/calendar; method=REPLY"),
          "No dial tone", files=("part-1.calendar",)),
    Nasty("signed",
          _parts(b"signed", PLAIN,
                 _file(b"filename=smime.p7s", b"0\x80", b"application/pkcs7-signature")),
          "My line is dead.", files=("smime.p7s",)),
    Nasty("sealed so that nobody here can open it",
          _parts(b"encrypted", _part(b"application/pgp-encrypted", b"Version: 1"),
                 _file(b"filename=encrypted.asc", b"-----BEGIN PGP MESSAGE-----")),
          "No dial tone", files=("part-1.pgp-encrypted", "encrypted.asc")),
    Nasty("names that lead elsewhere",
          _parts(b"mixed", PLAIN, _file(b'filename="../../etc/passwd"', b"a"),
                 _file(b'filename="C:\\\\temp\\\\bill.pdf"', b"%PDF-1.7 b"),
                 _file(b"filename*0*=utf-8''St%C3%B6; filename*1*=rung.txt", b"c"),
                 _file(b'filename="=?utf-8?B?UmVjaG51bmcucGRm?="', b"%PDF-1.7 d")),
          "My line is dead.", files=("passwd", "bill.pdf", "Störung.txt", "Rechnung.pdf")),
    Nasty("a file of no bytes", _parts(b"mixed", PLAIN, _file(b"filename=empty.txt", b"")),
          "My line is dead."),
    Nasty("a subject and nothing else", _mail(b""), "No dial tone"),
    Nasty("bare line feeds",
          _mail(b"Dead.\nSince Monday.").replace(b"\r\n", b"\n"), "Since Monday."),
    Nasty("bare carriage returns in the text", _mail(b"Dead.\rSince Monday."), "Since Monday."),
    Nasty("a line of an mbox first", b"From priya Mon Nov 23 2026\r\n" + _mail(b"Dead."), "Dead."),
    Nasty("lines flowed together",
          _typed(b"My line is \r\ndead since \r\nMonday.\r\n\r\n> quoted \r\n> on\r\n",
                 b"text/plain; format=flowed"), "My line is dead since Monday."),
    Nasty("lines flowed together without the space",
          _typed("回線が \r\n切れた\r\n".encode(),
                 b"text/plain; charset=utf-8; format=flowed; delsp=yes"),
          "回線が切れた"),
    Nasty("a signature is not flowed into",
          _typed(b"Dead.\r\n-- \r\nPriya\r\n", b"text/plain; format=flowed"), "Dead."),
    Nasty("nested beyond measure", _nested(20), held="unreadable"),
    Nasty("parts without end", _parts(b"mixed", *[PLAIN] * 100), held="unreadable"),
    Nasty("nothing at all", b" \r\n", held="unreadable"),
)  # fmt: skip

HEADERS = (
    Nasty("nobody wrote it", _mail(b"Dead.", sender=b""), held="no-sender"),
    Nasty("a name without an address", _mail(b"Dead.", sender=b"From: Priya\r\n"),
          held="no-sender"),
    Nasty("no headers at all", b"My line is dead.", held="no-sender"),
    Nasty("two senders", _mail(b"Dead.", sender=FROM + b"From: boss@example.net\r\n"), "Dead."),
    Nasty("an address within the name",
          _mail(b"Dead.", sender=b'From: "boss@example.net" <priya@example.org>\r\n'), "Dead."),
    Nasty("a group of senders",
          _mail(b"Dead.", sender=b"From: Us: priya@example.org, b@example.org;\r\n"), "Dead."),
    Nasty("a header of a hundred thousand letters",
          _mail(b"Dead.", b"References: " + b" ".join(b"<r%d@example.org>" % n
                                                      for n in range(6000))), "Dead."),
    Nasty("five hundred stations",
          b"".join(b"Received: from h%d\r\n" % n for n in range(500)) + _mail(b"Dead."), "Dead."),
    Nasty("a header without a colon", _mail(b"Dead.", b"This is no header"), "Dead."),
    Nasty("it begins in the middle of a header", b" folded\r\n" + _mail(b"Dead.")),
    Nasty("a broken encoded subject",
          _mail(b"Dead.", common=b"Subject: =?utf-8?Q?St=C3=B6r?= =?utf-8?B?dW5n?= =?x?Q?\r\n"),
          "Dead."),
    Nasty("a letter cut in two between encoded words",
          _mail(b"Dead.", common=b"Subject: =?utf-8?Q?St=C3?= =?utf-8?Q?=B6rung?=\r\n"), "Dead."),
    Nasty("bare umlauts in the subject",
          _mail(b"Dead.", common="Subject: Störung\r\n".encode()), "Dead."),
    Nasty("a subject of a thousand letters",
          _mail(b"Dead.", common=b"Subject: " + b"x" * 5000 + b"\r\n"), "Dead."),
    Nasty("a nul in the subject", _mail(b"Dead.", common=b"Subject: De\0ad\r\n"), "Dead."),
    Nasty("an id without brackets", _mail(b"Dead.", b"Message-ID: 12345"), "Dead."),
    Nasty("two ids", _mail(b"Dead.", b"Message-ID: <a1@x.org>", b"Message-ID: <a2@x.org>"),
          "Dead."),
    Nasty("a domain of another script",
          _mail(b"Dead.", sender="From: priya@bücher.example\r\n".encode()), "Dead."),
    Nasty("a forged mark in the address",
          _mail(b"Dead.", common=b"To: care+7.aaaaaaaaaaaaaaaa@localhost\r\n"), "Dead."),
    Nasty("a forged mark in the subject",
          _mail(b"Dead.", common=b"Subject: Re: [#7.aaaaaaaaaaaaaaaa]\r\n"), "Dead."),
    Nasty("a forged id of ours",
          _mail(b"Dead.", b"In-Reply-To: <i.7.aaaaaaaaaaaaaaaa.x@localhost>"), "Dead."),
)  # fmt: skip

MACHINES = (
    Nasty("an absence note", _mail(b"I am away.", b"Auto-Submitted: auto-replied"),
          held="machine", machine=True),
    Nasty("an absence note of an old program", _mail(b"Away.", b"X-Autoreply: yes"),
          held="machine", machine=True),
    Nasty("a list", _mail(b"News.", b"List-Id: <news.example.org>"),
          held="machine", machine=True),
    Nasty("bulk", _mail(b"Offers.", b"Precedence: bulk"), held="machine", machine=True),
    Nasty("nobody to answer to", _mail(b"Hm.", b"Return-Path: <>"),
          held="machine", machine=True),
    Nasty("our own mail", _mail(b"Dead.", sender=b"From: care@localhost\r\n"), held="loop"),
    Nasty("our own mark of a loop", _mail(b"Dead.", b"X-Loop: care@localhost"), held="loop"),
)  # fmt: skip

QUOTED = (
    Nasty("answered above, in German",
          _mail(b"Ja, um 9.\r\n\r\nAm Mo., 23. Nov. 2026 um 10:00 schrieb Care <c@x.org>:\r\n"
                b"> Passt 9 Uhr?\r\n", b"Content-Type: text/plain; charset=utf-8"),
          "Ja, um 9."),
    Nasty("answered above, in French",
          _mail("Oui, à 9 h.\r\n\r\nLe lun. 23 nov. 2026 à 10:00, Care <c@x.org> a écrit :\r\n"
                "> 9 heures ?\r\n".encode(), b"Content-Type: text/plain; charset=utf-8"),
          "Oui, à 9 h."),
    Nasty("answered above, in Spanish",
          _mail("Sí.\r\n\r\nEl lun, 23 nov 2026 a las 10:00, Care (<c@x.org>) escribió:\r\n"
                "> ¿A las 9?\r\n".encode(), b"Content-Type: text/plain; charset=utf-8"), "Sí."),
    Nasty("answered above, in Italian",
          _mail("Sì.\r\n\r\nIl giorno lun 23 nov 2026 alle 10:00 Care <c@x.org> ha scritto:\r\n"
                "> Alle 9?\r\n".encode(), b"Content-Type: text/plain; charset=utf-8"), "Sì."),
    Nasty("answered above, in Dutch",
          _mail(b"Ja.\r\n\r\nOp ma 23 nov. 2026 om 10:00 schreef Care <c@x.org>:\r\n> Om 9?\r\n"),
          "Ja."),
    Nasty("answered above, in Polish",
          _mail("Tak.\r\n\r\nW dniu 23.11.2026 o 10:00, Care napisał(a):\r\n> O 9?\r\n".encode(),
                b"Content-Type: text/plain; charset=utf-8"), "Tak."),
    Nasty("answered above, in Swedish",
          _mail("Ja.\r\n\r\nDen mån 23 nov. 2026 kl 10:00 skrev Care <c@x.org>:\r\n> Kl 9?\r\n"
                .encode(), b"Content-Type: text/plain; charset=utf-8"), "Ja."),
    Nasty("a block of headers below, in German",
          _mail(b"Ja.\r\n\r\nVon: Care\r\nGesendet: Montag\r\nAn: Priya\r\nBetreff: Termin\r\n\r\n"
                b"Passt 9 Uhr?\r\n", b"Content-Type: text/plain; charset=utf-8"), "Ja."),
    Nasty("a signature of a telephone",
          _mail(b"Yes.\r\n\r\nSent from my pocket\r\n"), "Yes."),
    Nasty("nothing but a quotation", _mail(b"> My line is dead.\r\n"), "> My line is dead."),
)  # fmt: skip

ALL = (*ENCODINGS, *SHAPES, *HEADERS, *MACHINES, *QUOTED)


def returned(of: str, mta: str) -> bytes:
    """A mail of ours that came back, as one mail server or another puts it."""
    ours = f"Message-ID: {of}\r\nFrom: care@localhost\r\nSubject: Your line\r\n"
    daemon = b"From: MAILER-DAEMON@mx.example.org\r\n"
    text = {
        "qmail": "Hi. This is the mail program at mx.example.org.\r\n"
        "I could not deliver it.\r\n\r\n"
        "<priya@example.org>:\r\n550 5.1.1 no such mailbox\r\n\r\n"
        f"--- Below this line is a copy of the message.\r\n\r\n{ours}\r\nHello\r\n",
        "exim": "A message that you sent could not be delivered.\r\n\r\n  priya@example.org\r\n"
        "    550 Unrouteable address\r\n\r\n"
        f"------ This is a copy of the message. ------\r\n{ours}",
        "for now": "It could not be delivered yet; it is tried again.\r\n\r\n"
        f"451 4.4.1 no answer\r\n\r\n{ours}",
    }
    if mta in text:
        failed = (b"X-Failed-Recipients: priya@example.org",) if mta == "exim" else ()
        return _mail(text[mta].encode(), *failed, b"Return-Path: <>", sender=daemon)
    status = (
        b"Reporting-MTA: dns; mx.example.org\r\n\r\nFinal-Recipient: rfc822; priya@example.org\r\n"
        b"Action: failed\r\nStatus: 5.1.10\r\nDiagnostic-Code: smtp;550 5.1.10 not found\r\n"
    )
    original = {
        "whole": _part(b"message/rfc822", ours.encode() + b"\r\nHello"),
        "headers": _part(b"text/rfc822-headers", ours.encode()),
        "folded": _part(
            b"text/rfc822-headers",
            ours.replace("Message-ID: ", "Message-ID:\r\n ").encode(),
        ),
    }[mta]
    return _parts(
        b"report", _part(b"text/plain", b"It came back."),
        _part(b"message/delivery-status", status), original,
        more=b"; report-type=delivery-status",
    ).replace(FROM, daemon + b"Return-Path: <>\r\n")  # fmt: skip


RETURNED_FOR_GOOD = ("whole", "headers", "folded", "qmail", "exim")

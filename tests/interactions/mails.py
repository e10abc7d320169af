"""Mails for tests, as bytes on the wire."""

import itertools
from email.message import EmailMessage
from email.utils import make_msgid
from typing import Any

_count = itertools.count(1)
CARE = "care@localhost"


def a_mail(
    sender: str = "priya@example.org",
    body: str = "My line is dead since Monday.",
    *,
    subject: str = "No dial tone",
    files: tuple[tuple[str, bytes], ...] = (),
    html: str = "",
    **headers: Any,
) -> bytes:
    """A mail of a customer; headers by keyword, `in_reply_to` for In-Reply-To."""
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = headers.pop("to", CARE)
    mail["Subject"] = subject
    mail["Message-ID"] = headers.pop("message_id", None) or make_msgid(domain="example.org")
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(body)
    if html:
        mail.add_alternative(html, subtype="html")
    for name, content in files:
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return mail.as_bytes()


def a_bounce(of: str, status: str = "5.1.1", action: str = "failed") -> bytes:
    """A delivery status notification about the mail with that Message-ID, as servers write it."""
    return f"""From: MAILER-DAEMON@mx.example.org
To: {CARE}
Subject: Undelivered Mail Returned to Sender
Message-ID: <bounce-{next(_count)}@mx.example.org>
Auto-Submitted: auto-replied
Return-Path: <>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain; charset=us-ascii

Your message could not be delivered.

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; priya@example.org
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} mailbox unknown

--b1
Content-Type: text/rfc822-headers

From: {CARE}
Subject: Your line
Message-ID: {of}

--b1--
""".encode()

"""Every place from which words could leave is known, with what asks the customer's wishes there.

A new one fails here first, until it is written down with the test that proves it.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
APPS = ("crm", "customers", "interactions", "readiness")
# Where rows of messages are made; tests/interactions/test_outgoing.py proves those to customers.
PLANNED = {
    "interactions/processes/deliver_report.py": "report",
    "interactions/processes/notify_customer/queueing.py": "notice, promise, survey, partner",
    "interactions/processes/notify_customer/staff.py": "to colleagues, who are no customers",
    "interactions/processes/notify_customer/undelivered.py": "what goes another way",
    "interactions/processes/receive_message/filing.py": "what came in",
    "interactions/processes/update_interaction/messages.py": "reply, note, what came in",
    "interactions/codes.py": "a one-time code, asked for by the customer at that moment; no row",
}
# Where something is handed to a server or a provider.
HANDED_OVER = {
    "interactions/processes/notify_customer/sending.py": "the one sender: asks before each message",
    "interactions/channels/email.py": "called by the sender only",
    "interactions/channels/gateway.py": "called by the sender only",
    "interactions/channels/sms.py": "called by the sender, and for one-time codes",
    "interactions/channels/social.py": "called by the sender only",
    "interactions/channels/whatsapp.py": "called by the sender only",
    "interactions/channels/smpp/__init__.py": "called by the sender, and for one-time codes",
    "interactions/channels/smpp/session.py": "the line to the SMS centre",
    "interactions/codes.py": "a one-time code, asked for by the customer at that moment",
    "customers/code_channels.py": "a one-time code, asked for by the customer at that moment",
    "customers/processes/join_oneself.py": "a one-time code to who registers, before any record",
    "customers/processes/validate_contact.py": "a one-time code, through the code channels",
    "customers/processes/verify_caller.py": "a one-time code, through the code channels",
    "crm/accounts/resets.py": "to our own people: a lost password",
    "crm/tmf/tasks.py": "events to a partner's listener",
    "crm/tmf/callbacks.py": "events to a partner's listener",
    "interactions/channels/scanning.py": "files to the scanner of this installation",
    "interactions/assist.py": "words without names to the assistant, when it is governed on",
}
_SENDING = frozenset(
    ["send", "send_messages", "sendmail", "send_mail", "submit", "sendall", "post"]
)
_CLASSES = frozenset(["EmailMessage", "EmailMultiAlternatives", "SMTP", "SMTP_SSL"])
_MAKING = frozenset(["create", "get_or_create", "update_or_create", "bulk_create"])


def _modules() -> Iterator[tuple[str, ast.Module]]:
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            where = path.relative_to(ROOT).as_posix()
            if "/migrations/" not in where and "/generation/" not in where:
                yield where, ast.parse(path.read_text(encoding="utf-8"))


def _calls(tree: ast.Module) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _makes_a_message(call: ast.Call) -> bool:
    match call.func:
        case ast.Name("Message"):
            return True
        case ast.Attribute(ast.Attribute(ast.Name("Message"), "objects"), name):
            return name in _MAKING
    return False


def _hands_over(call: ast.Call) -> bool:
    match call.func:
        case ast.Name(name):
            return name in _CLASSES
        case ast.Attribute(ast.Call(ast.Name("super")), _):
            # A view that answers a request as its parent does.
            return False
        case ast.Attribute(_, name):
            return name in _SENDING or name in _CLASSES
    return False


@pytest.mark.req("R-CIM-18")
def test_every_place_that_plans_a_message_is_known() -> None:
    found = {where for where, tree in _modules() if any(map(_makes_a_message, _calls(tree)))}

    assert sorted(found) == sorted(PLANNED)


@pytest.mark.req("R-CIM-18")
def test_every_place_that_hands_something_over_is_known() -> None:
    found = {where for where, tree in _modules() if any(map(_hands_over, _calls(tree)))}

    assert sorted(found) == sorted(HANDED_OVER)

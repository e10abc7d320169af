"""Readiness cases of channels: each channel is tried with the configuration that is asked about.

The configuration really serves while a case runs, in a savepoint nobody else sees: what a case
keeps, files, sends and suspends goes through the same processes as any day, and is then undone.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import orjson
from django.core import mail
from django.utils import timezone

from crm.access import SYSTEM
from crm.errors import RuleBroken
from customers.models import ContactMedium
from customers.processes.record_customer import record_customer, record_party
from interactions.channels import adapter_of, email, marks, mime
from interactions.channels.sink import a_sink
from interactions.governed.channels import CARRIED, CHANNELS, slot_key
from interactions.models import Interaction, Message
from interactions.processes.log_interaction import log_interaction
from interactions.processes.notify_customer import deliverable
from interactions.processes.receive_message import file_now, keep
from interactions.processes.update_interaction import add_message
from readiness.registry.cases import Case, Shown, declare
from readiness.registry.trial import Trial, on_trial

_PROBE: Final = "readiness@example.org"
_ID: Final = "readiness-twice"
_Check = Callable[[Mapping[str, Any]], Shown]


def delivered_twice(channel: str) -> _Check:
    """The same message at one door twice and at a second door: one interaction, one message."""

    def check(config: Mapping[str, Any]) -> Shown:
        with on_trial(slot_key(channel), config):
            if not config["receives"]:
                return _takes_nothing(channel)
            before = Interaction.objects.count(), Message.objects.count()
            # Ids of mail are the world's, those of a gateway are its own.
            second_door = "readiness-2" if channel == "email" else "readiness"
            for source in ("readiness", "readiness", second_door):
                _arrive(channel, source, _sample(channel))
            new = Interaction.objects.count() - before[0], Message.objects.count() - before[1]
        return Shown(
            new == (1, 1),
            f"Delivered three times: {new[0]} interaction with {new[1]} message.",
            {"interactions": new[0], "messages": new[1]},
        )

    return check


def switched_off(channel: str) -> _Check:
    """Suspend the channel while it serves: from then on it takes nothing and offers nothing."""

    def check(config: Mapping[str, Any]) -> Shown:
        with on_trial(slot_key(channel), config) as trial:
            matter = log_interaction(
                customer_id=None,
                channel=channel,
                direction="inbound" if config["receives"] else "outbound",
                subject="readiness",
                actor=SYSTEM,
            )
            began = timezone.now()
            trial.suspend()
            refused = _refusals(channel)
            offered = channel in deliverable(matter)
            took = (timezone.now() - began).total_seconds()
            back = _is_back(trial, channel, config)
        return Shown(
            refused == ["channel-off", "channel-off"] and not offered and back,
            f"Off within {took:.2f} s: receiving and logging say {', '.join(refused)}; on again: "
            f"{back}.",
            {"seconds": took},
        )

    return check


def mail_is_sent_and_answered(config: Mapping[str, Any]) -> Shown:
    """A mail comes in, our answer goes over SMTP to a sink, a reply finds its thread, one bounces.

    The mail server of this installation is greeted too, where it has one; it is handed nothing.
    """
    with on_trial(slot_key("email"), config):
        party_id = _probe()
        _arrive("email", "readiness", _mail("readiness-1", "Is anybody there?"))
        matter = Interaction.objects.latest("pk")
        ours = add_message(
            interaction_id=matter.pk, body="Señor, größte Mühe.", channel="email", actor=SYSTEM
        )
        with a_sink() as (sink, server):
            result = email.send_over(server, ours, config)
        if len(sink.taken) != 1:
            return Shown(False, f"The sink took {len(sink.taken)} mails: {result.said}")
        sent = mime.read(sink.taken[0])
        Message.objects.filter(pk=ours.pk).update(
            state=Message.State.SENT, sent_at=timezone.now(), wire_id=sent.wire_id
        )
        _arrive("email", "readiness", _mail("readiness-2", "Yes.", f"In-Reply-To: {sent.wire_id}"))
        threaded = matter.messages.filter(direction="inbound").count() == 2  # noqa: PLR2004  # the first message and its answer
        _arrive("email", "readiness", _bounce(sent.wire_id))
        spared = ContactMedium.objects.get(party=party_id).state == "unreachable"
    readable = sent.text == "Señor, größte Mühe."
    marked = marks.marked([sent.wire_id]) == (matter.pk,)
    with mail.get_connection() as connection:
        reached = connection is not None
    return Shown(
        readable and marked and threaded and spared and reached,
        f"Sent over SMTP and read back: {readable}; its id leads home: {marked}; the reply joined: "
        f"{threaded}; the bounced address is spared: {spared}; the mail server answers: {reached}.",
        {"mails": len(sink.taken)},
    )


def it_can_deliver(channel: str) -> _Check:
    """A version that promises to send has everything it needs to."""

    def check(config: Mapping[str, Any]) -> Shown:
        if config["delivery"] not in CARRIED:
            return Shown(True, "Nothing is sent by machine here.")
        missing = adapter_of(channel).why_not(config)
        return Shown(not missing, missing or "Address and secret of the carrier are set.")

    return check


def _takes_nothing(channel: str) -> Shown:
    try:
        keep(channel=channel, source="readiness", raw=_sample(channel))
    except RuleBroken as broken:
        return Shown(broken.code == "channel-takes-nothing-in", broken.message)
    return Shown(False, "It says that it takes nothing in, and took something.")


def _refusals(channel: str) -> list[str]:
    said = []
    for attempt in (
        lambda: keep(channel=channel, source="readiness", raw=_sample(channel)),
        lambda: log_interaction(
            customer_id=None, channel=channel, subject="readiness", actor=SYSTEM
        ),
    ):
        try:
            attempt()
            said.append("accepted")
        except RuleBroken as broken:
            said.append(broken.code)
    return said


def _is_back(trial: Trial, channel: str, config: Mapping[str, Any]) -> bool:
    trial.resume()
    if not config["receives"]:
        return True
    _row, new = keep(channel=channel, source="readiness", raw=_sample(channel))
    return new


def _arrive(channel: str, source: str, raw: bytes) -> None:
    row, _new = keep(channel=channel, source=source, raw=raw)
    file_now(row.pk)


def _sample(channel: str) -> bytes:
    if channel == "email":
        return _mail(_ID, "One line.")
    return orjson.dumps({"id": _ID, "text": "One line."})


def _mail(identity: str, text: str, *headers: str) -> bytes:
    lines = [
        f"From: Readiness <{_PROBE}>",
        "Subject: Readiness",
        f"Message-ID: <{identity}@example.org>",
        *headers,
        "",
        text,
    ]
    return "\r\n".join(lines).encode()


def _bounce(wire_id: str) -> bytes:
    return "\r\n".join(
        [
            "From: MAILER-DAEMON@example.org",
            "Subject: Undelivered",
            "Message-ID: <readiness-3@example.org>",
            'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
            "",
            "--b",
            "Content-Type: message/delivery-status",
            "",
            "Reporting-MTA: dns; mx.example.org",
            "",
            f"Final-Recipient: rfc822; {_PROBE}",
            "Action: failed",
            "Status: 5.1.1",
            "",
            "--b",
            "Content-Type: text/rfc822-headers",
            "",
            f"Message-ID: {wire_id}",
            "",
            "--b--",
        ]
    ).encode()


def _probe() -> int:
    """A customer with a verified address, gone when the case is over."""
    party = record_party(
        kind="individual",
        fields={"given_name": "Readiness", "family_name": "Probe"},
        contact_media=[{"type": "email", "value": _PROBE}],
        source="readiness",
        actor=SYSTEM,
    )
    record_customer(name="Readiness Probe", party_id=party.pk, source="readiness", actor=SYSTEM)
    ContactMedium.objects.filter(party=party).update(
        state=ContactMedium.State.VERIFIED, verified_at=timezone.now()
    )
    return party.pk


for _channel, _title in CHANNELS.items():
    declare(
        Case(
            key=f"channel.{_channel}.delivered-twice",
            title=f"{_title}: the same message delivered twice is one",
            slots=(slot_key(_channel),),
            category="systems",
            check=delivered_twice(_channel),
            clause="R-TMI-3",
        )
    )
    declare(
        Case(
            key=f"channel.{_channel}.switch-off",
            title=f"{_title}: suspended while it serves, it takes and offers nothing",
            slots=(slot_key(_channel),),
            category="rollback",
            check=switched_off(_channel),
            clause="R-TMI-4",
        )
    )
    declare(
        Case(
            key=f"channel.{_channel}.can-deliver",
            title=f"{_title}: what it promises to send, it can send",
            slots=(slot_key(_channel),),
            category="systems",
            check=it_can_deliver(_channel),
            clause="R-CSR-2",
        )
    )
declare(
    Case(
        key="channel.email.sent-and-answered",
        title="Mail is sent over SMTP, answered into its thread, and a bounce spares the address",
        slots=("channel.email",),
        category="systems",
        check=mail_is_sent_and_answered,
        clause="R-TMI-4",
    )
)

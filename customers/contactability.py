"""May we contact this party for this purpose, where, and why: asked before every message."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from customers import consent_catalogue
from customers.models import CommunicationNeed, Consent, ConsentPurpose, ContactMedium

# Which contact points carry which channel; the order is the order of trying.
MEDIA_OF_CHANNEL: dict[str, tuple[str, ...]] = {
    "email": (ContactMedium.Type.EMAIL,),
    "sms": (ContactMedium.Type.MOBILE,),
    "whatsapp": (ContactMedium.Type.MOBILE,),
    "phone": (ContactMedium.Type.MOBILE, ContactMedium.Type.PHONE),
    "social": (ContactMedium.Type.SOCIAL,),
    "letter": (ContactMedium.Type.ADDRESS,),
}
# The topic of a need that speaks of a purpose of another name.
_TOPICS = {"billing": "bill", "outage-notice": "outage", "order-updates": "order"}
# Without a wish of the customer: what disturbs least comes first.
USUAL_ORDER = ("email", "sms", "phone", "letter")
_NEVER_DISTURBS = frozenset({"letter"})
_Format = CommunicationNeed.Format
# What a format can be had by; any other by every channel.
_CARRIES: dict[str, frozenset[str]] = {
    _Format.PAPER: frozenset({"letter"}),
    _Format.AUDIO: frozenset({"phone"}),
    # A mail program enlarges, or drives a line of braille cells; a text on a telephone does not.
    _Format.LARGE: frozenset({"letter", "email"}),
    _Format.BRAILLE: frozenset({"letter", "email"}),
}


@dataclass(frozen=True, slots=True)
class Contactable:
    """Whether, where and why; `not_before` is set when only the hour is wrong."""

    allowed: bool
    medium: ContactMedium | None
    channel: str
    because: str
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Asked:
    purpose: ConsentPurpose
    answers: dict[str, Consent]
    need: CommunicationNeed | None
    media: Sequence[ContactMedium]
    at: datetime


class Reachability:
    """What decides whom we may contact for one purpose, of many parties, read together."""

    def __init__(self, party_ids: Iterable[int], purpose: str) -> None:
        parties = set(party_ids)
        self.purpose = ConsentPurpose.objects.filter(
            key=purpose
        ).first() or consent_catalogue.shipped(purpose)
        self._needs: defaultdict[int, dict[str, CommunicationNeed]] = defaultdict(dict)
        for need in CommunicationNeed.objects.filter(party__in=parties):
            self._needs[need.party_id][need.topic] = need
            if need.contact_person_id:
                parties.add(need.contact_person_id)
        self._answers: defaultdict[int, dict[str, Consent]] = defaultdict(dict)
        given = Consent.objects.in_force().filter(party__in=parties, purpose__key=purpose)
        for answer in given:
            self._answers[answer.party_id][answer.channel] = answer
        self._media: defaultdict[int, list[ContactMedium]] = defaultdict(list)
        media = ContactMedium.objects.reachable().filter(party__in=parties)
        for medium in media.exclude(value=""):
            self._media[medium.party_id].append(medium)

    def need(self, party_id: int, topic: str) -> CommunicationNeed | None:
        """The need for this topic, else the one for service messages."""
        needs = self._needs[party_id]
        return needs.get(topic) or needs.get("service")

    def asked(self, party_id: int, topic: str, at: datetime) -> "_Asked | None":
        if self.purpose is None:
            return None
        need = self.need(party_id, topic)
        # When the customer named a person for the topic, that person's contact points count.
        reached = need.contact_person_id if need and need.contact_person_id else party_id
        return _Asked(self.purpose, self._answers[party_id], need, self._media[reached], at)


def may_contact(
    *,
    party_id: int,
    purpose: str,
    channel: str | None = None,
    at: datetime | None = None,
    among: Iterable[str] | None = None,
    topic: str = "",
    reachability: Reachability | None = None,
) -> Contactable:
    """The preferred permitted channel of a party for a purpose, or the reason there is none.

    `channel` asks about that channel only; `among` names the channels the caller can use. `topic`
    says what the message is about (bill, outage, order) where the purpose is wider: consent is
    asked for the purpose, the wish how to be told for the topic. `reachability` is what was read
    of many parties for this purpose.
    """
    known = reachability or Reachability([party_id], purpose)
    asked = known.asked(party_id, topic or _TOPICS.get(purpose, purpose), at or timezone.now())
    if asked is None:
        return _no(channel, _("There is no purpose “%(key)s”.") % {"key": purpose})
    wanted = [channel] if channel else _order(asked, among)
    tried = [_one_channel(asked, name) for name in wanted]
    for answer in tried:
        if answer.allowed:
            return answer
    # Waiting for the hour is better news than a refusal.
    waiting = [answer for answer in tried if answer.not_before]
    if waiting:
        return waiting[0]
    return tried[0] if tried else _no(channel, _("No channel is left to use."))


def need_for(party_id: int, purpose: str) -> CommunicationNeed | None:
    """How a party wishes to be told what is about this purpose."""
    topic = _TOPICS.get(purpose, purpose)
    found = CommunicationNeed.objects.filter(party=party_id, topic__in=[topic, "service"])
    needs = {need.topic: need for need in found}
    return needs.get(topic) or needs.get("service")


def quiet_until(*, party_id: int, purpose: str, at: datetime) -> datetime | None:
    """When the quiet hours around `at` end, for what needs no further permission."""
    return _quiet_until(need_for(party_id, purpose), at)


def quiet_needs(customer_ids: Iterable[int]) -> dict[int, CommunicationNeed]:
    """Of these customers, by their ids, the wishes about service that name quiet hours."""
    named = CommunicationNeed.objects.filter(
        topic=CommunicationNeed.Topic.SERVICE,
        quiet_from__isnull=False,
        quiet_to__isnull=False,
        party__relationships__in=set(customer_ids),
    ).annotate(of_customer=F("party__relationships"))
    return {need.of_customer: need for need in named}


def quiet_around(need: CommunicationNeed, at: datetime) -> tuple[datetime, datetime] | None:
    """The quiet hours around `at`, in the customer's own zone; None outside them."""
    if need.quiet_from is None or need.quiet_to is None:
        return None
    local = at.astimezone(_zone(need.time_zone))
    if not _within(local.time(), need.quiet_from, need.quiet_to):
        return None
    start, end = _on_the_day(local, need.quiet_from), _on_the_day(local, need.quiet_to)
    return (
        start if start <= local else start - timedelta(days=1),
        end if end > local else end + timedelta(days=1),
    )


def _no(channel: str | None, because: str) -> Contactable:
    return Contactable(allowed=False, medium=None, channel=channel or "", because=because)


def _order(asked: _Asked, among: Iterable[str] | None) -> list[str]:
    wished = [asked.need.channel] if asked.need and asked.need.channel in MEDIA_OF_CHANNEL else []
    order = list(dict.fromkeys([*wished, *USUAL_ORDER]))
    if among is None:
        return order
    usable = set(among)
    more = [name for name in MEDIA_OF_CHANNEL if name in usable and name not in order]
    return [name for name in order if name in usable] + more


def _one_channel(asked: _Asked, channel: str) -> Contactable:
    answer = asked.answers.get(channel) or asked.answers.get("any")
    permitted, basis = _permission(asked.purpose, answer)
    if not permitted:
        return _no(channel, basis)
    if asked.need and channel not in _CARRIES.get(asked.need.format, {channel}):
        said = {"format": asked.need.get_format_display()}
        return _no(channel, _("They asked for “%(format)s”, which this way can't carry.") % said)
    medium = _medium(asked.media, channel)
    if medium is None:
        return _no(channel, _("No reachable contact point for %(channel)s.") % {"channel": channel})
    quiet_to = _quiet_until(asked.need, asked.at) if channel not in _NEVER_DISTURBS else None
    if quiet_to is not None:
        because = _("Quiet hours of the customer until %(time)s.") % {
            "time": quiet_to.strftime("%H:%M")
        }
        return Contactable(
            allowed=False, medium=medium, channel=channel, because=because, not_before=quiet_to
        )
    if asked.need and asked.need.channel == channel:
        basis = f"{_('The customer prefers this way.')} {basis}"
    if asked.need and asked.need.format:
        wish = _("They asked for “%(format)s”.") % {"format": asked.need.get_format_display()}
        basis = f"{wish} {basis}"
    if asked.need and asked.need.contact_person_id:
        basis = f"{_('A person the customer named.')} {basis}"
    return Contactable(allowed=True, medium=medium, channel=channel, because=basis)


def _permission(purpose: ConsentPurpose, answer: Consent | None) -> tuple[bool, str]:
    if purpose.basis == ConsentPurpose.Basis.LEGAL:
        return True, _("%(purpose)s: the law requires them.") % {"purpose": purpose.name}
    if answer is not None:
        said = {
            "purpose": purpose.name,
            "day": timezone.localtime(answer.captured_at).strftime("%Y-%m-%d"),
            "source": answer.source,
        }
        if answer.given:
            return True, _("%(purpose)s: allowed on %(day)s (%(source)s).") % said
        return False, _("%(purpose)s: refused on %(day)s (%(source)s).") % said
    words = {"purpose": purpose.name, "basis": purpose.get_basis_display()}
    if purpose.allowed_by_default:
        return True, _("%(purpose)s: %(basis)s, not refused.") % words
    return False, _("%(purpose)s: needs a consent, and nobody has asked yet.") % words


def _medium(media: Sequence[ContactMedium], channel: str) -> ContactMedium | None:
    kinds = MEDIA_OF_CHANNEL.get(channel, ())
    fitting = [medium for medium in media if medium.type in kinds]
    return min(
        fitting,
        key=lambda m: (
            not m.preferred,
            m.state != ContactMedium.State.VERIFIED,
            kinds.index(m.type),
            m.pk,
        ),
        default=None,
    )


def _quiet_until(need: CommunicationNeed | None, at: datetime) -> datetime | None:
    """When the quiet hours around `at` end; None outside them."""
    span = quiet_around(need, at) if need is not None else None
    return span[1] if span is not None else None


def _on_the_day(local: datetime, wall: time) -> datetime:
    return local.replace(hour=wall.hour, minute=wall.minute, second=0, microsecond=0)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name or settings.CRM_TIME_ZONE)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(settings.CRM_TIME_ZONE)


def _within(moment: time, start: time, end: time) -> bool:
    if start <= end:
        return start <= moment < end
    return moment >= start or moment < end

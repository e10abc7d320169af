"""Times and numbers as the desk reads them: left in desk hours, then the local instant."""

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.utils import timezone
from django.utils.dates import MONTHS_3, WEEKDAYS_ABBR
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_MONTH, _YEAR = 30, 365
_DAYS_NAMED_BY_WEEKDAY = 6


def left(seconds: float) -> str:
    """Desk time as hours and minutes: "45 s", "16 min", "3 h 05"."""
    whole = abs(int(seconds))
    if whole < _MINUTE:
        return _("%(n)d s") % {"n": whole}
    if whole < _HOUR:
        return _("%(n)d min") % {"n": whole // _MINUTE}
    if not whole % _HOUR // _MINUTE:
        return _("%(h)d h") % {"h": whole // _HOUR}
    return _("%(h)d h %(m)02d") % {"h": whole // _HOUR, "m": whole % _HOUR // _MINUTE}


def instant(moment: datetime, now: datetime | None = None) -> str:
    """A local instant, as short as it can be said: "17:37", "Fri 09:40", "2 Dec", "2 Dec 2025"."""
    # Said many times on a page: put together here, a format of Django's is read anew each time.
    local = timezone.localtime(moment)
    today = timezone.localtime(now or timezone.now())
    days = local.toordinal() - today.toordinal()
    if days == 0:
        return f"{local:%H:%M}"
    if abs(days) <= _DAYS_NAMED_BY_WEEKDAY:
        return f"{WEEKDAYS_ABBR[local.weekday()]} {local:%H:%M}"
    day = f"{local.day} {str(MONTHS_3[local.month]).title()}"
    return day if local.year == today.year else f"{day} {local.year}"


def instant_full(moment: datetime, now: datetime | None = None) -> str:
    """A local instant with its day always named: "Thu 19 Nov 17:10"."""
    local = timezone.localtime(moment)
    this_year = timezone.localtime(now or timezone.now()).year
    return date_format(local, "D j M H:i" if local.year == this_year else "D j M Y H:i")


def age(moment: datetime, now: datetime | None = None) -> str:
    """How old a fact is: "today", "15 d", "8 mo", "2 y"."""
    days = int(((now or timezone.now()) - moment).total_seconds() // _DAY)
    if days < 1:
        return _("today")
    if days >= 2 * _YEAR:
        return _("%(n)d y") % {"n": days // _YEAR}
    if days >= 2 * _MONTH:
        return _("%(n)d mo") % {"n": days // _MONTH}
    return _("%(n)d d") % {"n": days}


def number(value: float, places: int | None = None) -> str:
    """Digits grouped as the reader's language groups them."""
    # Django cuts the digits it does not show; a reader expects them rounded.
    rounded = value if places is None else round(value, places)
    return number_format(rounded, decimal_pos=places, use_l10n=True, force_grouping=True)


def money(value: float) -> str:
    """An amount of our own with its currency, which stays on its line."""
    told = {"amount": number(value, 2), "currency": settings.CRM_CURRENCY}
    return _("%(amount)s\N{NO-BREAK SPACE}%(currency)s") % told


def capped(count: int, cap: int = 1000) -> str:
    """A count nobody needs exactly above the cap: "1,000+"."""
    return f"{number(cap)}+" if count >= cap else number(count)


def percent(share: float | None, places: int = 0) -> str:
    """A share of one as a percentage; nothing known is a dash."""
    return "–" if share is None else _("%(n)s%%") % {"n": number(share * 100, places)}


def signed(value: float, places: int = 1) -> str:
    """A change with its sign, minus as a real minus: "+0.4", "−2.6"."""
    text = number(abs(value), places)
    return f"+{text}" if value > 0 else f"−{text}" if value < 0 else text


def zone(name: str) -> ZoneInfo:
    """A person's time zone; UTC where the name is none."""
    try:
        return ZoneInfo(name)
    except (ValueError, ZoneInfoNotFoundError):
        return ZoneInfo("UTC")

"""What every template may use without loading: icons, times, numbers, avatars, bars."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms, template
from django.contrib.messages.storage.base import Message
from django.forms import BoundField
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from crm.accounts.names import known_as
from crm.web import drawn, times, words
from crm.web.undo import undo_url_of

register = template.Library()

for _draw in (drawn.icon, drawn.due, drawn.meter, drawn.avatar, drawn.state_icon, drawn.state_word):
    register.simple_tag(_draw)
# A template's variable may be called "tag".
register.simple_tag(drawn.tag, name="tagged")
for _filter in (drawn.initials, drawn.avatar_tone, drawn.of_width):
    register.filter(_filter)


@register.filter
def left(seconds: float | None) -> str:
    """Seconds of desk time as "3 h 05"."""
    return "" if seconds is None else times.left(seconds)


@register.filter
def instant(moment: datetime | None) -> SafeString | str:
    """A moment as a `time` element, as short as it can be said."""
    return "" if moment is None else _time(moment, times.instant(moment))


@register.filter
def instant_full(moment: datetime | None) -> SafeString | str:
    """A moment as a `time` element with its day named."""
    return "" if moment is None else _time(moment, times.instant_full(moment))


def _time(moment: datetime, text: str) -> SafeString:
    iso = timezone.localtime(moment).isoformat(timespec="seconds")
    return format_html('<time datetime="{}">{}</time>', iso, text)


@register.filter
def age(moment: datetime | None) -> str:
    """How old a moment is: "15 d"."""
    return "" if moment is None else times.age(moment)


@register.filter
def number(value: float | None, places: int | None = None) -> str:
    """A number with grouped digits."""
    return "–" if value is None else times.number(value, places)


@register.filter
def capped(count: int, cap: int = 1000) -> str:
    """A count, cut at the cap: "1,000+"."""
    return times.capped(count, cap)


@register.filter
def percent(share: float | None, places: int = 0) -> str:
    """A share of one as "93%"."""
    return times.percent(share, places)


@register.filter
def signed(value: float, places: int = 1) -> str:
    """A change with its sign."""
    return times.signed(value, places)


@register.filter
def colleague(login: str | None) -> str:
    """The name of who acted under a login."""
    return known_as(login)


@register.filter
def phone_number(value: str) -> str:
    """A phone number in groups, with its country."""
    return words.phone_number(value)


@register.filter
def breakable(text: str) -> str:
    """An e-mail address that may go on beneath from its @; anything else as it is."""
    text = str(text)
    if text.count("@") != 1:
        return text
    return format_html("{}<wbr>@{}", *text.split("@"))


@register.filter
def per_cent_share(value: float | str | None) -> float:
    """A value of 0 to 100 as a share of one."""
    return float(value or 0) / 100


@register.filter
def item(mapping: dict[Any, Any], key: Any) -> Any:
    """One entry of a mapping whose key is a variable."""
    return mapping.get(key)


@register.filter
def having(items: Iterable[Any], condition: str) -> list[Any]:
    """The items whose attribute equals a value: `panels|having:"column=left"`."""
    name, _, value = condition.partition("=")
    return [one for one in items if str(getattr(one, name)) == value]


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: Any) -> str:
    """The current address's query with some values changed; None drops one."""
    params = context["request"].GET.copy()
    for name, value in changes.items():
        if value is None or value == "":
            params.pop(name, None)
        else:
            params[name] = str(value)
    return f"?{params.urlencode()}" if params else "?"


@register.filter
def undo_url(message: Message) -> str:
    """The address a toast's undo button posts to."""
    return undo_url_of(message)


@register.filter
def control(field: BoundField, placeholder: str = "") -> SafeString:
    """A form field's control with our classes, and tied to its hint and its error."""
    widget = field.field.widget
    attrs: dict[str, str | bool] = {"class": _control_class(widget)}
    if placeholder:
        attrs["placeholder"] = placeholder
    described = [
        f"{field.auto_id}_{part}"
        for part, on in (("help", field.help_text), ("error", field.errors))
        if on
    ]
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if field.errors:
        attrs["aria-invalid"] = "true"
    return SafeString(field.as_widget(attrs=attrs))


def _control_class(widget: forms.Widget) -> str:
    own = widget.attrs.get("class", "")
    if isinstance(widget, forms.CheckboxInput | forms.RadioSelect | forms.CheckboxSelectMultiple):
        kind = "form-check-input"
    else:
        kind = "form-select" if isinstance(widget, forms.Select) else "form-control"
    return f"{own} {kind}".strip()


@register.filter
def is_check(field: BoundField) -> bool:
    """A single checkbox: its label stands behind it."""
    return isinstance(field.field.widget, forms.CheckboxInput)


@register.filter
def is_group(field: BoundField) -> bool:
    """Several radios or checkboxes: they need a legend, not a label."""
    return isinstance(field.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple)

"""What people type on the desk and on an interaction."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from crm.accounts.names import at_work, teams
from crm.web import drawn
from interactions.governed import CLOSE_POLICY
from interactions.models import (
    FollowUp,
    InteractionLink,
    Participant,
    Reason,
    ResponseRequest,
    Tag,
)
from interactions.web import wording
from readiness.registry.resolve import CapabilityOff, resolve

# More digits are no id of ours.
_LONGEST_ID = 18


def reasons() -> list[tuple[Any, Any]]:
    groups: dict[str, list[tuple[str, str]]] = {}
    rows = Reason.objects.filter(active=True).values_list("vertical", "key", "name")
    for vertical, key, name in rows:
        groups.setdefault(vertical, []).append((key, name))
    found: list[tuple[Any, Any]] = [("", _("Choose…"))]
    return [*found, *((wording.VERTICALS[key], groups[key]) for key in sorted(groups))]


def _colleagues() -> list[tuple[str, Any]]:
    return [("", _("Nobody: back to the queue")), *at_work()]


def _teams() -> list[tuple[str, Any]]:
    return [("", _("Choose…")), *teams()]


class _ById(forms.ChoiceField):
    """A colleague or a team; whether that one can be given work is said by what gives it."""

    def valid_value(self, value: object) -> bool:
        return str(value).isdecimal() and len(str(value)) < _LONGEST_ID


def _closing(key: str, names: Any) -> list[tuple[str, Any]]:
    try:
        allowed = resolve(CLOSE_POLICY.key).config[key]
    except CapabilityOff:
        allowed = []
    return [("", _("Choose…")), *((one, names.get(one, one)) for one in allowed)]


class _Once:
    """Choices read when they are first asked for, and once: a field asks for them twice."""

    def __init__(self, read: Callable[[], Iterable[Any]]) -> None:
        self._read = read
        self._found: list[Any] | None = None

    def __call__(self) -> list[Any]:
        if self._found is None:
            self._found = list(self._read())
        return self._found


class _Form(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.ChoiceField):
                read = getattr(field.choices, "func", None)
                field.choices = _Once(read) if read else field.choices


class _Select(forms.Select):
    """Drawn straight from its choices: a queue has hundreds of them."""

    def use_required_attribute(self, initial: Any) -> bool:
        return self.is_required and super().use_required_attribute(initial)

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        attributes = flatatt(self.build_attrs(self.attrs, attrs))
        return drawn.select(name, attributes, self.choices, self.format_value(value))


class _People(_Select):
    """Two hundred colleagues, who stay the same from page to page."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        attributes = flatatt(self.build_attrs(self.attrs, attrs))
        options = drawn.options(tuple(_colleagues()), str(value or ""))
        return drawn.select_of(name, attributes, options)


def _data(**attrs: Any) -> forms.Select:
    """A choice among words of the installation, not of the product."""
    return _Select(attrs={"translate": "no"} | attrs)


def _people(**attrs: Any) -> forms.Select:
    return _People(attrs={"translate": "no"} | attrs)


def _words() -> forms.TextInput:
    return forms.TextInput(attrs={"translate": "no"})


class _Moment(forms.DateTimeField):
    """A local day and time, as a browser's own picker sends it."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"], **kwargs)


class LogForm(_Form):
    """A call in three fields."""

    who = forms.CharField(
        label=_("Who called"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off", "id": "log", "translate": "no"}),
    )
    reason = forms.ChoiceField(label=_("Reason"), choices=reasons, widget=_data())
    agreed = forms.CharField(
        label=_("What was agreed"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2, "translate": "no"}),
    )


class _Day(forms.DateField):
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class LetterForm(_Form):
    """A letter: whose it is, when it came, and what it says."""

    who = forms.CharField(label=_("Who wrote"), max_length=120)
    received_on = _Day(
        label=_("Received on"),
        initial=timezone.localdate,
        help_text=_("The day on our stamp. Promised times run from it."),
    )
    reason = forms.ChoiceField(label=_("Reason"), choices=reasons, widget=_data())
    text = forms.CharField(
        label=_("What it says"),
        max_length=20_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "translate": "no"}),
    )


class VisitForm(_Form):
    """A visit in the shop: who came, where, what for and what they were told."""

    who = forms.CharField(label=_("Who came"), max_length=120)
    reason = forms.ChoiceField(label=_("Reason"), choices=reasons, widget=_data())
    text = forms.CharField(
        label=_("What they wanted"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2, "translate": "no"}),
    )
    answer = forms.CharField(
        label=_("What was agreed"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "translate": "no"}),
    )
    store = forms.CharField(label=_("Shop"), max_length=60, required=False, widget=_words())
    desk = forms.CharField(label=_("Desk"), max_length=60, required=False, widget=_words())
    ticket = forms.CharField(
        label=_("Number drawn"), max_length=60, required=False, widget=_words()
    )


class AnswerForm(_Form):
    """A reply, a note, or what the customer said elsewhere."""

    KINDS = [("reply", _("Reply")), ("note", _("Note")), ("heard", _("From the customer"))]
    kind = forms.ChoiceField(choices=KINDS)
    channel = forms.CharField(max_length=20, required=False)
    language = forms.CharField(max_length=12, required=False)
    body = forms.CharField(
        label=_("Message"),
        max_length=20_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    seen = forms.IntegerField(required=False)


class AskForm(_Form):
    """A question to the customer."""

    question = forms.CharField(
        label=_("What we ask"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )
    due_at = _Moment(label=_("Answer by"))
    on_silence = forms.ChoiceField(label=_("If silent"), choices=ResponseRequest.OnSilence.choices)
    silence_note = forms.CharField(
        label=_("What that comes to"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"translate": "no"}),
    )


class PromiseForm(_Form):
    """A new promised time, with what the customer reads."""

    due_at = _Moment(label=_("New time"))
    reason = forms.CharField(label=_("Why"), max_length=200)
    text = forms.CharField(
        label=_("In your own words"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Left empty, the customer reads the standard wording in their language."),
    )


class WrapUpForm(_Form):
    """How it ended; with how the customer was told it is closed at once."""

    reason = forms.ChoiceField(label=_("Reason"), choices=reasons, required=False, widget=_data())
    outcome = forms.ChoiceField(
        label=_("Outcome"), choices=lambda: _closing("outcomes", wording.OUTCOMES)
    )
    note = forms.CharField(label=_("Note"), max_length=2000, required=False)
    informed_by = forms.ChoiceField(
        label=_("Customer told"),
        choices=lambda: _closing("informed_by", wording.INFORMED_BY),
        required=False,
        help_text=_("With this it is closed too."),
    )
    minutes = forms.IntegerField(
        label=_("Your time, minutes"),
        min_value=0,
        max_value=1440,
        required=False,
    )


class SubjectForm(_Form):
    """A further subject of the contact."""

    subject = forms.CharField(label=_("What else"), max_length=250, widget=_words())
    reason = forms.ChoiceField(label=_("Reason"), choices=reasons, required=False, widget=_data())


class SettleForm(_Form):
    """What came of one subject."""

    outcome = forms.ChoiceField(
        label=_("Outcome"), choices=lambda: _closing("outcomes", wording.OUTCOMES)
    )
    note = forms.CharField(label=_("Note"), max_length=500, required=False, widget=_words())


class CloseForm(_Form):
    """How the customer was told."""

    informed_by = forms.ChoiceField(
        label=_("Customer told"), choices=lambda: _closing("informed_by", wording.INFORMED_BY)
    )


class ReasonForm(_Form):
    """One sentence that says why."""

    reason = forms.CharField(label=_("Why"), max_length=200)

    def __init__(self, *args: Any, key: str = "", label: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = label or self.fields["reason"].label
        if key:
            self.fields["reason"].widget.attrs |= {"data-key": key, "data-key-hidden": True}


class AssignForm(_Form):
    """To whom."""

    owner = _ById(label=_("Owner"), choices=_colleagues, required=False, widget=_people())


class SnoozeForm(_Form):
    """Until when it is out of sight."""

    until = _Moment(label=_("Wake it"))


class FollowUpForm(_Form):
    """What is to be done later."""

    kind = forms.ChoiceField(label=_("What"), choices=FollowUp.Kind.choices)
    note = forms.CharField(
        label=_("About"), max_length=200, widget=forms.TextInput(attrs={"translate": "no"})
    )
    due_at = _Moment(label=_("When"))


class TransferForm(_Form):
    """To which team, and why."""

    team = _ById(
        label=_("Team"),
        choices=_teams,
        widget=_data(**{"data-key": "D", "data-key-hidden": True}),
    )
    reason = forms.CharField(
        label=_("What they should know"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"translate": "no"}),
    )


class OtherForm(_Form):
    """Another interaction, by the id people read to each other."""

    other = forms.CharField(
        label=_("Interaction"),
        max_length=40,
        widget=forms.TextInput(attrs={"placeholder": "INT-…", "translate": "no"}),
    )
    kind = forms.ChoiceField(
        label=_("How"),
        choices=[one for one in InteractionLink.Kind.choices if one[0] != "split_from"],
        required=False,
    )


class SplitForm(_Form):
    """What the new matter is called, and what it is about."""

    subject = forms.CharField(
        label=_("Its subject"), max_length=250, widget=forms.TextInput(attrs={"translate": "no"})
    )
    reason = forms.ChoiceField(label=_("Reason"), choices=reasons, required=False, widget=_data())


def _tag(label: Any, *, required: bool, **attrs: Any) -> forms.CharField:
    """A tag by its name; the list is fetched when somebody begins to write one."""
    offered = {
        "list": "tag-names",
        "autocomplete": "off",
        "translate": "no",
        "hx-get": reverse_lazy("interactions:tags"),
        "hx-trigger": "focus once",
        "hx-target": "#tag-names",
        "hx-swap": "innerHTML",
    }
    return forms.CharField(
        label=label,
        max_length=Tag.NAME,
        required=required,
        widget=forms.TextInput(attrs=offered | attrs),
    )


class TagForm(_Form):
    """A tag for a matter."""

    name = _tag(_("Tag"), required=True)


class MacroForm(_Form):
    """A macro in the version whose effects were shown."""

    macro = forms.CharField(max_length=50)
    number = forms.IntegerField(min_value=1)


class ParticipantForm(_Form):
    """Somebody who takes part."""

    name = forms.CharField(label=_("Who"), max_length=160, required=False, widget=_words())
    address = forms.CharField(
        label=_("E-mail address or number"), max_length=320, required=False, widget=_words()
    )
    role = forms.ChoiceField(label=_("As"), choices=Participant.Role.choices)
    copied = forms.BooleanField(label=_("Gets our replies in copy"), required=False)


class BatchForm(_Form):
    """What happens with the selected rows."""

    STEPS = [
        ("assign", _("go to")),
        ("snooze", _("sleep until tomorrow")),
        ("transfer", _("go to the team")),
        ("tag", _("get the tag")),
        ("untag", _("lose the tag")),
    ]
    step = forms.ChoiceField(label=_("Selected rows"), choices=STEPS)
    owner = _ById(
        label=_("Colleague"),
        choices=_colleagues,
        required=False,
        widget=_people(**{"data-key": "A"}),
    )
    team = _ById(
        label=_("Team"),
        choices=_teams,
        required=False,
        widget=_data(),
    )
    tag = _tag(_("Tag"), required=False, placeholder=_("Tag"))


class KeptFilterForm(_Form):
    """A name for the filter that is on."""

    name = forms.CharField(
        label=_("Keep this filter as"),
        max_length=40,
        widget=forms.TextInput(attrs={"translate": "no"}),
    )
    query = forms.CharField(max_length=300, widget=forms.HiddenInput)


def tomorrow_morning() -> datetime:
    at = timezone.localtime(timezone.now()) + timedelta(days=1)
    return at.replace(hour=9, minute=0, second=0, microsecond=0)


def in_working_days(days: int) -> datetime:
    """A suggestion: the same time some weekdays on."""
    at = timezone.localtime(timezone.now()).replace(second=0, microsecond=0)
    saturday = 5
    while days:
        at += timedelta(days=1)
        days -= at.weekday() < saturday
    return at

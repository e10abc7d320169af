"""What a person can tell us of a customer: a fact, and a consent."""

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.web.words import plain
from customers.contactability import MEDIA_OF_CHANNEL
from customers.insight import keys
from customers.models import ConsentPurpose


class Spoken(dict[str, str | Promise]):
    """Codes in words; a code without words speaks for itself."""

    def __missing__(self, code: str) -> str:
        return plain(code)

    def get(self, code: str, default: Any = None) -> Any:
        return self[code]


CHANNELS = Spoken(
    {
        "email": _("E-mail"),
        "sms": _("SMS"),
        "whatsapp": _("WhatsApp"),
        "phone": _("Phone"),
        "social": _("Social media"),
        "letter": _("Letter"),
    }
)


def _keys() -> list[tuple[str, str]]:
    return sorted(
        ((key.key, str(key.title)) for key in keys.known()), key=lambda choice: choice[1].casefold()
    )


def _purposes() -> list[tuple[str, str]]:
    return [(purpose.key, purpose.name) for purpose in ConsentPurpose.objects.all()]


class FactForm(forms.Form):
    """One thing learnt in a contact."""

    key = forms.ChoiceField(label=_("What was learnt"), choices=_keys)
    value = forms.CharField(label=_("Value"), max_length=200)


class ConsentForm(forms.Form):
    """One answer of the customer, with what was said."""

    purpose = forms.ChoiceField(label=_("Purpose"), choices=_purposes)
    channel = forms.ChoiceField(label=_("Channel"))
    given = forms.ChoiceField(
        label=_("Answer"),
        choices=[("", _("Choose")), ("yes", _("Allowed")), ("no", _("Refused"))],
    )
    wording = forms.CharField(label=_("What was said"), max_length=500, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        channel = self.fields["channel"]
        assert isinstance(channel, forms.ChoiceField)  # noqa: S101  # told to the type checker
        channel.choices = [
            ("any", _("Every channel")),
            *((name, CHANNELS[name]) for name in MEDIA_OF_CHANNEL),
        ]

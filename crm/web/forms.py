"""Forms of the frame itself."""

import zoneinfo
from functools import cache

from django import forms
from django.conf import settings
from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _


@cache
def _zones() -> tuple[tuple[str, str], ...]:
    """Every zone of this machine, looked up once in its files."""
    names = sorted(zoneinfo.available_timezones())
    return tuple((name, name) for name in names if "/" in name and not name.startswith("Etc/"))


class PreferencesForm(forms.ModelForm):  # type: ignore[type-arg]  # the user model is only known at run time
    """How one person wants to read and type."""

    language = forms.ChoiceField(
        label=_("Language of the screens"),
        choices=lambda: settings.LANGUAGES,
        widget=forms.Select(attrs={"translate": "no"}),
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=_zones,
        widget=forms.Select(attrs={"translate": "no"}),
    )
    single_keys = forms.BooleanField(
        label=_("Single-key shortcuts"),
        help_text=_("Off: only keys with Ctrl work, for speech input and assistive keyboards."),
        required=False,
    )

    class Meta:
        model = get_user_model()
        fields = ("language", "time_zone", "single_keys")

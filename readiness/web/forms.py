"""Forms of the capability pages; each asks for what one process needs."""

from datetime import datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from readiness.models import Acceptance
from readiness.processes.accept_capability import Condition
from readiness.processes.introduce_capability import PlannedStage

_DAY = forms.DateInput(attrs={"type": "date"})


class NoteForm(forms.Form):
    """What changes in a new version, and why."""

    change_note = forms.CharField(
        label=gettext_lazy("What changes and why"), widget=forms.Textarea(attrs={"rows": 2})
    )


class JsonForm(NoteForm):
    """The same with the whole configuration as JSON."""

    config = forms.JSONField(
        label=gettext_lazy("Configuration"),
        widget=forms.Textarea(attrs={"rows": 26, "class": "mono", "spellcheck": "false"}),
        error_messages={
            "invalid": gettext_lazy("This is not JSON yet; look for a comma or a bracket.")
        },
    )

    def clean_config(self) -> dict[str, Any]:
        config = self.cleaned_data["config"]
        if not isinstance(config, dict):
            raise forms.ValidationError(_("A configuration is an object: { … }."))
        return config


class AcceptForm(forms.Form):
    """One role's decision."""

    role = forms.ChoiceField(label=gettext_lazy("For"))
    decision = forms.ChoiceField(
        label=gettext_lazy("Decision"), choices=Acceptance.Decision.choices
    )
    note = forms.CharField(label=gettext_lazy("Note"), required=False)
    condition = forms.CharField(label=gettext_lazy("Condition"), required=False)
    due = forms.DateField(label=gettext_lazy("Condition due"), required=False, widget=_DAY)

    def __init__(self, roles: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = roles  # type: ignore[attr-defined]  # a choice field has choices

    def conditions(self) -> list[Condition]:
        data = self.cleaned_data
        if data["condition"] and data["due"]:
            return [Condition(data["condition"], data["due"])]
        return []


class IntroduceForm(forms.Form):
    """The plan of an introduction."""

    shares = forms.CharField(
        label=gettext_lazy("Shares in per cent"),
        initial="100",
        help_text=gettext_lazy(
            "One share per stage, such as 10, 50, 100. 100 alone is everybody at once."
        ),
    )
    min_hours = forms.IntegerField(
        label=gettext_lazy("Hours in each stage"), min_value=0, initial=24, required=False
    )

    def clean_shares(self) -> list[Decimal]:
        try:
            return [Decimal(one.strip()) for one in self.cleaned_data["shares"].split(",")]
        except InvalidOperation:
            raise forms.ValidationError(
                _("Write numbers with commas between, such as 10, 50, 100.")
            ) from None

    def stages(self) -> list[PlannedStage]:
        shares = self.cleaned_data["shares"]
        hours = self.cleaned_data.get("min_hours") or 0
        return [PlannedStage(share, hours if share < shares[-1] else 0) for share in shares]


class WaiveForm(forms.Form):
    """A case somebody lives with until a date."""

    risk = forms.CharField(label=gettext_lazy("Risk"))
    control = forms.CharField(label=gettext_lazy("What compensates"))
    until = forms.DateField(label=gettext_lazy("Until"), widget=_DAY)

    def expires_at(self) -> datetime:
        day = self.cleaned_data["until"]
        return timezone.make_aware(datetime.combine(day, time(23, 59)))

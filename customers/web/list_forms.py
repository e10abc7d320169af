"""Forms of lists: what is kept, what many records change to, what a file is for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import Team
from customers.models import CleansingJob
from customers.processes.cleanse_customers import FIELDS


class KeepListForm(forms.Form):
    """A name for the list as it is shown."""

    name = forms.CharField(label=_("Name of this list"), max_length=60)
    columns = forms.CharField(widget=forms.HiddenInput, required=False, max_length=300)
    shared = forms.BooleanField(label=_("For everybody"), required=False)
    locked = forms.BooleanField(label=_("with these columns"), required=False)

    def __init__(self, *args: Any, may_share: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_share:
            del self.fields["shared"], self.fields["locked"]


class CleanseForm(forms.Form):
    """One change to many records."""

    field = forms.ChoiceField(label=_("Change"), choices=list(FIELDS.items()))
    operation = forms.ChoiceField(label=_("What happens"), choices=CleansingJob.Operation)
    replaced = forms.CharField(
        label=_("Text to replace"), max_length=250, required=False, strip=False
    )
    value = forms.CharField(
        label=_("New value"),
        help_text=_("For “Set to” and “Replace text”."),
        max_length=250,
        required=False,
        strip=False,
    )
    team = forms.ModelChoiceField(
        label=_("Team"),
        help_text=_("When the team is set."),
        queryset=Team.objects.all(),
        required=False,
        empty_label="–",
    )
    reason = forms.CharField(
        label=_("Why"), help_text=_("Stands in the history of every record."), max_length=200
    )

    def asked(self) -> dict[str, str]:
        """The words of the process; a team is said by its number."""
        said = self.cleaned_data
        team = said["team"]
        value = str(team.pk) if said["field"] == "care_team_id" and team else said["value"]
        return {
            "field": said["field"],
            "operation": said["operation"],
            "value": value,
            "replaced": said["replaced"],
            "reason": said["reason"],
        }


class ExportForm(forms.Form):
    """What a file is for."""

    purpose = forms.CharField(
        label=_("What is the file for?"),
        help_text=_("Recorded with your name for every customer in it."),
        max_length=200,
    )

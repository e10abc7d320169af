"""Forms of customer records and imports."""

import json
from typing import Any

import puremagic
from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from customers.attribute_fields import attribute_field, plain
from customers.contact_points import written
from customers.imports.mapping import SCHEMA
from customers.models import AttributeDefinition, Customer
from customers.place_names import country_choices, language_choices

_LARGEST = 500 * 1024 * 1024
_HEAD = 8192
_SURE = 0.3
TRIGGERS = (
    ("customer-notified", _("The customer told us")),
    ("other-process", _("Another process needs it")),
    ("back-office-cleansing", _("Clean-up of our records")),
)


def _is_table(file: Any) -> bool:
    """Whether an upload may be what its name says: a workbook, or text."""
    head = file.read(_HEAD)
    file.seek(0)
    try:
        looks_like = puremagic.magic_string(head)
    except puremagic.PureError:
        looks_like = []
    # Two letters at the beginning of a column's name are no proof of a picture.
    kinds = {match.extension for match in looks_like if match.confidence >= _SURE}
    if file.name.casefold().endswith(".xlsx"):
        return ".xlsx" in kinds
    return kinds <= {"", ".csv", ".tsv", ".txt"}


class RecordForm(forms.Form):
    """A person or an organisation and how to reach them."""

    type = forms.ChoiceField(label=_("Type"), choices=Customer.Type)
    given_name = forms.CharField(label=_("Given name"), max_length=120, required=False)
    family_name = forms.CharField(
        label=_("Family name"),
        max_length=120,
        required=False,
        help_text=_("A person has at least one of both names."),
    )
    trading_name = forms.CharField(
        label=_("Trading name"),
        max_length=250,
        required=False,
        help_text=_("A business has one; a person needs none."),
    )
    mobile = forms.CharField(label=_("Mobile"), max_length=60, required=False)
    phone = forms.CharField(label=_("Phone"), max_length=60, required=False)
    email = forms.EmailField(label=_("E-mail"), max_length=254, required=False)
    address = forms.CharField(label=_("Address"), max_length=320, required=False)
    language = forms.ChoiceField(label=_("Language"), required=False)
    nationality = forms.ChoiceField(label=_("Nationality"), required=False)
    birth_date = forms.DateField(
        label=_("Date of birth"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    segment = forms.CharField(label=_("Segment"), max_length=40, required=False)
    care_note = forms.CharField(
        label=_("Handle with care"),
        max_length=200,
        required=False,
        help_text=_("What must never be forgotten: a medical alarm, a threat, a bereavement."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        initial = self.initial
        for name, choices in (("language", language_choices), ("nationality", country_choices)):
            standing = str(initial.get(name) or "")
            self.fields[name] = forms.ChoiceField(
                label=self.fields[name].label,
                required=False,
                choices=choices(standing),
                widget=forms.Select(attrs={"translate": "no"}),
            )
        self.definitions = list(AttributeDefinition.objects.in_use())
        for one in self.definitions:
            self.fields[f"attribute_{one.key}"] = attribute_field(one)

    def own_attributes(self) -> list[forms.BoundField]:
        """The fields an installation defined, in its order."""
        return [self[f"attribute_{one.key}"] for one in self.definitions]

    def characteristics(self, standing: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """What stands, with the values of this form in place of those it shows."""
        values = {
            one.key: self.cleaned_data.get(f"attribute_{one.key}")
            for one in self.definitions
            if one.customer_type in {"", self.cleaned_data.get("type")}
        }
        kept = [one for one in standing if one.get("name") not in values]
        said = [
            {"name": key, "value": plain(value)}
            for key, value in values.items()
            if value not in (None, "")
        ]
        return [*kept, *said]

    def clean_mobile(self) -> str:
        return self._number("mobile")

    def clean_phone(self) -> str:
        return self._number("phone")

    def _number(self, name: str) -> str:
        """A number that can be one; what came unreadable from elsewhere may stay as it is."""
        value = str(self.cleaned_data[name])
        readable = written(name, value, region=settings.CRM_REGION).normalised
        if value and not readable and value != self.initial.get(name):
            raise forms.ValidationError(
                _("This is no phone number. Correct it here or leave it out.")
            )
        return value

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if self.may_stay_nameless():
            return given
        if given.get("type") == Customer.Type.BUSINESS:
            if not given.get("trading_name"):
                self.add_error("trading_name", _("Say what the business is called."))
        elif not (given.get("given_name") or given.get("family_name")):
            self.add_error("family_name", _("Give at least one name."))
        return given

    def may_stay_nameless(self) -> bool:
        """Whether the record is known by something else than a name."""
        return False


class NewForm(RecordForm):
    """The same, before it is known whether we know them already."""

    number = forms.CharField(
        label=_("Customer number"),
        max_length=60,
        required=False,
        help_text=_("Left empty, the next one is given."),
    )
    not_the_same = forms.CharField(
        label=_("Why this is somebody else"),
        max_length=300,
        required=False,
        help_text=_("Kept with the record: father and son, namesake at another address."),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if given.get("type") == Customer.Type.BUSINESS and given.get("birth_date"):
            self.add_error("birth_date", _("A business has no date of birth. Clear it here."))
        return given


class EditForm(RecordForm):
    """The same, with why it changes and which state was read."""

    trigger = forms.ChoiceField(label=_("Why it changes"), choices=TRIGGERS)
    original = forms.CharField(widget=forms.HiddenInput, required=False)
    revision = forms.IntegerField(widget=forms.HiddenInput)
    party_revision = forms.IntegerField(widget=forms.HiddenInput)

    def may_stay_nameless(self) -> bool:
        """Imported without a name, a customer gets a phone number before somebody says the name."""
        return not any(
            self.initial.get(name) for name in ("given_name", "family_name", "trading_name")
        )


class EndForm(forms.Form):
    """Why a relationship ends."""

    reason = forms.ChoiceField(label=_("Why it ends"), choices=Customer.EndReason)
    stop_services = forms.BooleanField(
        label=_("Stop the services that still run, today"), required=False
    )


class UploadForm(forms.Form):
    """A file and the mapping that says what its columns become."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV or XLSX; the first line names the columns."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
    )
    known = forms.ChoiceField(label=_("What the columns become"), required=False)
    mapping = forms.FileField(
        label=_("Own mapping file"),
        required=False,
        help_text=_("JSON, the same file as for the command line."),
        widget=forms.ClearableFileInput(attrs={"accept": ".json"}),
    )

    def __init__(self, *args: Any, known: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("Suggest it from the names of the columns")), *known]
        self.fields["known"] = forms.ChoiceField(
            label=_("What the columns become"),
            required=False,
            choices=choices,
            help_text=_("You see it before anything is tried."),
        )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > _LARGEST:
            raise forms.ValidationError(
                _("Larger than 500 MB. Use “manage.py import_customers”, or split the file.")
            )
        if not _is_table(file):
            raise forms.ValidationError(
                _("This is no table, whatever its name says. Save it as CSV or XLSX.")
            )
        return file

    def clean_mapping(self) -> Any:
        file = self.cleaned_data.get("mapping")
        if not file:
            return None
        try:
            return json.loads(file.read())
        except ValueError:
            raise forms.ValidationError(
                _("This file is not JSON. A mapping begins with “schema”: “%(schema)s”.")
                % {"schema": SCHEMA}
            ) from None

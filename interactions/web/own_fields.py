"""Fields an installation added, on the page of a matter."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.access import Actor, signed_in
from customers import attributes, masking
from customers.attribute_fields import attribute_field, plain
from interactions.models import Interaction, OwnField
from interactions.processes.fill_own_fields import fill_in
from interactions.web.actions import act
from interactions.web.page import in_sight


class OwnFieldsForm(forms.Form):
    """One field for each definition that speaks of the matter."""

    def __init__(self, one: Interaction, data: QueryDict | None = None) -> None:
        self.definitions = list(OwnField.objects.for_matter(one).in_use())
        values = {f"attribute_{each['name']}": each.get("value") for each in one.characteristics}
        super().__init__(data, initial=values, prefix="own")
        for each in self.definitions:
            field = attribute_field(each)
            if each.required:
                field.label = _("%(label)s, needed to complete") % {"label": each.label}
            # What stood there when the page was made is sent along: only what a person changed
            # is kept, and no field that a colleague filled in meanwhile.
            field.show_hidden_initial = True
            self.fields[f"attribute_{each.key}"] = field

    def rows(self) -> list[tuple[forms.BoundField, bool, SafeString]]:
        """Each field, whether the matter can't be completed without it, and what stood there."""
        fields = [(self[f"attribute_{each.key}"], each.required) for each in self.definitions]
        return [(field, needed, field.as_hidden(only_initial=True)) for field, needed in fields]

    def said(self) -> dict[str, Any]:
        return {
            each.key: plain(self.cleaned_data.get(name))
            for each in self.definitions
            if (name := f"attribute_{each.key}") in self.changed_data
        }


@login_required
@require_POST
def fill(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Keep what was filled in."""
    form = OwnFieldsForm(in_sight(public_id, signed_in(request)), request.POST)

    def do(_said: dict[str, Any], one: Interaction, actor: Actor) -> str:
        fill_in(interaction_id=one.pk, values=form.said(), actor=actor)
        return _("Kept.")

    return act(request, public_id, "own_form", form, do, anchor="own")


def around(one: Interaction, actor: Actor) -> dict[str, Any]:
    """The values in words, and the form; nothing where nobody defined a field."""
    known = list(OwnField.objects.for_matter(one))
    values = {str(each.get("name")): each.get("value") for each in one.characteristics}
    shown = [
        (each.label, attributes.shown(each, values[each.key]))
        for each in known
        if each.key in values
    ]
    clear = masking.sees_people(actor)
    return {
        "own_values": shown if clear else [],
        "own_missing": sum(
            each.required and each.retired_at is None and values.get(each.key) in (None, "")
            for each in known
        ),
        "own_form": OwnFieldsForm(one) if clear and any(not e.retired_at for e in known) else None,
    }

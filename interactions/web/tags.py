"""Tags on a matter: put on by name, offered from the list, shown as calm chips."""

from typing import Any, Final
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.access import Actor, require, signed_in
from crm.web.page import redirect_to, render_panel
from crm.web.undo import say_with_undo
from interactions.models import Interaction, OwnField, Tag
from interactions.processes.tag_interaction import tag, untag
from interactions.reads import tag_names
from interactions.web.actions import act
from interactions.web.forms import TagForm
from interactions.web.page import in_sight

_OFFERED: Final = 300


def around(one: Interaction) -> dict[str, Any]:
    """The tags with the form to add one, for the page of the matter."""
    return {"tags": tag_names([one]).get(one.pk, ()), "tag_form": TagForm(prefix="tag")}


@login_required
@require_GET
def offered(request: HttpRequest) -> HttpResponse:
    """The list of tags, fetched by the first field that asks for one."""
    require(signed_in(request), "interactions.view_interaction")
    found = list(Tag.objects.in_use().values_list("name", flat=True)[:_OFFERED])
    if request.GET.get("fields"):
        found += _own_fields()
    template = "interactions/_tag_names.html"
    return render_panel(request, template, {"names": found}, title=_("Tags"))


def _own_fields() -> list[str]:
    """Own fields as a filter takes them, with their values where these are known."""
    found = []
    for field in OwnField.objects.in_use()[:_OFFERED]:
        flag = field.value_type == OwnField.ValueType.FLAG
        values = ["true", "false"] if flag else field.choices or [""]
        found += [f"{field.key}={value}" for value in values]
    return found


@login_required
@require_POST
def add(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Put one on."""

    def do(said: dict[str, Any], one: Interaction, actor: Actor) -> str:
        put = tag(interaction_id=one.pk, name=said["name"], actor=actor)
        return _("Tagged “%(name)s”.") % {"name": put.name}

    form = TagForm(request.POST, prefix="tag")
    return act(request, public_id, "tag_form", form, do, anchor="tags")


@login_required
@require_POST
def remove(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take one off; the undo puts it on again."""
    actor, name = signed_in(request), request.POST.get("name", "")[: Tag.NAME]
    taken = untag(interaction_id=in_sight(public_id, actor).pk, name=name, actor=actor)
    if taken is not None:
        undo = reverse("interactions:tag_again", args=[public_id, taken.pk])
        say_with_undo(request, _("“%(name)s” taken off.") % {"name": taken.name}, undo_url=undo)
    return redirect_to(request, f"{reverse('interactions:page', args=[public_id])}#tags")


@login_required
@require_POST
def again(request: HttpRequest, public_id: UUID, pk: int) -> HttpResponse:
    """On again."""
    actor = signed_in(request)
    name = Tag.objects.get(pk=pk).name
    tag(interaction_id=in_sight(public_id, actor).pk, name=name, actor=actor)
    return redirect_to(request, f"{reverse('interactions:page', args=[public_id])}#tags")

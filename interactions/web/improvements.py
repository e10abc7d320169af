"""Improvements: the list, and one from its signal to its effect."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from crm.access import Actor, require, signed_in
from crm.errors import RuleBroken
from crm.web import charts
from crm.web.page import redirect_to, render_page
from crm.web.undo import say
from interactions.governed import kpis
from interactions.models import Improvement
from interactions.processes import improve_interaction as improving
from interactions.web import wording
from interactions.web.performance import in_words
from readiness.registry.measures import Measure

_SEE: Final = "interactions.view_improvement"
_SHOWN: Final = 100
_BIGINT: Final = 18
_TONES: Final = {
    "open": ("warn", "flag"),
    "planned": ("info", "pencil"),
    "agreed": ("info", "check"),
    "changed": ("hold", "hourglass-low"),
    "measured": ("ok", "circle-check"),
    "rejected": ("", "x"),
}
# How people write a value of each unit, and what one of it is in the figure's own.
_TYPED: Final = {
    "ratio": (gettext_lazy("in per cent"), 0.01),
    "points": (gettext_lazy("in points, −100 to 100"), 0.01),
    "seconds": (gettext_lazy("in minutes"), 60.0),
}
_WORDS: Final = forms.Textarea(attrs={"rows": 2, "translate": "no"})


class NoteForm(forms.Form):
    """What somebody noticed, and the figure that will tell whether it got better."""

    title = forms.CharField(label=gettext_lazy("What you noticed"), max_length=200)
    measure = forms.ChoiceField(label=gettext_lazy("Figure"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(one.key, _(one.title)) for one in kpis.EVERY]
        self.fields["measure"].choices = sorted(named, key=lambda pair: pair[1])  # type: ignore[attr-defined]  # a choice field has choices


class PlanForm(forms.Form):
    """Why it is so, what to change, and what that should come to."""

    cause = forms.CharField(label=gettext_lazy("Cause"), max_length=2000, widget=_WORDS)
    change = forms.CharField(label=gettext_lazy("What to change"), max_length=2000, widget=_WORDS)
    expected = forms.FloatField(label=gettext_lazy("Expected value"))
    weeks = forms.IntegerField(
        label=gettext_lazy("Measured over, weeks"), min_value=1, max_value=26, initial=4
    )


class DecideForm(forms.Form):
    """Why it is agreed to or not."""

    note = forms.CharField(label=gettext_lazy("Why"), max_length=300, required=False)


class DoneForm(forms.Form):
    """The procedure, version or ticket that carried it out."""

    change_made = forms.CharField(label=gettext_lazy("What was done"), max_length=300)


@login_required
@require_GET
def improvements(request: HttpRequest) -> HttpResponse:
    """What is under way, or what came to an end."""
    return _list(request, NoteForm())


@login_required
@require_POST
def note(request: HttpRequest) -> HttpResponse:
    """Put something on the list."""
    form = NoteForm(request.POST)
    actor = signed_in(request)
    require(actor, _SEE)
    one = _try(form, lambda said: improving.note_improvement(**said, actor=actor))
    if one is None:
        return _list(request, form, status=422)
    say(request, _("It is on the list."))
    return redirect_to(request, reverse("interactions:improvement", args=[one.public_id]))


def _list(request: HttpRequest, form: forms.Form, status: int = 200) -> HttpResponse:
    actor = signed_in(request)
    require(actor, _SEE)
    ended = request.GET.get("show") == "ended"
    some = Improvement.objects.select_related("owner")
    some = (
        some.exclude(state__in=Improvement.LIVE)
        if ended
        else some.filter(state__in=Improvement.LIVE)
    )
    after = request.GET.get("after", "")
    if after.isdecimal() and len(after) < _BIGINT:
        some = some.filter(pk__lt=int(after))
    found = list(some.order_by("-pk")[: _SHOWN + 1])
    shown = found[:_SHOWN]
    here = reverse("interactions:improvements")
    context = {
        "rows": [_line(one) for one in shown],
        "older": str(shown[-1].pk) if len(found) > _SHOWN else "",
        "tabs": [
            {"url": here, "label": _("Under way"), "on": not ended},
            {"url": f"{here}?show=ended", "label": _("Ended"), "on": ended},
        ],
        "ended": ended,
        "form": form if actor.has_perm("interactions.add_improvement") else None,
    }
    response = render_page(request, "interactions/improvements.html", context)
    response.status_code = status
    return response


@login_required
@require_GET
def improvement(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One improvement, with the step that comes next."""
    return _page(request, _found(request, public_id), {})


@login_required
@require_POST
def step(request: HttpRequest, public_id: UUID, how: str) -> HttpResponse:
    """Take the next step; what is refused comes back with everything typed."""
    one, actor = _found(request, public_id), signed_in(request)
    form = _FORMS[how](request.POST, auto_id=f"id_{how}_%s")
    done = _try(form, lambda said: _DOING[how](one, said, actor))
    if done is None:
        return _page(request, one, {how: form}, status=422)
    say(request, str(_SAID[how]))
    return redirect_to(request, reverse("interactions:improvement", args=[public_id]))


_FORMS: Final[dict[str, type[forms.Form]]] = {
    "plan": PlanForm,
    "agree": DecideForm,
    "reject": DecideForm,
    "done": DoneForm,
}
_SAID: Final = {
    "plan": gettext_lazy("Proposed. Somebody decides about it now."),
    "agree": gettext_lazy("Agreed."),
    "reject": gettext_lazy("Not pursued; the reason is kept."),
    "done": gettext_lazy("Changed. The effect is measured when its weeks are over."),
}


def _plan(one: Improvement, said: dict[str, Any], actor: Actor) -> Improvement:
    _word, factor = _TYPED.get(_measure(one).unit, ("", 1.0))
    expected = said.pop("expected") * factor
    return improving.plan_improvement(improvement_id=one.pk, expected=expected, actor=actor, **said)


_DOING: Final[dict[str, Callable[[Improvement, dict[str, Any], Actor], Improvement]]] = {
    "plan": _plan,
    "agree": lambda one, said, actor: improving.decide_improvement(
        improvement_id=one.pk, agreed=True, actor=actor, **said
    ),
    "reject": lambda one, said, actor: improving.decide_improvement(
        improvement_id=one.pk, agreed=False, actor=actor, **said
    ),
    "done": lambda one, said, actor: improving.carry_out_improvement(
        improvement_id=one.pk, actor=actor, **said
    ),
}


def _try(form: forms.Form, doing: Callable[[dict[str, Any]], Improvement]) -> Improvement | None:
    if not form.is_valid():
        return None
    try:
        return doing(dict(form.cleaned_data))
    except RuleBroken as broken:
        form.add_error(broken.field if broken.field in form.fields else None, broken.message)
        return None


def _found(request: HttpRequest, public_id: UUID) -> Improvement:
    require(signed_in(request), _SEE)
    return get_object_or_404(Improvement.objects.select_related("owner"), public_id=public_id)


def _page(
    request: HttpRequest, one: Improvement, typed: dict[str, forms.Form], status: int = 200
) -> HttpResponse:
    actor = signed_in(request)
    may = {
        "plan": actor.has_perm("interactions.change_improvement")
        and one.state in {"open", "planned"},
        "agree": actor.has_perm("interactions.decide_improvement") and one.state == "planned",
        "reject": actor.has_perm("interactions.decide_improvement")
        and one.state in {"open", "planned", "agreed"},
        "done": actor.has_perm("interactions.change_improvement") and one.state == "agreed",
    }
    offered = {how: typed.get(how) or _blank(how, one) for how, allowed in may.items() if allowed}
    measure = _measure(one)
    context = {
        **_line(one),
        "forms": offered,
        "unit": _TYPED.get(measure.unit, ("", 1.0))[0],
        "definition": _(measure.definition),
        "evidence": _said(measure, one.evidence),
        "expected": _said(measure, {"value": one.expected, "n": 1 << 30})
        if one.expected is not None
        else "",
        "steps": _steps(one),
        "chart": _chart(one, measure),
        "figures_url": f"{reverse('interactions:performance')}?{urlencode(one.slice)}",
    }
    response = render_page(request, "interactions/improvement.html", context)
    response.status_code = status
    return response


def _blank(how: str, one: Improvement) -> forms.Form:
    named = f"id_{how}_%s"
    if how != "plan":
        return _FORMS[how](auto_id=named)
    _word, factor = _TYPED.get(_measure(one).unit, ("", 1.0))
    initial: dict[str, Any] = {"cause": one.cause, "change": one.change, "weeks": one.weeks}
    if one.expected is not None:
        initial["expected"] = round(one.expected / factor, 2)
    return PlanForm(initial=initial, auto_id=named)


def _measure(one: Improvement) -> Measure:
    return next(each for each in kpis.EVERY if each.key == one.measure)


def _line(one: Improvement) -> dict[str, Any]:
    measure = _measure(one)
    tone, icon = _TONES[one.state]
    return {
        "one": one,
        "figure": _(measure.title),
        "slice": ", ".join(wording.slice_value(key, value) for key, value in one.slice.items()),
        "tone": tone,
        "icon": icon,
        "before": _said(measure, one.before) if one.before else "",
        "after": _said(measure, one.after) if one.after else "",
        "went": _went(one, measure),
    }


def _said(measure: Measure, row: dict[str, Any]) -> str:
    if "value" not in row:
        return ""
    return in_words(measure, {"n": 0, **row}) or _("too few")


def _went(one: Improvement, measure: Measure) -> str:
    """Whether it got better, by the figure's own direction."""
    if not one.before or not one.after or not measure.better:
        return ""
    change = (one.after["value"] or 0) - (one.before["value"] or 0)
    if not change:
        return ""
    return "ok" if (change > 0) == (measure.better == "up") else "bad"


def _steps(one: Improvement) -> list[dict[str, Any]]:
    names = [
        (Improvement.State.OPEN, _("Noticed")),
        (Improvement.State.PLANNED, _("Proposed")),
        (Improvement.State.AGREED, _("Agreed")),
        (Improvement.State.CHANGED, _("Changed")),
        (Improvement.State.MEASURED, _("Measured")),
    ]
    if one.state == Improvement.State.REJECTED:
        names = [names[0], (Improvement.State.REJECTED, _("Not pursued"))]
    order = [state for state, _name in names]
    at = order.index(Improvement.State(one.state))
    return [
        {"label": name, "state": "done" if place < at else "now" if place == at else ""}
        for place, (_state, name) in enumerate(names)
    ]


def _chart(one: Improvement, measure: Measure) -> charts.BarChart | None:
    """Before and after side by side, with what was expected between them."""
    if not one.before:
        return None
    _word, factor = _TYPED.get(measure.unit, ("", 1.0))
    told_of = [(_("Before"), one.before.get("value")), (_("Expected"), one.expected)]
    if one.after:
        told_of.append((_("After"), one.after.get("value")))
    bars = [(name, float(value) / factor) for name, value in told_of if value is not None]
    said = {name: _said(measure, {"value": value * factor, "n": 1 << 30}) for name, value in bars}
    by_value = {value: said[name] for name, value in bars}
    return charts.bar_chart(
        bars,
        sentence=_("%(figure)s: %(list)s")
        % {
            "figure": _(measure.title),
            "list": ", ".join(f"{name} {text}" for name, text in said.items()),
        },
        heads=(_("When"), _("Value")),
        label=lambda value: by_value.get(value, ""),
        tones=["q", "w", ""][: len(bars)],
    )


def waiting(actor: Actor) -> int:
    """How many wait for somebody to look at them or to decide."""
    if not actor.has_perm(_SEE):
        return 0
    return Improvement.objects.filter(state__in=["open", "planned"]).count()

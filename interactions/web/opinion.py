"""The page behind a survey's link: one click is the answer, a few words may follow."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from crm.errors import RuleBroken
from crm.languages import spoken
from crm.web.page import see_other
from interactions.processes.measure_satisfaction import Asked, asked, give_opinion


class OpinionForm(forms.Form):
    """A score of the survey's own scale, and words of the customer's own."""

    score = forms.IntegerField(label=_("Your answer"))
    comment = forms.CharField(
        label=_("Anything you want to add"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@never_cache
@require_http_methods(["GET", "POST"])
def opinion(request: HttpRequest, token: str) -> HttpResponse:
    """Open to whoever has the link. Reading changes nothing: mail scanners follow links too.

    Nor does running the page's script, as some of them do: only a gesture or the button sends.
    """
    try:
        survey = asked(token=token)
        with translation.override(spoken(survey.survey.message.language)):
            return _kept(request, token) if request.method == "POST" else _page(request, survey)
    except RuleBroken as broken:
        status = 422 if broken.field else 404
        return render(
            request, "interactions/opinion_closed.html", {"why": broken.message}, status=status
        )


def _kept(request: HttpRequest, token: str) -> HttpResponse:
    form = OpinionForm(request.POST)
    if not form.is_valid():
        return _page(request, asked(token=token), form)
    said = form.cleaned_data
    # The click of the mail sends no words and takes none back.
    comment = said["comment"] if "comment" in request.POST else None
    give_opinion(token=token, score=said["score"], comment=comment)
    if request.headers.get("HX-Request"):
        return render(request, "interactions/_opinion_kept.html")
    return see_other(f"{reverse('interactions:opinion', args=[token])}?thanks=1")


def _page(request: HttpRequest, survey: Asked, form: OpinionForm | None = None) -> HttpResponse:
    clicked = request.GET.get("score", "")
    chosen = int(clicked) if clicked.isdecimal() and int(clicked) in survey.scores else None
    kept = survey.survey
    context = {
        "asked": survey,
        "form": form or OpinionForm(initial={"comment": kept.comment}),
        "chosen": kept.score if chosen is None else chosen,
        "clicked": chosen is not None and chosen != kept.score,
        "thanks": "thanks" in request.GET and kept.score is not None,
    }
    return render(request, "interactions/opinion.html", context, status=422 if form else 200)

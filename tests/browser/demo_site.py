"""The product's addresses plus a page that misbehaves on purpose, for tests of the frame."""

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path, reverse
from django_cotton.compiler_regex import CottonCompiler

from crm.access import signed_in
from crm.errors import RuleBroken
from crm.web import panels
from crm.web.page import etagged, redirect_to, render_panel
from crm.web.undo import say, say_with_undo

PAGE = """{% extends "base.html" %}{% block title %}Demo{% endblock %}
{% block content %}
<c-page-head title="Demo">
<a class="btn" href="/preferences" data-key="G Y">Go</a></c-page-head>
<form method="post" action="{% url 'demo-undoable' %}">{% csrf_token %}
<button>Snooze</button></form>
<form hx-post="{% url 'demo-refused' %}" hx-swap="none"><c-field :field="form.number" />
<button>Save number</button></form>
<ul data-rows><li><a class="cell" href="/notices">First</a></li>
<li><a class="cell" href="/menu">Second</a></li></ul>
<div id="clock"><c-due state="soon" left="16 min" :seconds="90" :running="True" /></div>
<div id="poll" hx-get="{% url 'demo-poll' %}" hx-trigger="every 15s" hx-target="#poll"
 hx-swap="innerHTML" data-poll>not yet</div>
<c-panels :panels="panels" />{% endblock %}"""
POLLED: list[str | None] = []


class NumberForm(forms.Form):
    """One field that a process will refuse."""

    number = forms.CharField()


def _page(request: HttpRequest) -> HttpResponse:
    context = {"form": NumberForm(), "panels": panels.panels_for("demo", signed_in(request))}
    template = engines["django"].from_string(CottonCompiler().process(PAGE))
    return HttpResponse(template.render(context, request))


def _refused(request: HttpRequest) -> HttpResponse:
    raise RuleBroken("one-short", "One digit short for a UK mobile.", field="number")


def _undoable(request: HttpRequest) -> HttpResponse:
    say_with_undo(request, "Snoozed until Fri 09:00", undo_url=reverse("demo-undo"))
    return redirect_to(request, reverse("demo"))


def _undo(request: HttpRequest) -> HttpResponse:
    say(request, "Back where it was")
    return redirect_to(request, reverse("demo"))


def _poll(request: HttpRequest) -> HttpResponse:
    POLLED.append(request.headers.get("If-None-Match"))
    return etagged(request, HttpResponse("<b>polled</b>"))


def _good(request: HttpRequest) -> HttpResponse:
    return render_panel(request, "crm/_keys.html", {"places": []}, title="Good")


def _bad(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=500)


urlpatterns = [
    path("demo", login_required(_page), name="demo"),
    path("demo/refused", login_required(_refused), name="demo-refused"),
    path("demo/undoable", login_required(_undoable), name="demo-undoable"),
    path("demo/undo", login_required(_undo), name="demo-undo"),
    path("demo/poll", login_required(_poll), name="demo-poll"),
    path("demo/good", login_required(_good), name="demo-good"),
    path("demo/bad", login_required(_bad), name="demo-bad"),
    path("", include("crm.urls")),
]

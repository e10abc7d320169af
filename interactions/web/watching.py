"""The duty watch: whether clocks fire, notices leave and events arrive, in a supervisor's words."""

from typing import Any, Final

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from crm.access import signed_in
from crm.web.page import etagged, render_page
from interactions.processes.track_interaction import Sign, watch_duty

# What is watched, what it means when it lags, and what to do then.
_WORDS: Final[dict[str, tuple[Any, Any, Any]]] = {
    "clocks": (
        _("Clocks that should have fired"),
        _("Every clock has fired on time."),
        _("Customers may hear of a delay too late. See that a worker runs; nothing is lost."),
    ),
    "outbox": (
        _("Events not delivered yet"),
        _("Every event has arrived."),
        _("Effects of what was done come late. See that a worker runs; nothing is lost."),
    ),
    "messages": (
        _("Messages that should have left"),
        _("Every message has left."),
        _("The way out is shut: look at the channel on the page Incoming."),
    ),
    "planned": (
        _("Messages of partners whose time has come"),
        _("Every message was taken up at its time."),
        _("Partners' messages leave too late. See that a worker runs; nothing is lost."),
    ),
    "dead": (
        _("Deliveries given up"),
        _("Nothing was given up."),
        _("An administrator mends the cause and has them tried again."),
    ),
    "leads": (
        _("Somebody who leads"),
        _("Missed promises are told to who leads."),
        _("Nobody leads: calls for help go to administrators. Give somebody the role team lead."),
    ),
    "beat": (
        _("Timer of periodic work"),
        _("It gives a sign of life each minute."),
        _("Nothing periodic runs: clocks do not fire. Start the timer (celery beat)."),
    ),
}
# Something is due at almost every moment; it is well while the oldest has not waited long.
_JUST_DUE: Final = _("Due just now; a worker is about to take it.")


@login_required
@require_GET
def watch(request: HttpRequest) -> HttpResponse:
    """The page; a poll gets the part that changes, or 304."""
    signs = watch_duty(now=timezone.now(), actor=signed_in(request))
    context = {
        "signs": [_line(sign) for sign in signs],
        "well": all(sign.well for sign in signs),
    }
    page = render_page(
        request, "interactions/watch.html", context, fragment="interactions/_watch.html"
    )
    return etagged(request, page) if request.headers.get("HX-Request") else page


def _line(sign: Sign) -> dict[str, Any]:
    title, fine, advice = _WORDS[sign.key]
    if sign.well and sign.late:
        fine = _JUST_DUE
    return {"sign": sign, "title": title, "said": fine if sign.well else advice}

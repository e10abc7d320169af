"""Pages of the frame: sign in, search, notices, preferences, shortcuts, menu, home."""

from typing import Any

from django.conf import settings
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.access import signed_in
from crm.accounts import signing_out
from crm.web import notices, styleguide
from crm.web.forms import PreferencesForm
from crm.web.models import AgentNotice
from crm.web.navigation import home_of
from crm.web.page import etagged, redirect_to, render_page, wants_fragment
from crm.web.search import search as search_everything
from crm.web.shortcuts import PLACES
from crm.web.sign_in import SignInForm
from crm.web.undo import say

_HITS_IN_BOX, _HITS_ON_PAGE, _NOTICES_ON_PAGE = 6, 50, 50
_ID_DIGITS = 18
_DEMONSTRATION = (
    ("agent", gettext_lazy("the desk: who waits, until when, and a call logged in three fields")),
    ("team-lead", gettext_lazy("the team's queue and how well promises are kept")),
    ("data-steward", gettext_lazy("files taken in, tried dry first")),
    ("privacy-officer", gettext_lazy("consent, what is archived, and bringing it back")),
    ("readiness-manager", gettext_lazy("policies drafted, tested, accepted and introduced")),
    ("administrator", gettext_lazy("accounts, partner systems and everything behind the screens")),
)


class SignIn(auth_views.LoginView):
    """The front door."""

    template_name = "crm/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        # Only the embedded stack makes demo logins; their names are no secret, their passwords are.
        demonstration = _DEMONSTRATION if settings.EMBEDDED else ()
        return super().get_context_data(**kwargs) | {"demonstration": demonstration}


class SignOut(auth_views.LogoutView):
    """The way out; only by POST. What goes by who is here hears it first."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.pk is not None:
            signing_out.tell(request.user.pk)
        return super().post(request, *args, **kwargs)


class ChangePassword(auth_views.PasswordChangeView):
    """A new password, the old one asked first."""

    template_name = "crm/password.html"
    success_url = reverse_lazy("web:preferences")

    def form_valid(self, form: Any) -> HttpResponse:
        say(self.request, _("Your password is changed. Other devices are signed out."))
        return super().form_valid(form)


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The first page of the day: the place where this person's work is."""
    place = home_of(signed_in(request))
    return redirect(place.url_name if place else "web:preferences")


@login_required
@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """The one search box: a list under the box, or a page without script."""
    text = request.GET.get("q", "")[:200].replace("\x00", "")
    limit = _HITS_IN_BOX if wants_fragment(request) else _HITS_ON_PAGE
    groups = search_everything(signed_in(request), text, limit)
    hits = [hit for group in groups for hit in group.hits if hit.is_data]
    if not wants_fragment(request) and len(hits) == 1 and hits[0].exact:
        return redirect(hits[0].url)
    context = {"search_text": text, "groups": groups, "data_hits": hits}
    return render_page(request, "crm/search.html", context, fragment="crm/_found.html")


@login_required
@require_GET
def shortcuts(request: HttpRequest) -> HttpResponse:
    return render_page(
        request, "crm/shortcuts.html", {"places": PLACES}, fragment="crm/_shortcuts.html"
    )


@login_required
@require_GET
def menu(request: HttpRequest) -> HttpResponse:
    return render_page(request, "crm/menu.html")


@login_required
@require_GET
def notice_list(request: HttpRequest) -> HttpResponse:
    mine = AgentNotice.objects.for_user(signed_in(request).pk or 0).order_by("-id")
    return render_page(request, "crm/notices.html", {"notices": mine[:_NOTICES_ON_PAGE]})


@login_required
@require_POST
def read_notices(request: HttpRequest) -> HttpResponse:
    notices.mark_read(signed_in(request).pk or 0)
    return redirect_to(request, reverse("web:notices"))


@login_required
@require_GET
def bell(request: HttpRequest) -> HttpResponse:
    """The bell, polled; notices that came since the last look ride along as toasts."""
    mine = AgentNotice.objects.for_user(signed_in(request).pk or 0).unread()
    after = request.GET.get("after", "")
    known = int(after) if after.isdecimal() and len(after) <= _ID_DIGITS else None
    fresh = mine.none() if known is None else mine.filter(pk__gt=known).order_by("id")[:3]
    return etagged(
        request,
        render_page(
            request, "crm/bell_page.html", {"fresh": fresh}, fragment="crm/_bell_poll.html"
        ),
    )


@login_required
@require_http_methods(["GET", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    form = PreferencesForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        say(request, _("Your preferences are kept."))
        return redirect_to(request, reverse("web:preferences"))
    return render_page(
        request, "crm/preferences.html", {"form": form}, status=422 if form.errors else 200
    )


@login_required
@require_http_methods(["GET", "POST"])
def style(request: HttpRequest) -> HttpResponse:
    """The living page of tokens, patterns and components; only while developing."""
    if not settings.DEBUG:
        raise Http404
    if request.method == "POST":
        # Its buttons do nothing, as on any page whose work is undone.
        return redirect("web:styleguide")
    if request.GET.get("part") == "panel":
        return render(request, "crm/_styleguide_panel.html")
    return render_page(request, "crm/styleguide.html", styleguide.samples())

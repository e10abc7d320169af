"""Pages for somebody who lost the password: ask for a link, choose a new one."""

from typing import Any

from django import forms
from django.contrib.auth import views as auth_views
from django.http import HttpResponse
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, TemplateView

from crm.accounts import resets, sign_ins
from crm.accounts.addresses import address_of
from crm.web.undo import say


class LostPasswordForm(forms.Form):
    """The work e-mail address of whoever asks."""

    email = forms.EmailField(
        label=gettext_lazy("Work e-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "autofocus": True}),
    )


class AskForLink(FormView[LostPasswordForm]):
    """Ask for a link; the answer is the same whoever asks."""

    template_name = "crm/reset_ask.html"
    form_class = LostPasswordForm
    success_url = reverse_lazy("web:reset_asked")

    def form_valid(self, form: LostPasswordForm) -> HttpResponse:
        resets.ask(form.cleaned_data["email"], address_of(self.request))
        return super().form_valid(form)


class LinkAskedFor(TemplateView):
    """What to do now; it does not say whether the address is known."""

    template_name = "crm/reset_asked.html"


class ChoosePassword(auth_views.PasswordResetConfirmView):
    """Where the link leads: Django checks it, we open the door that bad tries had shut."""

    template_name = "crm/reset_confirm.html"
    success_url = reverse_lazy("web:login")

    def form_valid(self, form: Any) -> HttpResponse:
        answer = super().form_valid(form)
        sign_ins.forget_bad_tries(form.user.pk)
        say(self.request, _("Your new password is kept. Sign in with it."))
        return answer

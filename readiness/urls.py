"""Addresses of this app."""

from django.urls import path

from readiness.api import views as api
from readiness.web import board, capability, draft, help, procedures, steps

app_name = "readiness"

urlpatterns = [
    path("readiness", board.readiness_board, name="board"),
    path("readiness/register", board.register, name="register"),
    path("readiness/register/<str:number>", board.process, name="process"),
    path("readiness/capabilities/<str:slot_key>", capability.capability, name="capability"),
    path("readiness/capabilities/<str:slot_key>/draft", draft.draft_next, name="draft"),
    path("readiness/versions/<int:pk>/change", draft.change, name="change"),
    path("readiness/versions/<int:pk>/test", steps.test, name="test"),
    path("readiness/versions/<int:pk>/accept", steps.accept, name="accept"),
    path("readiness/versions/<int:pk>/introduce", steps.introduce, name="introduce"),
    path("readiness/versions/<int:pk>/advance", steps.advance, name="advance"),
    path("readiness/versions/<int:pk>/<slug:step>", steps.with_reason, name="step"),
    path("readiness/results/<int:pk>/waive", steps.waive, name="waive"),
    path("readiness/conditions/<int:pk>/close", steps.close, name="close"),
    path("procedures", procedures.library, name="procedures"),
    path("procedures/<slug:key>", procedures.procedure, name="procedure"),
    path("procedures/<slug:key>/read", procedures.confirm, name="confirm_procedure"),
    path("help/<slug:key>", help.article, name="help"),
    path("api/v1/processes", api.ProcessList.as_view(), name="api_processes"),
    path("api/v1/processes/<str:number>", api.Process.as_view(), name="api_process"),
]

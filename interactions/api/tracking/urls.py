"""Addresses of tracking on the partner face."""

from django.urls import path

from interactions.api.tracking import views

_ONE = "api/v1/interactions/<uuid:public_id>"

urlpatterns = [
    path(f"{_ONE}/moves", views.MovesView.as_view(), name="api_moves"),
    path(f"{_ONE}/sla", views.SlaView.as_view(), name="api_sla"),
    path(f"{_ONE}/response-requests", views.RequestsView.as_view(), name="api_requests"),
    path(f"{_ONE}/response-requests/<int:pk>", views.RequestView.as_view(), name="api_request"),
    path(f"{_ONE}/subjects", views.SubjectsView.as_view(), name="api_subjects"),
    path(
        f"{_ONE}/subjects/<uuid:subject_id>/outcome",
        views.SubjectView.as_view(),
        name="api_subject",
    ),
    path(f"{_ONE}/participants", views.ParticipantsView.as_view(), name="api_participants"),
    path(
        f"{_ONE}/participants/<uuid:participant_id>",
        views.ParticipantView.as_view(),
        name="api_participant",
    ),
    path(f"{_ONE}/own-fields", views.OwnFieldsView.as_view(), name="api_own_fields"),
    path("api/v1/interactions/tags", views.TagListView.as_view(), name="api_tag_list"),
    path(f"{_ONE}/tags", views.TagsView.as_view(), name="api_tags"),
    path(f"{_ONE}/tags/<str:name>", views.TagView.as_view(), name="api_tag"),
    path(f"{_ONE}/events", views.EventsView.as_view(), name="api_events"),
]

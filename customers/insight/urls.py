"""Addresses of customer insight."""

from django.urls import path

from customers.insight.api.profile import ProfileView
from customers.insight.web import consents, learned, profile

app_name = "insight"

urlpatterns = [
    path("api/v1/customers/<uuid:public_id>/profile", ProfileView.as_view(), name="api_profile"),
    path("customers/<int:pk>/insight/", profile.panel, name="panel"),
    path("customers/<int:pk>/insight/confirm/", profile.to_confirm, name="to_confirm"),
    path("customers/<int:pk>/insight/trust/", profile.trust, name="trust"),
    path("customers/<int:pk>/insight/facts/", profile.facts, name="facts"),
    path("customers/<int:pk>/consents/", consents.consents, name="consents"),
    path("customers/<int:pk>/learned/<uuid:contact>/", learned.learned, name="learned"),
    path(
        "insight/facts/<int:fact_id>/accept/", profile.decide, {"decision": "accept"}, name="accept"
    ),
    path(
        "insight/facts/<int:fact_id>/reject/", profile.decide, {"decision": "reject"}, name="reject"
    ),
    path(
        "insight/facts/<int:fact_id>/confirm/",
        profile.decide,
        {"decision": "confirm"},
        name="confirm",
    ),
]

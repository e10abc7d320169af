"""Addresses of the record on the partner face."""

from django.urls import path

from customers.api.record import views

_CUSTOMER = "api/v1/customers/<uuid:public_id>"
urlpatterns = [
    path("api/v1/contacts/validate", views.ValidateView.as_view(), name="api_validate_contact"),
    path(f"{_CUSTOMER}/record", views.RecordView.as_view(), name="api_record"),
    path(
        f"{_CUSTOMER}/communication-needs",
        views.NeedsView.as_view(),
        name="api_communication_needs",
    ),
]

"""Addresses of reports on the partner face."""

from django.urls import path

from customers.api.reports import views

urlpatterns = [
    path(
        "api/v1/customers/<uuid:public_id>/report-needs",
        views.NeedsView.as_view(),
        name="api_report_needs",
    ),
    path("api/v1/report-needs/<uuid:public_id>", views.NeedView.as_view(), name="api_report_need"),
    path(
        "api/v1/reports/<uuid:public_id>/download",
        views.DownloadView.as_view(),
        name="api_report_download",
    ),
    path(
        "api/v1/reports/<uuid:public_id>/receipt",
        views.ReceiptView.as_view(),
        name="api_report_receipt",
    ),
]

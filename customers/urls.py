"""Addresses of this app."""

from django.urls import path

from customers.api.orders import urls as order_api
from customers.api.record import urls as record_api
from customers.api.reports import urls as report_api
from customers.web import (
    alike,
    archive,
    caller,
    changes,
    cleansing,
    contacts,
    customer_list,
    customer_page,
    duplicate_pair,
    duplicates,
    exports,
    import_columns,
    import_files,
    imports,
    join,
    life,
    needs,
    number_take,
    number_undo,
    numbers,
    order_check,
    order_page,
    orders,
    past,
    people,
    record,
    reports,
)

app_name = "customers"

urlpatterns = [
    *customer_list.urlpatterns,
    *alike.urlpatterns,
    *cleansing.urlpatterns,
    *exports.urlpatterns,
    path("customers/new", record.record, name="record"),
    path("customers/<int:pk>/", customer_page.page, name="page"),
    path("customers/<int:pk>/edit", record.edit, name="edit"),
    path("customers/<int:pk>/end", record.end, name="end"),
    *caller.urlpatterns,
    *changes.urlpatterns,
    *contacts.urlpatterns,
    *duplicates.urlpatterns,
    *duplicate_pair.urlpatterns,
    *join.urlpatterns,
    *life.urlpatterns,
    *needs.urlpatterns,
    *numbers.urlpatterns,
    *number_take.urlpatterns,
    *number_undo.urlpatterns,
    *orders.urlpatterns,
    *order_page.urlpatterns,
    *order_check.urlpatterns,
    *past.urlpatterns,
    *people.urlpatterns,
    *imports.urlpatterns,
    *import_columns.urlpatterns,
    *import_files.urlpatterns,
    *archive.urlpatterns,
    *order_api.urlpatterns,
    *report_api.urlpatterns,
    *reports.urlpatterns,
    *record_api.urlpatterns,
]

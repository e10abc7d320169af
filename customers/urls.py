"""Addresses of this app."""

from django.urls import path

from customers.api.orders import urls as order_api
from customers.web import (
    archive,
    caller,
    changes,
    contacts,
    customer_list,
    customer_page,
    duplicates,
    imports,
    life,
    needs,
    orders,
    past,
    people,
    record,
)

app_name = "customers"

urlpatterns = [
    path("customers/", customer_list.customers, name="list"),
    path("customers/new", record.record, name="record"),
    path("customers/<int:pk>/", customer_page.page, name="page"),
    path("customers/<int:pk>/edit", record.edit, name="edit"),
    path("customers/<int:pk>/end", record.end, name="end"),
    *caller.urlpatterns,
    *changes.urlpatterns,
    *contacts.urlpatterns,
    *duplicates.urlpatterns,
    *life.urlpatterns,
    *needs.urlpatterns,
    *orders.urlpatterns,
    *past.urlpatterns,
    *people.urlpatterns,
    path("imports/", imports.imports, name="imports"),
    path("imports/new", imports.upload, name="upload"),
    path("imports/<uuid:public_id>/", imports.run, name="import"),
    path("imports/<uuid:public_id>/start", imports.start, name="start_import"),
    path("imports/<uuid:public_id>/rows.csv", imports.rows, name="import_rows"),
    *archive.urlpatterns,
    *order_api.urlpatterns,
]

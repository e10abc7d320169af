"""Addresses of this app."""

from django.urls import path

from customers.web import customer_list, customer_page, imports, record

app_name = "customers"

urlpatterns = [
    path("customers/", customer_list.customers, name="list"),
    path("customers/new", record.record, name="record"),
    path("customers/<uuid:public_id>/", customer_page.page, name="page"),
    path("customers/<uuid:public_id>/edit", record.edit, name="edit"),
    path("customers/<uuid:public_id>/end", record.end, name="end"),
    path("customers/<int:pk>/changes", customer_page.changes, name="changes"),
    path("imports/", imports.imports, name="imports"),
    path("imports/new", imports.upload, name="upload"),
    path("imports/<uuid:public_id>/", imports.run, name="import"),
    path("imports/<uuid:public_id>/start", imports.start, name="start_import"),
    path("imports/<uuid:public_id>/rows.csv", imports.rows, name="import_rows"),
]

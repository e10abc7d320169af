"""Addresses of this app."""

from django.urls import path

from customers.web import archive, customer_list, customer_page, imports, record

app_name = "customers"

urlpatterns = [
    path("customers/", customer_list.customers, name="list"),
    path("customers/new", record.record, name="record"),
    path("customers/<int:pk>/", customer_page.page, name="page"),
    path("customers/<int:pk>/edit", record.edit, name="edit"),
    path("customers/<int:pk>/end", record.end, name="end"),
    path("customers/<int:pk>/changes", customer_page.changes, name="changes"),
    path("imports/", imports.imports, name="imports"),
    path("imports/new", imports.upload, name="upload"),
    path("imports/<uuid:public_id>/", imports.run, name="import"),
    path("imports/<uuid:public_id>/start", imports.start, name="start_import"),
    path("imports/<uuid:public_id>/rows.csv", imports.rows, name="import_rows"),
    *archive.urlpatterns,
]

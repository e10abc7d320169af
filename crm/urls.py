"""Every door of the product; the only module that names all apps."""

from django.contrib import admin
from django.urls import include, path

from crm import health

urlpatterns = [
    path("", include("crm.web.urls")),
    path("", include("customers.urls")),
    path("", include("customers.insight.urls")),
    path("", include("interactions.urls")),
    path("", include("readiness.urls")),
    path("", include("crm.tmf.urls")),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("admin/", admin.site.urls),
]

handler403 = "crm.web.errors.permission_denied"
handler404 = "crm.web.errors.page_not_found"
handler500 = "crm.web.errors.server_error"

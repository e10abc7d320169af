"""Addresses of the figures."""

from django.urls import path

from interactions.api.kpis import views

urlpatterns = [
    path("api/v1/kpis", views.Catalogue.as_view(), name="api_kpis"),
    path("api/v1/improvements", views.Improvements.as_view(), name="api_improvements"),
    path("api/v1/kpis/<str:key>", views.Kpi.as_view(), name="api_kpi"),
]

"""Addresses of the partner face that belong to no single API."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

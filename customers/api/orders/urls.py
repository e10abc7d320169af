"""Addresses of orders on the partner face."""

from django.urls import path

from customers.api.orders import views
from customers.api.tmf622_product_order_event.views import OrderNewsView
from customers.models import OrderNews

urlpatterns = [
    path(
        "api/v1/events/contract-finalized",
        OrderNewsView.as_view(kind=OrderNews.Kind.CONTRACT),
        name="api_contract_finalized",
    ),
    path(
        "api/v1/events/service-order-finalized",
        OrderNewsView.as_view(kind=OrderNews.Kind.SERVICE),
        name="api_service_order_finalized",
    ),
    path(
        "api/v1/order-information/check",
        views.CheckView.as_view(),
        name="api_order_information_check",
    ),
    path("api/v1/orders/<str:order_id>", views.OrderView.as_view(), name="api_order"),
    path(
        "api/v1/orders/<str:order_id>/completion",
        views.CompletionView.as_view(),
        name="api_order_completion",
    ),
    path(
        "api/v1/orders/<str:order_id>/information-readiness",
        views.ReadinessView.as_view(),
        name="api_order_readiness",
    ),
]

"""Addresses of the house's API: viewsets for the router, and single views."""

from django.urls import path
from rest_framework.viewsets import ViewSetMixin

from workshop.api.views import CustomerViewSet, ExchangeRateViewSet, MeView

ROUTES: list[tuple[str, type[ViewSetMixin], str]] = [
    ("customers", CustomerViewSet, "customer"),
    ("exchange-rates", ExchangeRateViewSet, "exchange-rate"),
]

urlpatterns = [path("me/", MeView.as_view(), name="me")]

"""Addresses of the ground: signs of life."""

from django.urls import path

from common import health

app_name = "common"

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
]

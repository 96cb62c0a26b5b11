"""What the API's router is told of restoration: prefix, viewset, first name."""

from django.urls import URLPattern, path
from rest_framework.viewsets import ViewSetMixin

from restoration.api import agreement_views as agreement
from restoration.api import claim_views as claims
from restoration.api import plan_views as plan
from restoration.api import shift_views as shifts
from restoration.api import work_views as work
from restoration.api.shortage_views import BuyNowView, ShortagesView

ROUTES: list[tuple[str, type[ViewSetMixin], str]] = [
    ("vehicles", agreement.VehicleViewSet, "vehicle"),
    ("projects", agreement.ProjectViewSet, "project"),
    ("estimates", agreement.EstimateViewSet, "estimate"),
    ("job-cards", work.JobCardViewSet, "job-card"),
    ("plan-runs", work.PlanRunViewSet, "plan-run"),
    ("pins", plan.PinViewSet, "pin"),
    ("scenarios", plan.ScenarioViewSet, "scenario"),
    ("calendar-feeds", plan.CalendarFeedViewSet, "calendar-feed"),
    ("absences", shifts.AbsenceViewSet, "absence"),
    ("extra-days", shifts.ExtraDayViewSet, "extra-day"),
    ("arbitrations", claims.ArbitrationViewSet, "arbitration"),
]
urlpatterns: list[URLPattern] = [
    path("buy-now/", BuyNowView.as_view(), name="buy-now-list"),
    path("shortages/", ShortagesView.as_view(), name="shortage-list"),
]

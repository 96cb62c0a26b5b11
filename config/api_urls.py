"""Addresses of the API: what each app brings, its document and the page of it."""

from django.urls import URLPattern, URLResolver, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.routers import SimpleRouter

from parts.api import urls as parts_urls
from restoration.api import urls as restoration_urls
from workshop.api import urls as workshop_urls

router = SimpleRouter()
for app in (parts_urls, restoration_urls, workshop_urls):
    for prefix, viewset, basename in app.ROUTES:
        router.register(prefix, viewset, basename=basename)

urlpatterns: list[URLPattern | URLResolver] = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path(
        "docs/",
        SpectacularSwaggerSplitView.as_view(url_name="api:schema"),
        name="docs",
    ),
    *workshop_urls.urlpatterns,
    *restoration_urls.urlpatterns,
    *router.urls,
]

"""Addresses of the house. Each one has its row in `config.policy`."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from common import styleguide_urls
from config import api_urls, views

house: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("invitation/<str:token>/", views.invitation, name="invitation"),
    path("s/<slug:kind>/<int:pk>", views.scanned, name="scanned"),
    path("styleguide/", include(styleguide_urls)),
]

handler404 = "common.pages.not_found"
handler500 = "common.pages.server_error"

urlpatterns = [
    path("", include((house, "house"))),
    path("", include("common.urls")),
    path("i18n/language/", views.set_language, name="set_language"),
    path("accounts/", include("allauth.urls")),
    path("portal/", include("restoration.portal.urls")),
    path("board/", include("restoration.board.urls")),
    path("floor/", include("restoration.floor.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", include((api_urls, "api"))),
]

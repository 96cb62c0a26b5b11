"""The admin that parts staff and managers work in."""

from django.contrib import admin


class HouseAdminSite(admin.AdminSite):
    pass

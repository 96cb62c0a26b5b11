"""The admin that parts staff and managers work in."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.utils.decorators import method_decorator


@method_decorator(secure_admin_login, name="login")
class HouseAdminSite(admin.AdminSite):
    """The desk. Its door is the house's: rate limits and the second step hold here."""

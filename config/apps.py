from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig


class HouseConfig(AppConfig):
    """Holds the commands, templates and texts that name several floors at once."""

    name = "config"


class AdminConfig(DjangoAdminConfig):
    default_site = "config.admin_site.HouseAdminSite"

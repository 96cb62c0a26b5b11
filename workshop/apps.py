from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from workshop.names import register


class WorkshopConfig(AppConfig):
    name = "workshop"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = _("The house")

    def ready(self) -> None:
        register()

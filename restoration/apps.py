from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from restoration.names import register


class RestorationConfig(AppConfig):
    name = "restoration"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = _("Restoration")

    def ready(self) -> None:
        register()
        # The models are loaded only now.
        from restoration.queries import labels  # noqa: PLC0415

        labels.register()

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from parts.names import register


class PartsConfig(AppConfig):
    name = "parts"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = _("Parts")

    def ready(self) -> None:
        register()
        # The models are loaded only now.
        from parts.queries import labels  # noqa: PLC0415

        labels.register()

from django.apps import AppConfig
from django.core import checks
from django.utils.translation import gettext_lazy as _


class CommonConfig(AppConfig):
    name = "common"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = _("The ground")

    def ready(self) -> None:
        # Imported late: the gate reaches for models, which must be loaded first.
        from common.gate import check_policy  # noqa: PLC0415 - needs apps

        checks.register(check_policy, checks.Tags.urls)

from django.apps import AppConfig
from django.core import checks
from django.utils.translation import gettext_lazy as _

from common.names import register

TASKS = {
    "common.anchor_audit": _("Sign the audit chains' heads"),
    "common.canary": _("Show that a worker lives"),
    "common.check_invariants": _("Check the laws"),
    "common.forget_old_keys": _("Forget old request keys"),
}


class CommonConfig(AppConfig):
    name = "common"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = _("The ground")

    def ready(self) -> None:
        register(commands={}, tasks=TASKS)
        # Imported late: the gate reaches for models, which must be loaded first.
        from common.gate import check_policy  # noqa: PLC0415 - needs apps

        checks.register(check_policy, checks.Tags.urls)

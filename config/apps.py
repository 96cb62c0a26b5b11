from django.apps import AppConfig, apps
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig
from django.utils.translation import gettext_lazy as _

# Names of fields whose models give them none; most others are names of models.
FIELD_NAMES = (
    _("card"), _("content hash"), _("entered by"), _("expiry"), _("is fixed"),
    _("raised by"), _("requested by"), _("required part"), _("run"), _("sequence"),
    _("signed by"), _("token key"),
)  # fmt: skip


class HouseConfig(AppConfig):
    """Holds the commands, templates and texts that name several floors at once."""

    name = "config"

    def ready(self) -> None:
        name_fields()
        from config.naming import register_names  # noqa: PLC0415 - needs all models

        register_names()


class AdminConfig(DjangoAdminConfig):
    default_site = "config.admin_site.HouseAdminSite"


def name_fields() -> None:
    """Let the desk call fields without words of their own in the reader's language.

    Django makes such a name of the attribute's and never translates it. What the
    migrations compare is the name a model gives, which stays as it is.
    """
    for model in apps.get_models():
        for field in model._meta.fields:
            if field._verbose_name is None:  # type: ignore[attr-defined]  # Django's, unstubbed
                field.verbose_name = _(str(field.verbose_name))

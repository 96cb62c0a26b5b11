"""Where facts come from."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Provenance(models.Model):
    """Where a fact came from, and how far it may be trusted."""

    class Basis(models.TextChoices):
        SOURCE = "SOURCE", _("From a source")
        ESTIMATE = "ESTIMATE", _("Our estimate")
        HOUSE = "HOUSE", _("Entered by the house")
        DEMO = "DEMO", _("Demo")

    basis = models.CharField(
        _("basis"), max_length=12, choices=Basis, default=Basis.SOURCE
    )
    confidence = models.CharField(_("confidence"), max_length=80, blank=True)
    source = models.TextField(_("source"), blank=True)

    class Meta:
        abstract = True

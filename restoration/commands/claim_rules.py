"""What a site reckons by where parts are scarce."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from common import audit
from common.errors import InvalidInput, NotAllowed
from common.money import quantise
from restoration.commands.projects import existing
from restoration.models import ClaimRule
from workshop.models import Role, Site, User

MOST_DAYS = 3650


@transaction.atomic
def set_claim_rule(
    *,
    site_id: int,
    late_day_rate: Decimal | None,
    lost_days: int,
    offer_old_days: int,
    user_id: int,
    at: datetime,
) -> ClaimRule:
    """Say what a day of delay costs and when an offer is old. The same again is kept.

    Args:
        site_id: whose rule.
        late_day_rate: in the site's currency; None: two hours of labour.
        lost_days: within which a part that has vanished is replaced.
        offer_old_days: after which a supplier's word is old.
        user_id: a manager.
        at: now, aware.

    Raises:
        NotAllowed: who asks is no manager.
        NotFound: no such site.
        InvalidInput: a rate below zero, or days outside 1 to 3650.
    """
    if not User.objects.filter(pk=user_id, role=Role.MANAGER, is_active=True).exists():
        raise NotAllowed
    site = existing(Site.objects.filter(pk=site_id).first())
    if late_day_rate is not None and late_day_rate < 0:
        raise InvalidInput(
            _("A rate of zero or more was expected."), field="late_day_rate"
        )
    for name, days in (("lost_days", lost_days), ("offer_old_days", offer_old_days)):
        if not 1 <= days <= MOST_DAYS:
            raise InvalidInput(_("1 to 3650 days were expected."), field=name)
    rate = None if late_day_rate is None else quantise(late_day_rate, site.currency)
    rule, _new = ClaimRule.objects.update_or_create(
        site=site,
        defaults={
            "late_day_rate": rate,
            "lost_days": lost_days,
            "offer_old_days": offer_old_days,
        },
    )
    audit.record(
        subject=f"site:{site.pk}",
        command="set_claim_rule",
        actor_id=user_id,
        at=at,
        detail={
            "late_day_rate": None if rate is None else str(rate),
            "lost_days": lost_days,
            "offer_old_days": offer_old_days,
        },
    )
    return rule

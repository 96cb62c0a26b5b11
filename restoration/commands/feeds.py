"""Calendar feeds are issued and revoked."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from common import audit
from common.errors import InvalidInput, NotAllowed
from restoration import queries
from restoration.commands.projects import existing
from restoration.commands.running import once
from restoration.models import CalendarFeed
from workshop.models import Bay, Role, Technician, User


def issue_feed(
    *,
    technician_id: int | None = None,
    bay_id: int | None = None,
    user_id: int,
    key: str,
    at: datetime,
) -> tuple[CalendarFeed, str]:
    """Make an address at which one person's or bay's plan is read as a calendar.

    Args:
        technician_id: whose plan; or
        bay_id: which bay's.
        user_id: a manager, or the technician for their own plan.
        key: idempotency key; the same key returns the same address.
        at: now, aware.

    Returns:
        The feed and its secret, which is kept nowhere.

    Raises:
        InvalidInput: not exactly one of person and bay.
        NotFound: no such person or bay.
        NotAllowed: somebody else's plan.
        KeyReused: the key belongs to another request.
    """
    if (technician_id is None) == (bay_id is None):
        raise InvalidInput(_("Name either a technician or a bay."), field="technician")

    def work() -> int:
        site_id = _owner(technician_id, bay_id, user_id)
        feed = CalendarFeed.objects.create(
            technician_id=technician_id,
            bay_id=bay_id,
            secret_hash=queries.secret_hash(f"issuing {user_id} {key}"),
            issued_by_id=user_id,
            issued_at=at,
        )
        feed.secret_hash = queries.secret_hash(queries.feed_secret(feed))
        feed.save(update_fields=["secret_hash"])
        _audit(feed, site_id, "issue_feed", user_id, at)
        return feed.pk

    body = {"technician": technician_id, "bay": bay_id}
    pk = once(key=key, user_id=user_id, command="issue_feed", body=body, work=work)
    feed = CalendarFeed.objects.get(pk=pk)
    return feed, queries.feed_secret(feed)


def revoke_feed(*, feed_id: int, user_id: int, key: str, at: datetime) -> CalendarFeed:
    """Close a feed's address. Twice changes nothing.

    Args:
        feed_id: the feed.
        user_id: a manager, or the technician for their own.
        key: idempotency key.
        at: now, aware.

    Raises:
        NotFound: no such feed.
        NotAllowed: somebody else's.
        KeyReused: the key belongs to another request.
    """

    def work() -> int:
        rows = CalendarFeed.objects.select_for_update(no_key=True)
        feed = existing(rows.filter(pk=feed_id).first())
        site_id = _owner(feed.technician_id, feed.bay_id, user_id)
        if feed.revoked_at is None:
            feed.revoked_at = at
            feed.revoked_by_id = user_id
            feed.save(update_fields=["revoked_at", "revoked_by"])
            _audit(feed, site_id, "revoke_feed", user_id, at)
        return feed.pk

    body = {"feed": feed_id}
    pk = once(key=key, user_id=user_id, command="revoke_feed", body=body, work=work)
    return CalendarFeed.objects.get(pk=pk)


def _owner(technician_id: int | None, bay_id: int | None, user_id: int) -> int:
    """Return the site of whose plan it is, if this person may hand it out."""
    person = existing(User.objects.filter(pk=user_id).first())
    if bay_id is not None:
        bay = existing(Bay.objects.filter(pk=bay_id).first())
        if person.role != Role.MANAGER:
            raise NotAllowed(_("The plan of a bay is handed out by a manager."))
        return bay.site_id
    people = Technician.objects.filter(pk=technician_id or 0)
    technician = existing(people.first())
    if person.role != Role.MANAGER and technician.user_id != user_id:
        raise NotAllowed(_("Everybody hands out their own plan only."))
    return technician.site_id


def _audit(
    feed: CalendarFeed, site_id: int, command: str, user_id: int, at: datetime
) -> None:
    audit.record(
        subject=f"site:{site_id}",
        command=command,
        actor_id=user_id,
        at=at,
        detail={
            "feed": feed.pk,
            "technician": feed.technician_id,
            "bay": feed.bay_id,
        },
    )

"""Calendar feeds: whose plan a secret address shows."""

import hashlib

from django.utils.crypto import salted_hmac

from restoration.models import CalendarFeed

SALT = "restoration.CalendarFeed"


def feed_secret(feed: CalendarFeed) -> str:
    """Return the secret of a feed's address, signed by the house's key.

    It is made again from the row's key, so that it is kept nowhere; the row's hash
    says which secret is good, whatever key the house has today.
    """
    return salted_hmac(SALT, str(feed.pk), algorithm="sha256").hexdigest()


def secret_hash(secret: str) -> str:
    """Return what the row keeps of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def feed_by_secret(secret: str) -> CalendarFeed | None:
    """Return the feed that is read at an address; None for a wrong or revoked one."""
    return (
        CalendarFeed.objects.active()
        .filter(secret_hash=secret_hash(secret))
        .select_related("technician__site", "bay__site", "issued_by")
        .first()
    )

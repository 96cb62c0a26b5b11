"""How machines sign in: one look at one token, and nothing is written."""

import binascii
from hmac import compare_digest

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.contrib.knox_auth_token import KnoxTokenScheme
from knox.auth import TokenAuthentication
from knox.crypto import hash_token
from knox.settings import CONSTANTS
from rest_framework.exceptions import AuthenticationFailed

from workshop.models import ApiToken, User


class HouseTokens(TokenAuthentication):  # type: ignore[misc]  # knox is untyped
    """Knox's tokens, read with one statement.

    Knox itself reads all the tokens of the caller at each call and deletes those that
    are over; here an ended token stays for the desk to see, and opens nothing.
    """

    def authenticate_credentials(self, token: bytes) -> tuple[User, ApiToken]:
        """Return whose token it is, and the token.

        Raises:
            AuthenticationFailed: it is unknown or over, or its user's login is closed.
        """
        try:
            text = token.decode()
            digest = hash_token(text)
        except (UnicodeDecodeError, TypeError, binascii.Error):
            raise AuthenticationFailed(_("Invalid token.")) from None
        rows = ApiToken.objects.filter(token_key=text[: CONSTANTS.TOKEN_KEY_LENGTH])
        for row in rows.select_related("user"):
            if compare_digest(digest, row.digest) and not is_over(row):
                user, found = self.validate_user(row)
                return user, found
        raise AuthenticationFailed(_("Invalid token."))


def is_over(token: ApiToken) -> bool:
    """Return whether a token's time has ended; one without an end has none."""
    return token.expiry is not None and token.expiry <= timezone.now()


class HouseTokenScheme(KnoxTokenScheme):  # type: ignore[no-untyped-call]
    """Tells the API's description that these are knox's tokens."""

    target_class = "workshop.api.tokens.HouseTokens"

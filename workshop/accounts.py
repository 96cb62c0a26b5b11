"""How people sign in: what the house wants differently from allauth's defaults."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from workshop import commands
from workshop.models import User


class HouseAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # untyped
    """Nobody signs up; mail goes out by the outbox."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_password_reset_mail(
        self, user: User, email: str, context: dict[str, Any]
    ) -> None:
        """Ask for the mail; the link in it is made when it is sent.

        A known address then takes as long to answer as an unknown one.
        """
        commands.request_password_reset(user_id=user.pk)

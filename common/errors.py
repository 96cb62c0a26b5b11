"""Refusals a person can read. Every floor raises its own kinds of these."""

import re
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


class DomainError(Exception):
    """A request the house understands and does not grant.

    Attributes:
        code: what programs read; by default the class name in snake case.
        status: the HTTP status this answers with.
        title: what kind of refusal it is, in a few words.
        kept: what of the person's work still stands.
        todo: what the person can do now.
        context: the values the sentence speaks of; kept for logs and the API.
    """

    code: ClassVar[str] = "domain_error"
    status: ClassVar[int] = 409
    title: ClassVar[Text] = _("This cannot be done now")
    default_sentence: ClassVar[Text] = _("The state of things does not allow this.")
    kept: ClassVar[Text] = _("Nothing was changed.")
    todo: ClassVar[Text] = _("Go back, look at the current state and try again.")

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "code" not in cls.__dict__:
            cls.code = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def __init__(self, sentence: Text | None = None, /, **context: Any) -> None:
        super().__init__(sentence)
        self.context = context
        self._sentence = self.default_sentence if sentence is None else sentence

    @property
    def sentence(self) -> str:
        """The refusal in the reader's language."""
        text = str(self._sentence)
        if not self.context:
            return text
        try:
            return text % self.context
        except (KeyError, TypeError, ValueError):
            # A sentence with a stray percent sign is still better than a crash.
            return text

    def __str__(self) -> str:
        return self.sentence


class InvalidInput(DomainError):
    """A value that is not one of those this field takes."""

    status = 400
    title = _("One entry needs another look")
    default_sentence = _("One of the values cannot be used.")
    todo = _("Correct the entry named here and send it again.")

    def __init__(
        self, sentence: Text | None = None, /, *, field: str = "", **context: Any
    ) -> None:
        super().__init__(sentence, field=field, **context)
        self.field = field


class NotAllowed(DomainError):
    """The person may see the thing, but not do this to it."""

    status = 403
    title = _("This is not yours to do")
    default_sentence = _("Your role does not allow this.")
    todo = _("Ask a manager of the house if you need it.")


class SignInRequired(DomainError):
    """Nobody has said who is calling."""

    status = 401
    title = _("Sign in first")
    default_sentence = _("This needs a signed-in person or a machine token.")
    todo = _("Sign in, or send your token in the Authorization header.")


class SecondFactorMissing(NotAllowed):
    """Staff work with a second factor."""

    default_sentence = _("Set up a second factor for your account first.")
    todo = _("Open your account's security page and add an app or a passkey.")


class NotFound(DomainError):
    """The thing is missing or belongs to someone else: both look the same."""

    status = 404
    title = _("Not found")
    default_sentence = _("There is nothing here that you can see.")
    todo = _("Check the link, or go back to where you came from.")


class StaleVersion(DomainError):
    """Somebody else has changed the document in the meantime."""

    status = 412
    title = _("Changed in the meantime")
    default_sentence = _("Somebody else has changed this since you opened it.")
    kept = _("Their change stands; yours was not saved.")
    todo = _("Open it again and repeat your change on the newest version.")


class VersionRequired(DomainError):
    """A change to a versioned document has to say which version it changes."""

    status = 428
    title = _("Version missing")
    default_sentence = _("Send If-Match with the version you have read.")


class KeyMissing(InvalidInput):
    """A command that must run once came without a usable key."""

    code = "idempotency_key_missing"
    default_sentence = _(
        "Send an Idempotency-Key of 1 to 200 visible ASCII characters."
    )


class KeyReused(DomainError):
    """The key has already been used for a different request."""

    code = "idempotency_key_reused"
    status = 422
    title = _("Already sent")
    default_sentence = _("This was sent before, with other values.")
    todo = _("Open the page again, or use a new key, to send something new.")


class Fault(DomainError):
    """Something of ours broke; only the API is told in this shape."""

    status = 500
    title = _("Something broke on our side")
    default_sentence = _("The house could not do this. We have been told.")


class TemporarilyUnavailable(DomainError):
    """The database is away, or a row is held by someone else for too long."""

    status = 503
    title = _("Please wait a moment")
    default_sentence = _("The house is busy or restarting and could not do this now.")
    todo = _("Try again in a few seconds.")
    retry_after_seconds: ClassVar[int] = 5

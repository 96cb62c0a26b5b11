"""Who may enter which route. A route without a row is refused, and fails the build.

Whose object it is (own or someone else's) is asked inside, of `visible_to`; the
column ``other`` says what a customer then gets.
"""

from common.gate import Answer, Rule, public, signed_in

OK = Answer.OK

DESK = Rule(parts=OK, manager=OK)
MANAGERS = Rule(manager=OK)
NOBODY = Rule(
    anonymous=Answer.MISSING,
    customer=Answer.MISSING,
    technician=Answer.MISSING,
    parts=Answer.MISSING,
    manager=Answer.MISSING,
)

ROUTES: dict[str, Rule] = {
    # Signs of life, asked by machines.
    "common:healthz": public(),
    "common:readyz": public(),
    # Signing in, and one's own account. Nobody signs up: people are invited.
    "account_*": public(),
    "account_signup": NOBODY,
    "account_email": signed_in(without_mfa=True),
    "account_change_password": signed_in(without_mfa=True),
    "account_set_password": signed_in(without_mfa=True),
    "account_reauthenticate": signed_in(without_mfa=True),
    "mfa_*": signed_in(without_mfa=True),
    "mfa_authenticate": public(),
    "mfa_login_webauthn": public(),
    # The admin asks for the right to each model besides.
    "admin:*": DESK,
    "admin:login": public(),
    "admin:jsi18n": public(),
}

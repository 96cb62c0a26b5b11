"""What the house's commands, tasks and own sentences are called."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from common import names, sentences

COMMANDS = {
    "accept_invitation": _("Invitation accepted"),
    "change_customer": _("Customer changed"),
    "create_customer": _("Customer entered"),
    "credit_customer": _("Customer credited"),
    "create_token": _("Machine token made"),
    "deactivate_person": _("Login closed"),
    "end_absence": _("Absence taken back"),
    "enter_absence": _("Absence entered"),
    "enter_extra_days": _("Extra days entered"),
    "enter_rate": _("Exchange rate entered"),
    "grant_role": _("Role changed"),
    "invite_person": _("Person invited"),
    "issue_invoice": _("Invoice issued"),
    "reactivate_person": _("Login opened again"),
    "record_deposit": _("Deposit booked"),
    "record_payment": _("Payment booked"),
    "remove_second_factors": _("Second factors removed"),
    "resend_invitation": _("Invitation sent again"),
    "restore_extra_day": _("Extra day entered again"),
    "revoke_invitation": _("Invitation withdrawn"),
    "revoke_token": _("Machine token taken back"),
    "void_invoice": _("Invoice voided"),
    "withdraw_extra_days": _("Extra days withdrawn"),
}
TASKS = {
    "workshop.mail_invitation": _("Mail an invitation"),
    "workshop.mail_password_reset": _("Mail a new password's link"),
}
SENTENCES = (
    gettext_noop("Invoice %(number)s"),
    gettext_noop("Void %(number)s"),
    gettext_noop("Deposit %(subject)s"),
    gettext_noop("Payment %(number)s"),
    gettext_noop("Credit %(number)s"),
    gettext_noop("Refund %(number)s (%(order)s)"),
    gettext_noop("Invitation"),
    gettext_noop("Demo"),
    # How far a fact may be trusted.
    gettext_noop("verified in a source"),
    gettext_noop("commonly known, not verified"),
    gettext_noop("uncertain"),
    gettext_noop("uncertain (name missing)"),
    gettext_noop("uncertain (count conflict)"),
)


def register() -> None:
    """Tell the ground these names."""
    names.register(commands=COMMANDS, tasks=TASKS)
    sentences.register(SENTENCES)

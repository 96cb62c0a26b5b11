"""Everything that changes the house."""

from workshop.commands.customers import change_customer, create_customer
from workshop.commands.extra_days import (
    OpenAlready,
    Window,
    enter_extra_days,
    restore_extra_day,
    withdraw_extra_days,
)
from workshop.commands.invitations import (
    AlreadyHasLogin,
    accept_invitation,
    invite_person,
    resend_invitation,
    revoke_invitation,
)
from workshop.commands.invoices import (
    NotVoidable,
    credit_customer,
    issue_invoice,
    void_invoice,
)
from workshop.commands.payments import (
    ConflictingPayment,
    NoDeposit,
    NotPayable,
    Overpaid,
    apply_deposit,
    record_deposit,
    record_payment,
)
from workshop.commands.people import (
    CustomersKeepTheirRole,
    OwnRights,
    choose_language,
    deactivate_person,
    grant_role,
    reactivate_person,
    remove_second_factors,
    request_password_reset,
    require_manager,
)
from workshop.commands.promises import write_promise
from workshop.commands.rates import enter_rate
from workshop.commands.shifts import (
    AwayAlready,
    end_absence,
    enter_absence,
    note_people_changed,
)
from workshop.commands.tokens import create_token, revoke_token

__all__ = [
    "AlreadyHasLogin",
    "AwayAlready",
    "ConflictingPayment",
    "CustomersKeepTheirRole",
    "NoDeposit",
    "NotPayable",
    "NotVoidable",
    "OpenAlready",
    "Overpaid",
    "OwnRights",
    "Window",
    "accept_invitation",
    "apply_deposit",
    "change_customer",
    "choose_language",
    "create_customer",
    "create_token",
    "credit_customer",
    "deactivate_person",
    "end_absence",
    "enter_absence",
    "enter_extra_days",
    "enter_rate",
    "grant_role",
    "invite_person",
    "issue_invoice",
    "note_people_changed",
    "reactivate_person",
    "record_deposit",
    "record_payment",
    "remove_second_factors",
    "request_password_reset",
    "require_manager",
    "resend_invitation",
    "restore_extra_day",
    "revoke_invitation",
    "revoke_token",
    "void_invoice",
    "withdraw_extra_days",
    "write_promise",
]

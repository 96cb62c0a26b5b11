"""What is done with customers' orders for parts: the buttons of their page."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from parts import commands
from parts.admin import order_forms as asked
from parts.admin.acts import Act, ActForm, Given, ReasonForm
from parts.models import PartsOrder

State = PartsOrder.State

OPEN = (State.QUOTE, State.ACCEPTED, State.CONFIRMED)
AGREED = (State.CONFIRMED, State.SHIPPED, State.DELIVERED)


def pick(given: Given) -> object:
    lines = [line.pk for line in given.values["lines"]]
    return commands.create_pick_list(
        order_id=given.row.pk, line_ids=lines or None, **given.once
    )


def give_up(given: Given) -> object:
    lines = [line.pk for line in given.values["lines"]]
    return commands.cancel_order_lines(
        order_id=given.row.pk,
        line_ids=lines or None,
        reason=given.values["reason"],
        **given.who,
    )


def agree_return(given: Given) -> object:
    values = {**given.values, "line_id": given.values["line"].pk}
    del values["line"]
    return commands.agree_return(**values, **given.once)


def change_terms(given: Given) -> object:
    said = {
        name: value
        for name, value in given.values.items()
        if value is not None and (value != "" or name in ("incoterm", "ship_to"))
    }
    return commands.change_quote(
        order_id=given.row.pk, terms=commands.Terms(**said), **given.once
    )


ACTS = (
    Act(
        name="confirm",
        label=_("Confirm for the customer"),
        form=ActForm,
        run=lambda given: commands.confirm_parts_order(
            order_id=given.row.pk, **given.who
        ),
        done=_("The order is confirmed; its parts are held or wait for the deposit."),
        suits=lambda row: row.state == State.QUOTE,
    ),
    Act(
        name="terms",
        label=_("Change the terms"),
        form=asked.TermsForm,
        run=change_terms,
        done=_("The terms are changed. Send the quote again."),
        suits=lambda row: row.state == State.QUOTE,
    ),
    Act(
        name="send",
        label=_("Send to the customer"),
        form=asked.OfferForm,
        run=lambda given: commands.offer_quote(
            order_id=given.row.pk, **given.values, **given.who
        ),
        done=_("The quote is sent."),
        suits=lambda row: row.state == State.QUOTE,
    ),
    Act(
        name="hold",
        label=_("Hold until the last day"),
        form=ActForm,
        run=lambda given: commands.hold_quote(order_id=given.row.pk, **given.once),
        done=_("What lies free is held for this quote."),
        suits=lambda row: row.state == State.QUOTE and row.valid_until is not None,
    ),
    Act(
        name="deposit",
        label=_("The deposit has come"),
        form=ActForm,
        run=lambda given: commands.settle_deposit(order_id=given.row.pk, **given.who),
        done=_("The parts are held."),
        suits=lambda row: row.state == State.ACCEPTED,
    ),
    Act(
        name="waive",
        label=_("Go on without the deposit"),
        form=ReasonForm,
        run=lambda given: commands.waive_deposit(
            order_id=given.row.pk, **given.values, **given.who
        ),
        done=_("The parts are held."),
        suits=lambda row: row.state == State.ACCEPTED,
    ),
    Act(
        name="pick",
        label=_("Write a pick list"),
        form=asked.PickForm,
        run=pick,
        done=_("The pick list is written."),
        onward=lambda made: reverse("admin:parts_shipment_pick", args=[made.pk]),
        suits=lambda row: row.state == State.CONFIRMED,
    ),
    Act(
        name="ship",
        label=_("Ship what is ready"),
        form=asked.CarrierForm,
        run=lambda given: commands.ship_parts_order(
            order_id=given.row.pk, **given.values, **given.once
        ),
        done=_("Shipped."),
        suits=lambda row: row.state == State.CONFIRMED,
    ),
    Act(
        name="invoice",
        label=_("Invoice the rest"),
        form=asked.DueForm,
        run=lambda given: commands.invoice_parts_order(
            order_id=given.row.pk, **given.values, **given.who
        ),
        done=_("The invoice is issued."),
        suits=lambda row: row.state in AGREED and row.balance_invoice_id is None,
    ),
    Act(
        name="return",
        label=_("Agree on a return"),
        form=asked.ReturnForm,
        run=agree_return,
        done=_("The return is expected."),
        onward=lambda made: reverse("admin:parts_return_change", args=[made.pk]),
        suits=lambda row: row.state in AGREED,
    ),
    Act(
        name="give-up",
        label=_("Give up what is still to come"),
        form=asked.GiveUpForm,
        run=give_up,
        done=_("The rest is given up."),
        suits=lambda row: row.state == State.CONFIRMED,
        is_danger=True,
    ),
    Act(
        name="cancel",
        label=_("Cancel this customer's order"),
        form=ReasonForm,
        run=lambda given: commands.cancel_parts_order(
            order_id=given.row.pk, **given.values, **given.who
        ),
        done=_("The order is cancelled."),
        suits=lambda row: row.state in OPEN,
        is_danger=True,
    ),
)

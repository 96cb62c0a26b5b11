"""Queue entry points of the parts house. Each reads the clock and calls one command."""

from collections.abc import Mapping

from celery import shared_task
from django.utils import timezone

from common.canonical import JSON
from common.outbox_task import outbox_task
from common.schedule import scheduled
from parts import commands
from parts.commands import importing

DAY_SECONDS = 86_400


@outbox_task("parts.check_availability")
def check_availability(
    *,
    demand_ids: list[int] | None = None,
    part_ids: list[int] | None = None,
    cause: Mapping[str, JSON] | None = None,
) -> None:
    """Answer the demands of touched parts. Idempotent: it reads the present state.

    What has come free is held first for the customers' orders that wait for it.

    Args:
        demand_ids: demands whose parts are asked about.
        part_ids: parts that are asked about besides.
        cause: what set this off, handed on to those who wait.
    """
    if part_ids:
        commands.serve_back_orders(part_ids=part_ids, at=timezone.now())
    commands.check_availability(
        demand_ids=demand_ids, part_ids=part_ids, cause=cause, at=timezone.now()
    )


@outbox_task("parts.learn_lead_times")
def learn_lead_times(*, supplier_ids: list[int]) -> None:
    """Learn how long suppliers took, after a delivery. Idempotent.

    Args:
        supplier_ids: whose deliveries there is news of.
    """
    commands.learn_lead_times(supplier_ids=supplier_ids, at=timezone.now())


@shared_task(name="parts.learn_all_lead_times")
@scheduled("parts.learn_all_lead_times", slot_seconds=DAY_SECONDS)
def learn_all_lead_times() -> None:
    """Learn how long all suppliers took, once a day. Idempotent."""
    commands.learn_lead_times(at=timezone.now())


@outbox_task("parts.note_arrivals")
def note_arrivals(*, group_keys: list[str]) -> None:
    """Tell of groups of wishes that are here whole, each once. Idempotent.

    Args:
        group_keys: groups in which a wish was served or given up.
    """
    commands.note_arrivals(group_keys=group_keys, at=timezone.now())


@outbox_task("parts.invoice_paid")
def invoice_paid(*, subject_key: str) -> None:
    """Hold an order's parts once its deposit is paid. Other invoices are passed over.

    Args:
        subject_key: what the paid invoice was for.
    """
    kind, _colon, key = subject_key.partition(":")
    if kind == "parts-order" and key.isdecimal():
        commands.settle_paid_deposit(order_id=int(key), at=timezone.now())


@shared_task(name="parts.check_all")
@scheduled("parts.check_all", slot_seconds=DAY_SECONDS)
def check_all() -> None:
    """Answer every open demand again, once a day. Idempotent."""
    commands.check_all_availability(at=timezone.now())


@shared_task(name="parts.release_lapsed_holds")
def release_lapsed_holds() -> None:
    """Every minute: give back holds whose time is over. Idempotent."""
    commands.release_lapsed_holds(at=timezone.now())


@outbox_task("parts.check_import")
def check_import(*, import_id: int) -> None:
    """Check a file's rows. Idempotent: it goes on where a killed worker stopped."""
    importing.check_import(import_id=import_id, at=timezone.now())


@outbox_task("parts.write_import")
def write_import(*, import_id: int) -> None:
    """Write a checked file. Idempotent: a file is written in one transaction."""
    importing.write_import(import_id=import_id, at=timezone.now())

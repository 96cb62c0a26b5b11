"""What if: a changed copy of the shop is planned, made real or thrown away."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from common import audit, outbox
from common.errors import DomainError, InvalidInput
from restoration import queries
from restoration.commands import solving
from restoration.commands.making_real import make_real
from restoration.commands.planning import Solver, alone, solved, told
from restoration.commands.plans import RUN_SCENARIO, begin_plan, fail_plan
from restoration.commands.projects import WrongState, existing
from restoration.commands.publishing import keep_plan
from restoration.commands.running import once
from restoration.models import PlanRun, Scenario
from restoration.queries import PlanInput, ShopChanges
from workshop import planner
from workshop.commands import require_manager
from workshop.models import Site

LONGEST_NAME = 120
State = Scenario.State
CLOSED = (State.PUBLISHED, State.DISCARDED)
Change = Mapping[str, Any]


class NothingToCompare(DomainError):
    """A scenario is read against the plan in force."""

    todo = _("Have the site planned first.")


def open_scenario(
    *,
    site_id: int,
    name: str,
    changes: Sequence[Change],
    user_id: int,
    key: str,
    at: datetime,
) -> Scenario:
    """Ask what if; a worker plans the copy, and nothing in the house changes.

    Args:
        site_id: whose cars, people and bays.
        name: what to call it, 1 to 120 characters.
        changes: as `queries.read_changes` takes them.
        user_id: the manager who asks.
        key: idempotency key.
        at: now, aware.

    Raises:
        NotAllowed: not a manager.
        NotFound: no such site.
        InvalidInput: no name, or a change that cannot be read.
        NothingToCompare: the site has no plan in force.
        KeyReused: the key belongs to another request.

    Source: docs/domain/planning.md, rule P20.
    """
    if not 1 <= len(name.strip()) <= LONGEST_NAME:
        raise InvalidInput(
            _("Call it something in 1 to %(longest)s characters."),
            field="name",
            longest=LONGEST_NAME,
        )

    def work() -> int:
        require_manager(user_id)
        site = existing(Site.objects.filter(pk=site_id).first())
        scenario = Scenario(
            site=site,
            name=name.strip(),
            changes=queries.kept_changes(site, changes),
            created_by_id=user_id,
            created_at=at,
        )
        _ask(scenario, user_id, at)
        _audit(scenario, "open_scenario", user_id, at)
        return scenario.pk

    body = {"site": site_id, "name": name, "changes": list(changes)}
    pk = once(key=key, user_id=user_id, command="open_scenario", body=body, work=work)
    return read_scenario(pk)


def reckon_scenario(
    *,
    scenario_id: int,
    changes: Sequence[Change],
    user_id: int,
    key: str,
    at: datetime,
) -> Scenario:
    """Plan a scenario again, with other changes or against a newer plan.

    Args:
        scenario_id: the scenario, not closed and not being planned.
        changes: all of them, the old ones are forgotten.
        user_id: the manager who asks.
        key: idempotency key.
        at: now, aware.

    Raises:
        NotAllowed: not a manager.
        NotFound: no such scenario.
        WrongState: it is closed or being planned.
        InvalidInput, NothingToCompare, KeyReused: as in `open_scenario`.
    """

    def work() -> int:
        require_manager(user_id)
        scenario = _locked(scenario_id, State.READY, State.FAILED, State.OPEN)
        scenario.changes = queries.kept_changes(scenario.site, changes)
        scenario.result = {}
        _ask(scenario, user_id, at)
        _audit(scenario, "reckon_scenario", user_id, at)
        return scenario.pk

    body = {"scenario": scenario_id, "changes": list(changes)}
    pk = once(key=key, user_id=user_id, command="reckon_scenario", body=body, work=work)
    return read_scenario(pk)


def publish_scenario(
    *, scenario_id: int, user_id: int, key: str, at: datetime
) -> Scenario:
    """Make a scenario real as far as commands reach, and say what is left to do.

    Absences and Saturdays are entered, a part on its way gets its new day, and the
    house plans anew. The rest stays for people to do: ``left_to_do`` has it.

    Args:
        scenario_id: ready.
        user_id: the manager who decides.
        key: idempotency key.
        at: now, aware.

    Raises:
        NotAllowed: not a manager.
        NotFound: no such scenario.
        WrongState: it is not ready.
        InvalidInput: who was to be away has left the house.
        AwayAlready: somebody is away within that time already.
        OpenAlready: hours of such a Saturday are entered already.
        KeyReused: the key belongs to another request.
    """

    def work() -> int:
        require_manager(user_id)
        scenario = _locked(scenario_id, State.READY)
        left = make_real(scenario, user_id=user_id, at=at)
        scenario.left_to_do = left
        _close(scenario, State.PUBLISHED, user_id, at)
        _audit(scenario, "publish_scenario", user_id, at)
        return scenario.pk

    body = {"scenario": scenario_id}
    pk = once(
        key=key, user_id=user_id, command="publish_scenario", body=body, work=work
    )
    return read_scenario(pk)


def discard_scenario(
    *, scenario_id: int, user_id: int, key: str, at: datetime
) -> Scenario:
    """Throw a scenario away. Twice changes nothing.

    Args:
        scenario_id: not made real.
        user_id: the manager who decides.
        key: idempotency key.
        at: now, aware.

    Raises:
        NotAllowed: not a manager.
        NotFound: no such scenario.
        WrongState: it was made real.
        KeyReused: the key belongs to another request.
    """

    def work() -> int:
        require_manager(user_id)
        scenario = _locked(scenario_id, *set(State) - {State.PUBLISHED})
        if scenario.state != State.DISCARDED:
            _close(scenario, State.DISCARDED, user_id, at)
            _audit(scenario, "discard_scenario", user_id, at)
        return scenario.pk

    body = {"scenario": scenario_id}
    pk = once(
        key=key, user_id=user_id, command="discard_scenario", body=body, work=work
    )
    return read_scenario(pk)


def run_scenario(
    *,
    run_id: int,
    clock: Callable[[], datetime],
    seconds: float | None = None,
    solver: Solver | None = None,
) -> Scenario | None:
    """Plan a scenario's copy of the shop. A run that is over is left alone.

    Args:
        run_id: the run that was asked for.
        clock: returns now, aware.
        seconds: wall time of the search; None: as usual.
        solver: turns a problem into a plan; None: a process of its own does.

    Raises:
        PlanBusy: a run before did not end in two minutes.
    """
    asked = Scenario.objects.filter(run=run_id).first()
    if asked is None:
        return None
    with alone(asked.site_id):
        run = begin_plan(run_id=run_id, at=clock())
        # Read after the wait: meanwhile it may have been thrown away.
        scenario = read_scenario(asked.pk)
        if run is None:
            return scenario
        try:
            changes = _shop_changes(scenario)
            given, plan, notes = solved(
                run, clock(), seconds=seconds, solver=solver, changes=changes
            )
        except solving.PlannerFailed as error:
            _fail(scenario, run, error, clock())
        else:
            _keep(scenario, run, given, plan, notes, clock())
    return read_scenario(scenario.pk)


def _shop_changes(scenario: Scenario) -> ShopChanges:
    if scenario.state in CLOSED:
        raise solving.PlannerFailed("CLOSED", "closed before its turn came")
    try:
        return queries.read_changes(scenario.site, scenario.changes)
    except InvalidInput as error:
        raise solving.PlannerFailed("CHANGED", f"{error.field}: {error}") from error


@transaction.atomic
def _fail(
    scenario: Scenario, run: PlanRun, error: solving.PlannerFailed, at: datetime
) -> None:
    fail_plan(run_id=run.pk, error=error.reason, refusal=told(error), at=at)
    rows = Scenario.objects.filter(pk=scenario.pk, state=State.RUNNING)
    rows.update(state=State.FAILED)


@transaction.atomic
def _keep(
    scenario: Scenario,
    run: PlanRun,
    given: PlanInput,
    plan: planner.Plan,
    notes: dict[str, Any],
    at: datetime,
) -> None:
    keep_plan(run=run, given=given, plan=plan, notes=notes, at=at)
    base = existing(scenario.base)
    result = queries.scenario_result(given, plan, base, scenario.changes)
    rows = Scenario.objects.filter(pk=scenario.pk, state=State.RUNNING)
    rows.update(state=State.READY, result=result)


def read_scenario(scenario_id: int) -> Scenario:
    """Return a scenario with its site and runs."""
    rows = Scenario.objects.select_related("site", "run", "base")
    return rows.get(pk=scenario_id)


def _locked(scenario_id: int, *states: str) -> Scenario:
    rows = Scenario.objects.locked().select_related("site")
    scenario = existing(rows.filter(pk=scenario_id).first())
    if scenario.state not in states:
        raise WrongState(
            _("“%(scenario)s” is “%(state)s”; this cannot be done now."),
            scenario=scenario.name,
            state=scenario.get_state_display(),
        )
    return scenario


def _ask(scenario: Scenario, user_id: int, at: datetime) -> None:
    base = PlanRun.objects.filter(site=scenario.site, is_in_force=True).first()
    if base is None:
        raise NothingToCompare(_("The site has no plan to compare with."))
    scenario.base = base
    scenario.run = PlanRun.objects.create(
        site=scenario.site,
        kind=PlanRun.Kind.SCENARIO,
        cause={"kind": "SCENARIO"},
        requested_by_id=user_id,
        requested_at=at,
    )
    scenario.state = State.RUNNING
    scenario.save()
    outbox.write(
        RUN_SCENARIO, subject=f"plan-run:{scenario.run.pk}", run_id=scenario.run.pk
    )


def _close(scenario: Scenario, state: str, user_id: int, at: datetime) -> None:
    scenario.state = state
    scenario.closed_by_id = user_id
    scenario.closed_at = at
    scenario.save(update_fields=["state", "closed_by", "closed_at", "left_to_do"])


def _audit(scenario: Scenario, command: str, user_id: int, at: datetime) -> None:
    audit.record(
        subject=f"site:{scenario.site_id}",
        command=command,
        actor_id=user_id,
        at=at,
        detail={"scenario": scenario.pk},
    )

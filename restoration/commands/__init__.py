"""Everything that changes what is done to which car."""

from restoration.commands.approvals import decide_estimate
from restoration.commands.estimates import (
    EmptyEstimate,
    draft_estimate,
    send_estimate,
)
from restoration.commands.planning import PlanBusy, run_plan
from restoration.commands.plans import answer_changed_parts, request_plan
from restoration.commands.projects import (
    WrongState,
    open_project,
    record_arrival,
)
from restoration.commands.publishing import publish_plan
from restoration.commands.release import release_work
from restoration.commands.vehicles import (
    OwnedByAnother,
    change_owner,
    enter_unlisted_vehicle,
    enter_vehicle,
)

__all__ = [
    "EmptyEstimate",
    "OwnedByAnother",
    "PlanBusy",
    "WrongState",
    "answer_changed_parts",
    "change_owner",
    "decide_estimate",
    "draft_estimate",
    "enter_unlisted_vehicle",
    "enter_vehicle",
    "open_project",
    "publish_plan",
    "record_arrival",
    "release_work",
    "request_plan",
    "run_plan",
    "send_estimate",
]

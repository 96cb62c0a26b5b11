"""Everything that changes what is done to which car."""

from restoration.commands.approvals import EstimateExpired, decide_estimate
from restoration.commands.arbitrating import (
    ClaimsChanged,
    arbitrate,
    propose_arbitration,
)
from restoration.commands.cancelling import cancel_project
from restoration.commands.card_parts import draw_parts, note_parts_arrived
from restoration.commands.cards import (
    ClockRuns,
    NothingClocked,
    NotReady,
    WrongSkill,
    finish_card,
    pause_card,
    start_card,
)
from restoration.commands.checks import (
    check_item,
    raise_finding,
    record_measurement,
)
from restoration.commands.claim_rules import set_claim_rule
from restoration.commands.estimates import (
    EmptyEstimate,
    draft_estimate,
    send_estimate,
)
from restoration.commands.extra_days import (
    batch_of,
    entered_batch,
    open_extra_days,
)
from restoration.commands.feeds import issue_feed, revoke_feed
from restoration.commands.hand_over import StillOpen, hand_over, obstacles_of
from restoration.commands.originals import (
    AlreadySettled,
    ConsentMissing,
    judge_removed_part,
    settle_removed_part,
    tag_removed_part,
)
from restoration.commands.parts_news import note_part_seen, note_parts_replaced
from restoration.commands.pins import PinRefused, pin_card, release_pin
from restoration.commands.plan_again import plan_again
from restoration.commands.planning import LOOKS, PlanBusy, run_plan
from restoration.commands.plans import answer_changed_parts, request_plan
from restoration.commands.projects import (
    OPEN_STATES,
    WrongState,
    open_project,
    record_arrival,
)
from restoration.commands.publishing import forget_plans_before, publish_plan
from restoration.commands.release import CircularWork, release_work
from restoration.commands.remaining import state_remaining
from restoration.commands.scenarios import (
    NothingToCompare,
    discard_scenario,
    open_scenario,
    publish_scenario,
    reckon_scenario,
    run_scenario,
)
from restoration.commands.vehicles import (
    OwnedByAnother,
    change_owner,
    enter_unlisted_vehicle,
    enter_vehicle,
)
from restoration.commands.watching import plan_at_night, replan_for_people, watch_plans

__all__ = [
    "LOOKS",
    "OPEN_STATES",
    "AlreadySettled",
    "CircularWork",
    "ClaimsChanged",
    "ClockRuns",
    "ConsentMissing",
    "EmptyEstimate",
    "EstimateExpired",
    "NotReady",
    "NothingClocked",
    "NothingToCompare",
    "OwnedByAnother",
    "PinRefused",
    "PlanBusy",
    "StillOpen",
    "WrongSkill",
    "WrongState",
    "answer_changed_parts",
    "arbitrate",
    "batch_of",
    "cancel_project",
    "change_owner",
    "check_item",
    "decide_estimate",
    "discard_scenario",
    "draft_estimate",
    "draw_parts",
    "enter_unlisted_vehicle",
    "enter_vehicle",
    "entered_batch",
    "finish_card",
    "forget_plans_before",
    "hand_over",
    "issue_feed",
    "judge_removed_part",
    "note_part_seen",
    "note_parts_arrived",
    "note_parts_replaced",
    "obstacles_of",
    "open_extra_days",
    "open_project",
    "open_scenario",
    "pause_card",
    "pin_card",
    "plan_again",
    "plan_at_night",
    "propose_arbitration",
    "publish_plan",
    "publish_scenario",
    "raise_finding",
    "reckon_scenario",
    "record_arrival",
    "record_measurement",
    "release_pin",
    "release_work",
    "replan_for_people",
    "request_plan",
    "revoke_feed",
    "run_plan",
    "run_scenario",
    "send_estimate",
    "set_claim_rule",
    "settle_removed_part",
    "start_card",
    "state_remaining",
    "tag_removed_part",
    "watch_plans",
]

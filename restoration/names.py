"""What the commands, tasks and codes of restoration are called."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, pgettext_lazy

from common import names, sentences

COMMANDS = {
    "arbitrate": _("Scarce part decided"),
    "propose_arbitration": _("Scarce part: order proposed"),
    "set_claim_rule": _("Rule for scarce parts set"),
    "approve_estimate": _("Estimate approved"),
    "cancel_project": _("Project cancelled"),
    "change_owner": _("Owner changed"),
    "check_item": _("Item checked"),
    "decide_estimate": _("Estimate decided"),
    "decline_estimate": _("Estimate declined"),
    "discard_scenario": _("Scenario thrown away"),
    "draft_estimate": _("Estimate drafted"),
    "draw_parts": _("Parts drawn for a card"),
    "enter_vehicle": _("Vehicle entered"),
    "finish_card": _("Card finished"),
    "finish_work": _("Work finished"),
    "hand_over": _("Car handed over"),
    "issue_feed": _("Calendar feed issued"),
    "judge_removed_part": _("Original judged"),
    "open_extra_days": _("Extra days entered"),
    "open_project": _("Project opened"),
    "open_scenario": _("Scenario opened"),
    "parts_arrived_card": _("All parts have arrived for a card"),
    "pause_card": _("Card paused"),
    "pin_card": _("Card pinned"),
    "plan_again": _("New plan asked for"),
    "publish_scenario": _("Scenario made real"),
    "raise_finding": _("Finding raised"),
    "reckon_scenario": _("Scenario reckoned again"),
    "record_arrival": _("Car arrived"),
    "record_measurement": _("Measurement recorded"),
    "release_pin": _("Pin released"),
    "revoke_feed": _("Calendar feed revoked"),
    "send_estimate": _("Estimate sent"),
    "settle_removed_part": _("Original's fate settled"),
    "start_card": _("Card started"),
    "state_remaining": _("Remaining work estimated"),
    "tag_removed_part": _("Original tagged"),
}
TASKS = {
    "restoration.forget_old_bookings": _("Forget the bookings of old plans"),
    "restoration.mail_estimate": _("Mail an estimate"),
    "restoration.mail_finding": _("Mail a finding"),
    "restoration.mail_hand_over": _("Mail the hand-over"),
    "restoration.mail_promise": _("Mail a promised date"),
    "restoration.mail_part_seen": _("Mail that a watched part was seen"),
    "restoration.part_seen": _("Note that a watched part was seen"),
    "restoration.parts_replaced": _("Show replaced parts on cards"),
    "restoration.parts_answers_changed": _("Take in new answers about parts"),
    "restoration.parts_arrived": _("Note cards whose parts have arrived"),
    "restoration.people_changed": _("Plan anew for changed people, hours or bays"),
    "restoration.plan_at_night": _("Ask for the longer plan of the night"),
    "restoration.plan_scenario": _("Plan a scenario"),
    "restoration.plan_site": _("Plan a site"),
    "restoration.watch_plans": _("Look for work that runs over its plan"),
}
DOSSIER_KINDS: dict[str, str | Promise] = {
    "APPROVAL": pgettext_lazy("dossier", "Approval"),
    "FINDING": pgettext_lazy("dossier", "Finding"),
    "MEASUREMENT": pgettext_lazy("dossier", "Measurement"),
    "ORIGINAL": pgettext_lazy("dossier", "Removed original"),
    "PART": pgettext_lazy("dossier", "Fitted part"),
    "PROMISE": pgettext_lazy("dossier", "Promise"),
    "SEAL": pgettext_lazy("dossier", "Seal"),
    "WORK": pgettext_lazy("dossier", "Work"),
}
OPTIONS: dict[str, str | Promise] = {
    "ENGINE_MENU": pgettext_lazy("option", "Engine menu"),
    "EXPORT": pgettext_lazy("option", "Export"),
    "OPTIONAL": pgettext_lazy("option", "Optional"),
    "RESTOMOD": pgettext_lazy("option", "Restomod"),
    "SERVICE_JOB": pgettext_lazy("option", "Service job"),
}
SENTENCES = (
    # On what a number of hours rests.
    gettext_noop("estimate"),
    gettext_noop("published (Garage Yoshida team, about 6 h)"),
    gettext_noop("published (Porsche 356, for scale only)"),
    # What an operation needs at hand.
    gettext_noop("3D measuring jig"),
    gettext_noop("4-post rig"),
    gettext_noop("4WD chassis dyno"),
    gettext_noop("A/C station"),
    gettext_noop("CRM"),
    gettext_noop("IR lamp"),
    gettext_noop("MIG/spot welder"),
    gettext_noop("V-blocks, press"),
    gettext_noop("alignment bench"),
    gettext_noop("balancer"),
    gettext_noop("ball joint press"),
    gettext_noop("blast booth"),
    gettext_noop("bleeder, diagnosis tool"),
    gettext_noop("booth"),
    gettext_noop("bore gauge, straight edge, pressure rig"),
    gettext_noop("borescope lamp, camera"),
    gettext_noop("boring bar, hone"),
    gettext_noop("camera, lift"),
    gettext_noop("clean room, torque wrench"),
    gettext_noop("compression gauge, dial gauge, borescope"),
    gettext_noop("continuity tester"),
    gettext_noop("diagnosis tool"),
    gettext_noop("diagnosis tool, lift, gauges"),
    gettext_noop("dial gauge, preload gauge"),
    gettext_noop("die grinder"),
    gettext_noop("dip line"),
    gettext_noop("engine bench"),
    gettext_noop("engine stand, parts washer"),
    gettext_noop("frame jig"),
    gettext_noop("gap gauge"),
    gettext_noop("label printer, bins"),
    gettext_noop("leak-down tester"),
    gettext_noop("lift lamp, camera"),
    gettext_noop("lift, borescope, pick"),
    gettext_noop("lift, brake tester"),
    gettext_noop("lift, engine table"),
    gettext_noop("lift, jig trolley"),
    gettext_noop("micrometer, bore gauge"),
    gettext_noop("micrometer, shim set"),
    gettext_noop("ordering system"),
    gettext_noop("oscilloscope/voltmeter"),
    gettext_noop("paint gauge"),
    gettext_noop("paint gauge, gloss meter"),
    gettext_noop("parts catalogue (FAST)"),
    gettext_noop("press"),
    gettext_noop("press, special tools"),
    gettext_noop("rigidity rig"),
    gettext_noop("sealer gun"),
    gettext_noop("shower booth"),
    gettext_noop("spectrophotometer"),
    gettext_noop("spot welder"),
    gettext_noop("spot welder, kit panels"),
    gettext_noop("spring compressor"),
    gettext_noop("surface grinder"),
    gettext_noop("test course"),
    gettext_noop("torque wrench"),
    gettext_noop("valve seat cutter"),
    gettext_noop("wet blast booth"),
    # What a template is for.
    gettext_noop(
        "The car as it left the works: every operation that an option does not call for"
    ),
    gettext_noop(
        "Full restoration with a stiffened shell, an engine menu, modern parts and the "
        "approval papers"
    ),
    gettext_noop("A small job: belt, pulleys, seals and water pump in the car"),
)


def register() -> None:
    """Tell the ground these names."""
    names.register(commands=COMMANDS, tasks=TASKS)
    sentences.register(SENTENCES)


def dossier_kind(kind: str) -> str:
    """Return what a line of a car's story tells of; an unknown one stays."""
    return str(DOSSIER_KINDS.get(kind, kind))


def option_name(option: str) -> str:
    """Return what an operation is an option of; an unknown one stays."""
    return str(OPTIONS.get(option, option))

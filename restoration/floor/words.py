"""What the floor calls things: states, reasons, steps, areas."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from common.errors import DomainError, StaleVersion
from restoration import commands
from restoration.models import ChecklistItem, JobCard, JobCardEvent, RemovedPart

State = JobCard.State
Result = ChecklistItem.Result
Word = str | Promise
Reasons = tuple[tuple[str, Word], ...]
MISTAKE = "MISTAKE"

# The codes are kept with the card's events; people read the words.
PAUSE_REASONS: Reasons = (
    ("BREAK", gettext_lazy("Break")),
    ("END_OF_DAY", gettext_lazy("End of the day")),
    ("PART_MISSING", gettext_lazy("A part is missing")),
    ("QUESTION", gettext_lazy("A question for the desk")),
    ("TOOL_OR_BAY", gettext_lazy("Tool or bay is taken")),
    ("OTHER_CARD", gettext_lazy("Another card comes first")),
    ("CURING", gettext_lazy("Has to dry or cool")),
)
WITHOUT_PARTS: Reasons = (
    ("NOT_NEEDED_YET", gettext_lazy("It is needed only later in this card")),
    ("ARRIVES_MEANWHILE", gettext_lazy("It arrives while I work")),
    ("OLD_ONE_FIRST", gettext_lazy("I fit the old one first to try")),
)
REASONS: dict[str, Word] = {
    **dict(PAUSE_REASONS),
    **dict(WITHOUT_PARTS),
    MISTAKE: gettext_lazy("Started by mistake"),
    "OUTSIDE": gettext_lazy("Away with another house"),
}
FOUND: Reasons = (
    ("RUST", gettext_lazy("Rust")),
    ("CRACK", gettext_lazy("Crack")),
    ("WEAR", gettext_lazy("Worn out")),
    ("LEAK", gettext_lazy("Leak")),
    ("DENT", gettext_lazy("Dent or bend")),
    ("OLD_REPAIR", gettext_lazy("Bad old repair")),
    ("MISSING", gettext_lazy("Something is missing")),
    ("NOT_ORIGINAL", gettext_lazy("Not the original part")),
)
UNITS = ("mm", "L", "V", "kg/cm2", "%", "°", "N·m", "°C")
AREAS: dict[str, Word] = {
    "ENGINE": pgettext_lazy("area", "Engine"),
    "BODY": pgettext_lazy("area", "Body"),
    "DRIVELINE": pgettext_lazy("area", "Driveline"),
    "BRAKE": pgettext_lazy("area", "Brakes"),
    "CHASSIS": pgettext_lazy("area", "Chassis"),
    "COOLING": pgettext_lazy("area", "Cooling"),
    "ELECTRICAL": pgettext_lazy("area", "Electrics"),
    "INTERIOR": pgettext_lazy("area", "Interior"),
    "IDENTITY": pgettext_lazy("area", "Identity of the car"),
    "STATUTORY_24M": pgettext_lazy("area", "Statutory 24-month inspection"),
    "STRUCTURAL_CHANGE": pgettext_lazy("area", "Structural change"),
}
CONFIDENCE: dict[str, Word] = {
    "commonly known, not verified": gettext_lazy(
        "Commonly known, not verified: check the service manual"
    ),
    "verified in a source": gettext_lazy("From a source"),
}
VERIFIED = "verified in a source"


@dataclass(frozen=True, slots=True)
class Mark:
    """One of the five states with the card's own word."""

    state: str
    label: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refusal told in the page: what happened, what was kept, what to do."""

    title: str
    sentence: str
    kept: str
    todo: str
    url: str = ""
    label: str = ""


def card_mark(card: JobCard, blockers: object = None) -> Mark:
    """Return how a card stands.

    Args:
        card: the card.
        blockers: what it waits for; anything true keeps it from starting.
    """
    waits = bool(blockers)
    marks = {
        State.RUNNING: Mark("RUNNING", card.get_state_display()),
        State.PAUSED: Mark("BLOCKED" if waits else "WAITING", card.get_state_display()),
        State.DONE: Mark("DONE", card.get_state_display()),
        State.CANCELLED: Mark("WAITING", card.get_state_display()),
    }
    ready = Mark("WAITING", _("Not ready")) if waits else Mark("READY", _("Ready"))
    return marks.get(State(card.state), ready)


def reason_words(reason: str) -> str:
    """Return a kept reason in the reader's language; free words stay as they are."""
    return str(REASONS.get(reason, reason))


def event_words(event: JobCardEvent) -> Mark:
    """Return what one change of a card is called, with its state."""
    words = {
        "start": Mark("RUNNING", _("Started")),
        "pause": Mark("WAITING", _("Paused")),
        "finish": Mark("DONE", _("Finished")),
        "cancel": Mark("BLOCKED", _("Cancelled")),
        "parts_arrived": Mark("READY", _("All parts have arrived")),
    }
    return words.get(event.command, Mark("WAITING", event.command))


def refusal_words(error: DomainError, running_url: str) -> Refusal:
    """Tell a refusal where it happened; the page around it is the newest state.

    Args:
        error: what the command said.
        running_url: the card on which the technician's clock runs, or ''.
    """
    todo, url, label = str(error.todo), "", ""
    if isinstance(error, StaleVersion) or error.todo is DomainError.todo:
        todo = _("This page now shows the newest state. Tap again if it still fits.")
    elif isinstance(error, commands.ClockRuns) and running_url:
        url, label = running_url, _("Go to the running card")
    return Refusal(
        title=str(error.title),
        sentence=error.sentence,
        kept=str(error.kept),
        todo=todo,
        url=url,
        label=label,
    )


def area_words(area: str) -> str:
    """Return the name of an area of the car; an unknown one stays as it is."""
    return str(AREAS.get(area, area))


def confidence_words(confidence: str) -> str:
    """Return how sure a limit is."""
    return str(CONFIDENCE.get(confidence, confidence))


def verdicts() -> list[tuple[str, Word]]:
    """Return what may be said of an original, as buttons."""
    undecided = RemovedPart.Verdict.UNDECIDED
    return [choice for choice in RemovedPart.Verdict.choices if choice[0] != undecided]

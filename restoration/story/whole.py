"""The whole story, step by step, and what is said when it cannot go on."""

from collections.abc import Callable
from functools import partial
from io import StringIO

from django.core.management import call_command
from django.utils.translation import gettext as _

from restoration.story import agreement, arguing, planning, store, working
from restoration.story.again import take
from restoration.story.cast import Story
from restoration.story.journal import Journal
from restoration.story.telling import Teller
from restoration.story.waiting import Stuck

# These find the story's car, project and estimate; taken again they find the same.
CASTING: tuple[Callable[[Story], None], ...] = (
    agreement.take_in,
    agreement.estimate,
    agreement.decide,
)
STEPS = (
    *CASTING,
    planning.availability,
    planning.plan,
    working.floor,
    planning.late_part,
    arguing.ill,
    working.small_job,
    store.succeeded,
    store.back_order,
    store.stocktake,
    store.give_back,
    planning.settle_down,
)


def tell_all(begin: Callable[[], Story], tell: Teller, journal: Journal) -> None:
    """Take every step, each again where PostgreSQL went away and came back.

    A story that was interrupted finds its cast again and goes on in the step it was in:
    what that step has done is known to the journal and by its keys.

    Raises:
        Gone: a service stayed away.
        Stuck: something did not happen, or is wrong.
    """
    tell.told_before = journal.was_at
    story = take(tell, begin)
    for number, step in enumerate(STEPS, 1):
        if number < journal.was_at and step not in CASTING:
            tell.number = number
            continue
        journal.begin_step(number)
        take(tell, partial(step, story))
    take(tell, partial(prove, tell))
    tell.end()


def tell_interruption(tell: Teller, journal: Journal, other: Journal | None) -> None:
    """Say what an earlier process left behind, and what becomes of it."""
    if journal.was_at:
        tell.say(
            _("The story of %(frame)s was interrupted in step %(step)s; it goes on"
              " there.") % {"frame": journal.subject[0], "step": journal.was_at}
        )  # fmt: skip
    if other is not None:
        tell.say(
            _("The story of %(frame)s was interrupted in step %(step)s; what was done"
              " stays, and a new story begins.")
            % {"frame": other.subject[0], "step": other.was_at}
        )  # fmt: skip


def parting(journal: Journal, what: str) -> str:
    """Say what went, what stays and what to do."""
    stays = _(
        "The story stopped in step %(step)s; what was done until then is kept."
    ) % {"step": max(journal.step, journal.was_at, 1)}
    if journal.file is None:
        way = _("Once all services are up (`make demo`), a new story can begin.")
    else:
        way = _(
            "Run it again (`make story`): it starts what is down and goes on there."
        )
    return f"{what} {stays} {way}"


def prove(tell: Teller) -> None:
    """Check every law of the data and every link of the audit chains.

    Raises:
        Stuck: one is broken.
    """
    tell.step(_("The laws"))
    for name in ("check_invariants", "verify_audit"):
        out = StringIO()
        try:
            call_command(name, stdout=out, stderr=out)
        except SystemExit as end:
            if end.code:
                raise Stuck(f"{name}:\n{out.getvalue()}") from end
        lines = [line for line in out.getvalue().splitlines() if line.startswith("ok")]
        tell.say(_("%(name)s: %(count)s held") % {"name": name, "count": len(lines)})

"""What was learnt and simulated, in the reader's words."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.formats import minutes_text
from restoration.queries.durations import Taught
from restoration.queries.words import Detail, part_name, quoted_card, shown_date
from workshop.models import Promise

HUNDRED = 100


def history_words(taught: Taught | None, minutes: int) -> str:
    """Say what finished cards teach of planned hours; nothing where they teach nothing.

    Args:
        taught: of the operation.
        minutes: as planned.

    Source: docs/domain/planning.md, rule P21.
    """
    if taught is None:
        return ""
    return ngettext(
        "by history %(median)s, four of five within %(late)s (%(count)s card)",
        "by history %(median)s, four of five within %(late)s (%(count)s cards)",
        taught.samples,
    ) % {
        "median": minutes_text(round(minutes * taught.factor)),
        "late": minutes_text(round(minutes * taught.late_factor)),
        "count": taught.samples,
    }


def evidence_words(promise: Promise) -> str:
    """Say how sure a promised day is and what would move it; nothing if by rule.

    Source: docs/domain/promises.md, rule D12.
    """
    told = promise.evidence.get("simulated")
    if not told:
        return ""
    kept = round(HUNDRED * told["kept"] / told["runs"])
    words = [
        _(
            "Kept in %(kept)s of 100 simulated runs of the plan; half of them end by"
            " %(half)s."
        )
        % {"kept": kept, "half": shown_date(told["half_on"])}
    ]
    if told["outcomes"]:
        words.append(
            ngettext(
                "Held to how %(count)s earlier promise turned out.",
                "Held to how %(count)s earlier promises turned out.",
                told["outcomes"],
            )
            % {"count": told["outcomes"]}
        )
    movers = list(dict.fromkeys(_mover(each) for each in told["drivers"]))
    if movers:
        what = _(", ").join(movers)
        words.append(_("What would move it most: %(what)s.") % {"what": what})
    return " ".join(words)


def _mover(driver: Detail) -> str:
    return part_name(driver) if driver.get("part") else quoted_card(driver)

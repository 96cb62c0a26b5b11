"""How past forecasts turned out, and how far that puts off the next date.

A forecast says by when a car is done with half a chance, and how wide it is: from
there to the day with the chance that is asked for. Its outcome is how many steps after
the half the car was done. A step grows with the width and with how far off the half is:
what a plan does not know, such as cars yet to come, takes its time to happen. If
forecasts were honest, the asked-for share of the outcomes would lie where the
simulation says; the reach is where it does lie. Cars that are not done yet count as
what they are, later than so far (Kaplan and Meier): to leave them out would keep the
quick ones only.

That alone lags behind a house whose backlog grows. So what became of the dates
themselves is counted too (adaptive conformal inference, Gibbs and Candes): each that is
broken makes the next promises aim at a larger share, each that is kept at a smaller
one. A date is broken when its day is over, however long the car still takes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

# The newest outcomes teach, so that a house that changed is not judged by how it was.
NEWEST = 200
# For how many outcomes the simulation's own shape counts.
SHAPE_COUNTS = 12
LEAST, MOST = -2.0, 20.0
# Cars that are in the shop together share its luck: so many teach as much as one.
TOGETHER = 5.0
# How far one date, kept or broken, moves what is aimed at, and how much of that stays
# when the next one is known. Dates are known months after they were given: a house that
# moved faster would swing.
GAIN, STAYS = 0.03, 0.97
# The aim leaves between a fifth and the double of what may be broken.
STRICTEST, SLACKEST = 0.2, 2.0


@dataclass(frozen=True, slots=True)
class Forecast:
    """A date that was given, and what came of it so far.

    All but ``given`` are counted from when it was given; all in the same unit.

    Attributes:
        given: when.
        half: by when the car was to be done with half a chance.
        width: from there to the time with the chance that was asked for.
        promised: the end of the day that was promised.
        lasted: when the car was done, or for how long it has been waited for.
        is_over: whether the car is done.
    """

    given: float
    half: float
    width: float
    promised: float
    lasted: float
    is_over: bool

    @property
    def is_kept(self) -> bool | None:
        """Whether the date was kept; None while that is open."""
        if self.lasted > self.promised:
            return False
        return True if self.is_over else None

    @property
    def known(self) -> float:
        """Since when it is known whether the date was kept."""
        return self.given + min(self.lasted, self.promised)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a forecast.

    Attributes:
        score: how many steps after the forecast's half the car was done, or has been
            in work so far; below zero if before.
        is_over: whether the car is done.
    """

    score: float
    is_over: bool


@dataclass(frozen=True, slots=True)
class Past:
    """What earlier forecasts teach.

    Attributes:
        outcomes: one per forecast, the newest last.
        kept: whether dates were kept, as that became known, the newest last.
    """

    outcomes: tuple[Outcome, ...] = ()
    kept: tuple[bool, ...] = ()


@dataclass(frozen=True, slots=True)
class Calibration:
    """How many steps after its half a forecast is to be promised, and why.

    Attributes:
        reach: in steps.
        aim: the share of outcomes within it.
        resolved: outcomes of cars that are done.
        waiting: of cars that are not.
    """

    reach: float
    aim: float
    resolved: int = 0
    waiting: int = 0


def step(half: float, width: float) -> float:
    """What outcomes of a forecast are counted in: between its width and its length.

    Args:
        half: from now to half a chance.
        width: from there to the chance that is asked for; above zero.
    """
    return sqrt(width * max(half, width))


def past_of(forecasts: Sequence[Forecast]) -> Past:
    """Return what forecasts teach, the newest last."""
    newest = list(forecasts)[-NEWEST:]
    outcomes = (
        Outcome((each.lasted - each.half) / step(each.half, each.width), each.is_over)
        for each in newest
    )
    known = sorted((f for f in newest if f.is_kept is not None), key=lambda f: f.known)
    return Past(tuple(outcomes), tuple(bool(f.is_kept) for f in known))


def calibrated(past: Past, share: float, shape: Sequence[float]) -> Calibration:
    """Return the reach with which that share of promises may be kept.

    Args:
        past: what came of earlier forecasts.
        share: of promises to be kept, such as 0.8.
        shape: evenly likely scores if the forecast is honest; they stand in while
            there is little history.
    """
    outcomes = past.outcomes
    resolved = sum(o.is_over for o in outcomes)
    weight = SHAPE_COUNTS / len(shape)
    rows = [(o.score, o.is_over, 1.0) for o in outcomes]
    rows += [(each, True, weight) for each in shape]
    sure = min((1 + share) / 2, share * (1 + _doubt(len(outcomes), resolved)))
    aim = _within(sure + owed(past.kept, share), share)
    found = _survival_reaches(sorted(rows), 1 - aim)
    reach = min(MOST, max(LEAST, found))
    return Calibration(reach, aim, resolved, len(outcomes) - resolved)


def owed(kept: Sequence[bool], share: float) -> float:
    """How much more than the share to aim at, for what was broken beyond it.

    Args:
        kept: whether dates were kept, the newest last.
        share: of promises to be kept.
    """
    debt = 0.0
    for each in kept:
        debt = debt * STAYS + share - each
    return GAIN * debt


def _within(aim: float, share: float) -> float:
    broken = 1 - share
    return min(1 - STRICTEST * broken, max(1 - SLACKEST * broken, aim))


def _doubt(count: int, resolved: int) -> float:
    """How much further to reach because few outcomes, and no free ones, are known.

    The next car may be the latest yet: of so many free outcomes, one more has to be
    kept. It grows in as outcomes take the place of the simulation's own shape.
    """
    free = (count + SHAPE_COUNTS) / TOGETHER
    return resolved / (resolved + SHAPE_COUNTS) / free


def _survival_reaches(rows: Sequence[tuple[float, bool, float]], least: float) -> float:
    """Where the share of those that are later falls to ``least``."""
    at_risk = sum(weight for _score, _over, weight in rows)
    alive, last = 1.0, rows[0][0]
    for score, is_over, weight in rows:
        if is_over:
            then = alive * (1 - weight / at_risk)
            if then <= least:
                part = (alive - least) / (alive - then) if alive > then else 1.0
                return last + (score - last) * part
            alive, last = then, score
        at_risk -= weight
    return last

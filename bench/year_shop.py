"""The floor of the simulated year: the plan's order, with what really happens."""

from bench.year_house import House
from bench.year_world import BAYS, DAY, HOUR, Job, World, is_open
from workshop import planner

# What the plan has so soon may begin when there is room for it.
SOON = 4 * DAY


class Floor:
    """A day in the shop: the plan's order, with what really happens."""

    def __init__(self, world: World, house: House) -> None:
        self.world = world
        self.house = house

    def day(self, now: int) -> None:
        """Live from nine in the morning until the next."""
        order = sorted(self.house.rows, key=lambda row: (row.start, row.op))
        todo = [
            (row, self.house.jobs[row.op])
            for row in order
            if self.house.jobs[row.op].started is None and row.start < now + SOON
        ]
        running = [
            j for j in self.house.jobs if j.started is not None and j.ended is None
        ]
        for time in range(now, now + DAY):
            running = [job for job in running if not self._ended(job, time)]
            todo = [
                (row, job)
                for row, job in todo
                if not self._begun(row, job, time, running)
            ]
            for job in running:
                if not job.crew or all(self.world.is_here(p, time) for p in job.crew):
                    job.worked += 1

    def _ended(self, job: Job, time: int) -> bool:
        if job.worked < job.takes:
            return False
        job.ended = time
        self.house.note(job)
        return True

    def _begun(
        self, row: planner.Assignment, job: Job, time: int, running: list[Job]
    ) -> bool:
        crew = tuple(str(p) for p in row.technicians)
        if job.kind.skill and not is_open(time):
            return False
        if not self._is_ready(job, time):
            return False
        busy = {p for each in running for p in each.crew}
        if any(p in busy or not self.world.is_here(p, time) for p in crew):
            return False
        bay = self._bay(row, job, running)
        if job.kind.bay and bay is None:
            return False
        job.started, job.crew, job.bay = time, crew, bay
        running.append(job)
        return True

    def _is_ready(self, job: Job, time: int) -> bool:
        lag = job.kind.lag_hours * HOUR
        if any(b.ended is None or b.ended + lag > time for b in job.before):
            return False
        return all(part.seen is not None for part in job.parts)

    def _bay(self, row: planner.Assignment, job: Job, running: list[Job]) -> str | None:
        taken = {each.bay for each in running if each.bay}
        kind = job.kind.bay
        if not kind:
            return None
        names = [str(row.bay), *(f"{kind}{k}" for k in range(BAYS[kind]))]
        return next((name for name in names if name not in taken), None)

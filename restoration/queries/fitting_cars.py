"""Which cars in the house a part fits: the catalogue's rows, read for each car."""

from dataclasses import dataclass

from parts import queries as parts
from parts.models import Fitment
from restoration.models import Project, Vehicle
from workshop.models import Variant, Viewer


@dataclass(frozen=True)
class CarHere:
    """A project whose car the part fits, or may fit."""

    project: Project
    is_sure: bool


@dataclass(frozen=True)
class CarsFitted:
    """What the catalogue says of a part's cars, and those that are here."""

    rows: list[Fitment]
    here: list[CarHere]


OVER = (Project.State.HANDED_OVER, Project.State.CANCELLED)


def cars_for_part(part_id: int, reader: Viewer) -> CarsFitted:
    """Return the cars a part is for and the open projects on such cars.

    Args:
        part_id: the part.
        reader: who asks; projects that they may not see are left out.

    Source: docs/domain/catalogue.md C20, C21.
    """
    rows = parts.cars_fitted(part_id)
    projects = (
        Project.objects.visible_to(reader)
        .exclude(state__in=OVER)
        .select_related("vehicle__variant", "customer")
        .order_by("number")
    )
    generations: dict[str | None, str] = dict(
        Variant.objects.order_by("frame_ranges__prefix")
        .values_list("frame_ranges__prefix", "generation")
        .distinct()
    )
    here = []
    for project in projects:
        known = parts.fits_car(rows, fitted_car(project.vehicle, generations))
        if known is not parts.Fit.NO:
            here.append(CarHere(project, is_sure=known is parts.Fit.YES))
    return CarsFitted(rows, here)


def fitted_car(vehicle: Vehicle, generations: dict[str | None, str]) -> parts.FittedCar:
    """Return a car as the catalogue looks at it.

    Args:
        vehicle: with its variant.
        generations: by prefix, for cars whose variant is not known.
    """
    variant = vehicle.variant
    generation = variant.generation if variant else generations.get(vehicle.prefix, "")
    return parts.FittedCar(
        frame_number=vehicle.frame_number,
        serial=vehicle.serial,
        variants=(variant,) if variant else (),
        generations=(generation,) if generation else (),
        built_month=vehicle.built_month,
    )

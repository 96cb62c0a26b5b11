"""Finding parts: by any spelling of a number, by name, by what replaced them."""

from dataclasses import dataclass

from parts.models import Part, PartNumber, Supersession, normalise_number


@dataclass(frozen=True)
class Found:
    """A number looked up: the part that carries it and those that replaced it.

    Attributes:
        part: the part of the number as asked.
        chain: its successors, nearest first; empty while it is current.
        is_circle: whether the data lead back to the start, which is an error.
    """

    part: Part
    chain: tuple[Part, ...]
    is_circle: bool

    @property
    def newest(self) -> Part:
        """The part to order now."""
        return self.chain[-1] if self.chain else self.part


def look_up_number(text: str) -> Found | None:
    """Return the part that carries a number, in any spelling, and its successors.

    Args:
        text: a whole number as somebody wrote it.
    """
    carrier = (
        PartNumber.objects.filter(normalised=normalise_number(text))
        .select_related("part")
        .first()
    )
    return successors_of(carrier.part) if carrier else None


def leads_back(*, old_id: int, new_id: int) -> bool:
    """Return whether a part is replaced, step by step, by one it would replace.

    Args:
        old_id: the part that is to be replaced.
        new_id: the part that is to replace it.
    """
    seen: set[int] = set()
    todo = {new_id}
    while todo:
        if old_id in todo:
            return True
        seen |= todo
        onward = Supersession.objects.filter(
            old_id__in=todo, kind=Supersession.Kind.ONE_WAY
        )
        todo = set(onward.values_list("new_id", flat=True)) - seen
    return False


def successors_of(part: Part) -> Found:
    """Return a part with what replaced it, to the end of the chain.

    Only replacements without a condition are followed: the others need a person.
    """
    chain: list[Part] = []
    seen = {part.pk}
    last = part
    while True:
        step = (
            Supersession.objects.filter(
                old=last, condition="", kind=Supersession.Kind.ONE_WAY
            )
            .select_related("new")
            .order_by("pk")
            .first()
        )
        if step is None:
            return Found(part, tuple(chain), is_circle=False)
        if step.new_id in seen:
            return Found(part, tuple(chain), is_circle=True)
        seen.add(step.new_id)
        chain.append(step.new)
        last = step.new

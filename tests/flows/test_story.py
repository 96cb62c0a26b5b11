"""One car's whole way through the house, over the running services."""

import pytest

from tests.running import RunningStack

pytestmark = pytest.mark.flow


ENGLISH = ("Intake", "is handed over; its dossier is sealed", "The laws")
JAPANESE = ("受入", "記録簿を", "データの掟")
# Generous: a busy machine is slow, and slow is not wrong.
PATIENCE = ("--patience", "180")


# The chaos tests tell an R32's story, and an R34's in English.
@pytest.mark.parametrize(
    ("frame", "template", "language", "told"),
    [
        ("BCNR33-022900", "restomod", "en", ENGLISH),
        ("BNR34-004321", "full", "ja", JAPANESE),
    ],
)
def test_a_car_goes_from_frame_number_to_hand_over(
    running_stack: RunningStack,
    frame: str,
    template: str,
    language: str,
    told: tuple[str, ...],
) -> None:
    options = ("--frame", frame, "--template", template, "--language", language)

    story = running_stack.manage("story", *options, *PATIENCE)

    assert story.returncode == 0, story.stdout + story.stderr
    assert [sentence for sentence in told if sentence not in story.stdout] == []


def test_a_number_that_was_never_built_is_refused_with_the_ranges(
    running_stack: RunningStack,
) -> None:
    story = running_stack.manage("story", "--frame", "BCNR33-012345")

    assert story.returncode == 2
    assert "020001" in story.stdout


def test_a_manager_takes_an_unlisted_car_in_with_a_reason(
    running_stack: RunningStack,
) -> None:
    story = running_stack.manage(
        "story",
        *("--frame", "BCNR33-012345", "--unlisted-reason", "Seen and stamped"),
        *PATIENCE,
    )

    assert story.returncode == 0, story.stdout + story.stderr
    assert "Seen and stamped" in story.stdout

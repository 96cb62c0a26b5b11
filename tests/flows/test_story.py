"""One car's whole way through the house, over the running services."""

import pytest

from tests.running import RunningStack

pytestmark = pytest.mark.flow


@pytest.mark.parametrize(
    ("frame", "template"),
    [
        ("BNR32-305120", "full"),
        ("BCNR33-022900", "restomod"),
        ("BNR34-004321", "full"),
    ],
)
def test_a_car_goes_from_frame_number_to_hand_over(
    running_stack: RunningStack, frame: str, template: str
) -> None:
    story = running_stack.manage("story", "--frame", frame, "--template", template)

    assert story.returncode == 0, story.stdout + story.stderr
    assert "is handed over; its dossier is sealed" in story.stdout
    assert "The laws" in story.stdout


def test_the_story_is_told_in_japanese(running_stack: RunningStack) -> None:
    story = running_stack.manage("story", "--language", "ja")

    assert story.returncode == 0, story.stdout + story.stderr
    assert "受入" in story.stdout


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
        "story", "--frame", "BCNR33-012345", "--unlisted-reason", "Seen and stamped"
    )

    assert story.returncode == 0, story.stdout + story.stderr
    assert "Seen and stamped" in story.stdout

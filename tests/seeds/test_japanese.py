"""The eye for English on Japanese pages sees what it should."""

import pytest

from tests.seeds.japanese import left_in_english


@pytest.mark.parametrize(
    "html",
    [
        "<p>Phase finished</p>",
        "<p>案件は <b>waiting for parts</b> です</p>",
        "<p>部品待ち: waits for the belt</p>",
        "<td>WORK_BEGUN</td>",
        "<td>WAITING</td>",
        '<img alt="Front of the car">',
        '<button aria-label="Close this">×</button>',
    ],
)
def test_english_and_codes_are_seen(html: str) -> None:
    assert len(list(left_in_english(html, set()))) == 1


@pytest.mark.parametrize(
    "html",
    [
        "<p>工程が完了しました</p>",
        "<p>P-26-0001 / BNR34-001234 / 24 kg/cm2</p>",
        '<span lang="en">Rear fender panel</span>',
        "<script>const left = right or wrong;</script>",
        "<p>Alex Morgan (demo) さん</p>",
    ],
)
def test_japanese_data_and_marked_english_are_not(html: str) -> None:
    assert list(left_in_english(html, {"Alex Morgan (demo)"})) == []

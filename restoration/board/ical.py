"""Calendars as other programs read them: RFC 5545, in UTC, lines of 75 octets."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

LONGEST = 75
TEXT = str.maketrans(
    {"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": ""}
    | {chr(code): "" for code in range(32) if code not in (10, 13)}
    | {"\x7f": ""}
)


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of a calendar.

    Attributes:
        uid: the same for the same thing for ever.
        sequence: rises with every change.
    """

    uid: str
    starts_at: datetime
    ends_at: datetime
    summary: str
    location: str = ""
    description: str = ""
    url: str = ""
    sequence: int = 0


def calendar(name: str, events: Iterable[Event], *, stamped_at: datetime) -> bytes:
    """Return a calendar file.

    Args:
        name: what the reader's program calls it.
        events: its entries.
        stamped_at: aware; when what they tell was last true.

    Source: RFC 5545, sections 3.1, 3.3.11, 3.6.1; RFC 7986 for name and refresh.
    """
    lines = [
        ("BEGIN", "VCALENDAR"),
        ("VERSION", "2.0"),
        ("PRODID", "-//GT-R Workshop//Plan//EN"),
        ("CALSCALE", "GREGORIAN"),
        ("NAME", text(name)),
        ("X-WR-CALNAME", text(name)),
        ("REFRESH-INTERVAL;VALUE=DURATION", "PT1H"),
        ("X-PUBLISHED-TTL", "PT1H"),
        *(line for event in events for line in event_lines(event, stamped_at)),
        ("END", "VCALENDAR"),
    ]
    return b"".join(folded(f"{key}:{value}") for key, value in lines)


def event_lines(event: Event, stamped_at: datetime) -> Iterator[tuple[str, str]]:
    """Yield an event's properties, the empty ones left out."""
    yield "BEGIN", "VEVENT"
    yield "UID", text(event.uid)
    yield "DTSTAMP", utc(stamped_at)
    yield "DTSTART", utc(event.starts_at)
    yield "DTEND", utc(event.ends_at)
    yield "SEQUENCE", str(event.sequence)
    yield "SUMMARY", text(event.summary)
    if event.location:
        yield "LOCATION", text(event.location)
    if event.description:
        yield "DESCRIPTION", text(event.description)
    if event.url:
        yield "URL", event.url
    yield "END", "VEVENT"


def text(value: str) -> str:
    """Return a text with what has a meaning in the format escaped."""
    return value.translate(TEXT)


def utc(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def folded(line: str) -> bytes:
    """Return a line cut after at most 75 octets, never within a character."""
    out: list[bytes] = []
    piece = b""
    for character in line:
        octets = character.encode()
        # Lines that go on begin with a space, which counts.
        if len(piece) + len(octets) > LONGEST - bool(out):
            out.append(piece)
            piece = b""
        piece += octets
    out.append(piece)
    return b"\r\n ".join(out) + b"\r\n"

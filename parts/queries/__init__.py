"""What the parts house is asked. Nothing here writes."""

from parts.queries.answering import Answer, answers
from parts.queries.situation import Situation, connected_parts, read_situation

__all__ = [
    "Answer",
    "Situation",
    "answers",
    "connected_parts",
    "read_situation",
]

"""Papers as PDF: templates, the font they are set in, and the press."""

from parts.papers.printing import PaperFailed, press

__all__ = ["PaperFailed", "press"]

"""Papers of an inspection as PDF/A-2b, DOCX and pictures: pure functions of a kind and its data.

``pdf(kind, data, copy=1)``, ``docx(kind, data, copy=1)``, ``png(kind, data, page=1)``, ``pages(kind, data)``;
``KINDS`` names the papers, ``shapes`` their data, ``sample(kind)`` gives generated data for previews.
"""

from .check import MissingFields, UnknownKind, sample
from .kinds import KINDS
from .shapes import SHAPES
from .typeset import MissingGlyph, pages, pdf, png
from .word import docx

__all__ = ["KINDS", "SHAPES", "MissingFields", "MissingGlyph", "UnknownKind", "docx", "pages", "pdf", "png", "sample"]

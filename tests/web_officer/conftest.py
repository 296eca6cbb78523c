"""Fixtures of the officer's desk: a staged world and people at their phones."""

from __future__ import annotations

import io
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from tests.visits.stage import Stage

DRAWN = json.dumps({"strokes": [[[20, 60], [40, 40], [80, 90], [120, 50]]], "width": 324, "height": 128})


@pytest.fixture
def stage(world):
    """A published item and a filed plan on the demo world."""
    return Stage(world)


def at(name: str, visit, **more) -> str:
    """Address of a page of a visit."""
    return reverse(name, kwargs={"number": visit.number, **more})


def photo(name: str = "门头.jpg") -> SimpleUploadedFile:
    """A small photograph as a phone sends it."""
    out = io.BytesIO()
    Image.new("RGB", (64, 48), (90, 120, 160)).save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue(), content_type="image/jpeg")

"""Photos on certificates: drawn anew, without place; refused with a reason; never shown when altered."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from jiangcheng.kernel import ledger
from jiangcheng.kernel.actor import SYSTEM
from jiangcheng.law.rule import Refused
from jiangcheng.papers import demo, files, portraits
from jiangcheng.parties.models import Certificate


@pytest.fixture(autouse=True)
def _store(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def face(width: int = 480, height: int = 640, form: str = "JPEG", turned: int = 0) -> SimpleUploadedFile:
    """A picture of this size, with place and, where ``turned``, the orientation that a phone writes."""
    out = io.BytesIO()
    exif = Image.Exif()
    exif.get_ifd(0x8825)[1] = "N"
    if turned:
        exif[0x0112] = turned
    Image.new("RGB", (width, height), "#88aacc").save(out, form, exif=exif)
    return SimpleUploadedFile("照片.jpg", out.getvalue())


def shown(digest: str) -> Image.Image:
    return Image.open(io.BytesIO(files.load(digest)))


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_kept_as_a_small_jpeg(form):
    kept = shown(portraits.keep(face(1200, 1600, form)))
    assert (kept.format, kept.size) == ("JPEG", (600, 800))


def test_hidden_data_is_dropped_and_the_picture_stands_upright():
    sent = face(640, 480, turned=6)
    assert Image.open(sent).getexif()
    sent.seek(0)
    kept = shown(portraits.keep(sent))
    assert not kept.getexif() and kept.size == (480, 640)


@pytest.mark.parametrize(("sent", "why"), [
    (SimpleUploadedFile("a.pdf", b"%PDF-1.7 x"), "文件类型"),
    (SimpleUploadedFile("a.jpg", b""), "空文件"),
    (face(200, 260), "看不清面容"),
    (face(640, 480), "横向"),
    (SimpleUploadedFile("a.jpg", b"\xff\xd8\xff" + bytes(portraits.LIMIT)), "上限 5 MB"),
])
def test_what_cannot_be_used_is_refused_on_the_field(sent, why):
    with pytest.raises(Refused, match=why) as refused:
        portraits.keep(sent)
    assert [b.field for b in refused.value.breaches] == ["photo"]


def test_an_altered_or_missing_file_is_not_shown(world):
    row = world.certificates[0]
    assert portraits.certificate_photo(row) is None
    row.photo = portraits.keep(face())
    with ledger.act("test.photo", SYSTEM):
        row.save()
    data, mime = portraits.certificate_photo(row)
    assert mime == "image/jpeg" and Image.open(io.BytesIO(data)).size == (480, 640)
    files._path(row.photo).write_bytes(b"someone else")
    assert portraits.certificate_photo(row) is None


def test_generated_people_get_drawings_once(world):
    count = Certificate.objects.filter(person__demo=True).count()
    assert demo.build() == count and demo.build() == 0
    assert all(portraits.certificate_photo(c) for c in Certificate.objects.filter(person__demo=True))
    assert portraits.drawn(3) == portraits.drawn(3) != portraits.drawn(4)

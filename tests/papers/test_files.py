"""Uploads: judged by content, limited, idempotent, kept whole; public copies tell no place."""

from __future__ import annotations

import hashlib
import io
import json
import struct
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from jiangcheng.law.rule import Refused
from jiangcheng.papers import files, glass
from jiangcheng.papers.models import StoredFile
from tests.papers.papers_fixture import STROKES, picture, picture_with_place


@pytest.fixture(autouse=True)
def _store(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def keep(world):
    def run(data, purpose="evidence", **more):
        return files.keep(data, matter="M-1", purpose=purpose, actor=world.actor("officer1"), **more)

    return run


def test_kept_under_its_digest_and_read_back(keep):
    data = picture()
    row = keep(SimpleUploadedFile("门头.jpg", data), taken_at=None, place="30.5,114.3")
    assert row.sha256 == hashlib.sha256(data).hexdigest()
    assert files.open_file(row) == data
    assert (row.mime, row.name, row.place) == ("image/jpeg", "门头.jpg", "30.5,114.3")
    assert not [p for p in files._path(row.sha256).parent.iterdir() if p.name.startswith(".new-")]


def test_bytes_sent_again_mend_what_was_altered(keep):
    data = picture()
    row = keep(data)
    path = files._path(row.sha256)
    path.write_bytes(data[:-1] + b"x")
    assert files.store(data) == row.sha256 and files.open_file(row) == data
    before = path.stat().st_ino
    files.store(data)
    assert path.stat().st_ino == before  # what fits is left alone


@pytest.mark.parametrize("data", [b"<html><script>alert(1)</script>", b"MZ\x90\x00program", b"GIF89a....", b"\x00\x00\x00\x18ftypheic...."])
def test_other_types_are_refused_whatever_the_name(keep, data):
    with pytest.raises(Refused, match="文件类型"):
        keep(SimpleUploadedFile("照片.jpg", data))
    assert not StoredFile.objects.exists()


def test_name_does_not_decide_the_type(keep):
    assert keep(SimpleUploadedFile("x.pdf", picture("PNG"))).mime == "image/png"


def test_path_in_a_name_is_dropped(keep):
    assert keep(picture(), name="../../etc/passwd").name == "passwd"


def test_empty_broken_and_too_big_are_refused(keep, monkeypatch):
    with pytest.raises(Refused, match="空文件"):
        keep(b"")
    with pytest.raises(Refused, match="不是完整的图片"):
        keep(picture(size=(600, 600))[:900])
    big = b"%PDF-" + b"0" * (20 * files.MB)
    with pytest.raises(Refused, match="20 MB"):
        keep(big)


def test_pixel_flood_is_not_decoded(keep):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 60000, 60000, 8, 2, 0, 0, 0))
    flood = b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    with pytest.raises(Refused, match="像素过多"):
        keep(flood)


def test_sent_twice_is_kept_once(keep):
    data = picture()
    first, second = keep(data, key="k1"), keep(data, key="k1")
    assert first.pk == second.pk
    assert StoredFile.objects.count() == 1
    with pytest.raises(Refused, match="两份不同的内容"):
        keep(picture(size=(9, 9)), key="k1")


def test_public_copy_tells_neither_place_nor_device(keep):
    data = picture_with_place()
    row = keep(data)
    assert b"PhoneMaker" in files.open_file(row)
    copy, mime = files.public_copy(row)
    assert mime == "image/jpeg"
    with Image.open(io.BytesIO(copy)) as shown:
        assert not shown.getexif()
    assert b"PhoneMaker" not in copy


def test_altered_file_is_named_not_served(keep):
    row = keep(picture())
    files._path(row.sha256).write_bytes(b"other")
    with pytest.raises(files.Altered):
        files.open_file(row)
    files._path(row.sha256).unlink()
    with pytest.raises(files.Altered):
        files.open_file(row)


@pytest.mark.parametrize("source", [STROKES, json.dumps(STROKES), STROKES["strokes"],
                                    '<svg viewBox="0 0 600 200"><path d="M10 10 L80 60 L120 30 M150 20 L200 90"/><script>x</script></svg>'])
def test_signature_keeps_the_lines_and_nothing_else(world, source):
    row = glass.keep(source, matter="M-1", actor=world.actor("officer1"))
    kept = files.open_file(row)
    assert row.mime == "image/svg+xml"
    assert b"script" not in kept
    back = glass.printed(row, "孙兰", "")
    assert back["strokes"] == STROKES["strokes"]


def test_signature_as_png(world):
    row = glass.keep(picture("PNG"), matter="M-1", actor=world.actor("officer1"))
    assert "png" in glass.printed(row, "孙兰")


@pytest.mark.parametrize("source", ["", "[]", "{}", '<svg viewBox="0 0 1 1"></svg>', [[[1, 1]]], "data:image/png;base64,###", "nonsense",
    "[[[1, NaN], [2, 2]]]", "[[[1, 1], [1e300, 2]]]", '{"strokes": [[[1, 1], [2, 2]]], "width": Infinity}'])
def test_empty_signature_is_refused(world, source):
    with pytest.raises(Refused, match="签名"):
        glass.keep(source, matter="M-1", actor=world.actor("officer1"))

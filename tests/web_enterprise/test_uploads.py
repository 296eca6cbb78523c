"""Files on 提交整改: what cannot be taken is named, all at once, and what was typed stays."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from jiangcheng.papers import files
from jiangcheng.papers.models import StoredFile
from tests.web_enterprise import scene

SAID = "已补齐两家供货者的许可证 <b>𠮷🏭"


@pytest.fixture
def page(stage):
    """The address of an open order, and the enterprise's browser."""
    visit = scene.whole(stage, order=True)
    return stage.world.client("enterprise"), reverse("enterprise-order", args=[visit.orders.get().number]), visit


def photo(name: str = "a.jpg") -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), (90, 120, 150)).save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


def send(page, uploads, key: str = "k1"):
    client, address, _ = page
    return client.post(address, {"point-0": SAID, "proof-0": uploads, "key": key})


def stays(answer) -> str:
    words = answer.content.decode()
    assert answer.status_code == 409 and "已补齐两家供货者的许可证 &lt;b&gt;𠮷🏭" in words
    return words


@pytest.mark.duty("327-20-5", "allowed")
def test_good_files_are_kept(page):
    assert send(page, [photo("门头.jpg"), photo("许可证.jpg")]).status_code == 302
    assert page[2].orders.get().submission_files.count() == 2


@pytest.mark.duty("327-20-5", "refused")
def test_all_bad_files_are_named_at_once_and_none_is_kept(page):
    disguised = SimpleUploadedFile("图.jpg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', "image/jpeg")
    empty, cut = SimpleUploadedFile("空.jpg", b""), SimpleUploadedFile("坏.jpg", photo().read()[:300])
    words = stays(send(page, [photo(), disguised, empty, cut]))
    assert "图.jpg" in words and "坏.jpg" in words and "<script>1" not in words
    assert not StoredFile.objects.filter(purpose="correction").exists()


@pytest.mark.duty("327-20-5", "refused")
def test_too_many_are_counted_before_any_is_read(page):
    assert "选了 60 个" in stays(send(page, [photo(f"{n}.jpg") for n in range(60)]))


@pytest.mark.duty("327-20-5", "refused")
def test_too_big_one_is_named_with_the_limits(page):
    words = stays(send(page, [SimpleUploadedFile("长.jpg", photo().read() + b"\0" * (files.PDF.limit + 1), "image/jpeg")]))
    assert "长.jpg" in words and "15 MB" in words and "20 MB" in words

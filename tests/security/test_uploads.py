"""The corpus at every address that takes a file: refused in words or cleaned, nothing kept, nothing broken."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from jiangcheng import sheets
from jiangcheng.inspection.items import excel
from jiangcheng.kernel import zips
from jiangcheng.law.rule import Refused
from jiangcheng.papers import files
from jiangcheng.papers.models import StoredFile
from jiangcheng.parties.imports import machine
from jiangcheng.parties.models import Import
from tests.api.client import program
from tests.security import corpus
from tests.visits.stage import Stage
from tests.visits.walk import Walk

pytestmark = pytest.mark.django_db
PURPOSES = sorted(files.ALLOWED)


@pytest.fixture(autouse=True)
def _store(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.mark.parametrize("what", corpus.BAD)
def test_each_bad_file_is_refused_for_every_purpose(what, world):
    name, data = corpus.BAD[what]
    for purpose in PURPOSES:
        with pytest.raises(Refused) as found:
            files.keep(SimpleUploadedFile(name, data), matter="M-1", purpose=purpose, actor=world.actor("officer1"))
        breach = found.value.breaches[0]
        assert breach.sentence.endswith("。") and breach.remedies, purpose
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize("purpose", PURPOSES)
def test_honest_files_are_kept(purpose, world):
    kept = 0
    for data in (corpus.picture(), corpus.picture("PNG"), corpus.with_place(), corpus.PDF):
        if files.kind_of(data) in files.ALLOWED[purpose]:
            files.keep(data, matter="M-1", purpose=purpose, actor=world.actor("officer1"))
            kept += 1
    assert kept or purpose == "audio"


@pytest.mark.parametrize("sent", corpus.NAMES, ids=range(len(corpus.NAMES)))
def test_names_are_cleaned(sent, world):
    row = files.keep(corpus.picture(), name=sent, matter="M-1", purpose="evidence", actor=world.actor("officer1"))
    assert row.name == (corpus.NAMES[sent] or "evidence.jpg")


def test_a_huge_file_is_refused_before_it_is_read(world):
    class Huge:
        name, size = "长.jpg", 5 * 1024**3

        def read(self, *_):
            raise AssertionError("read")

        seek = read

    with pytest.raises(Refused, match="50 MB"):
        files.keep(Huge(), matter="M-1", purpose="evidence", actor=world.actor("officer1"))


def test_a_public_copy_has_no_place(world):
    row = files.keep(corpus.with_place(), matter="M-1", purpose="evidence", actor=world.actor("officer1"))
    copy, _ = files.public_copy(row)
    with Image.open(io.BytesIO(copy)) as shown:
        assert not shown.getexif() and not shown.getexif().get_ifd(0x8825)
    assert b"PhoneMaker" not in copy


@pytest.mark.parametrize("what", corpus.WORKBOOKS)
def test_bad_workbooks_are_refused_with_words(world, what):
    with pytest.raises((Refused, sheets.Unreadable)) as found:
        machine.keep("items", world.body.pk, "", "事项.xlsx", corpus.WORKBOOKS[what], world.actor("planner"))
        sheets.read(corpus.WORKBOOKS[what], excel.COLUMNS)
    if found.type is Refused:
        assert all(b.sentence and b.remedies for b in found.value.breaches)
    else:
        assert found.value.bad[0].reason and found.value.bad[0].remedy


def test_a_workbook_is_measured_by_unpacking_it():
    assert zips.measure(corpus.packed(a=b"a" * 1000, b=b"b" * 24)) == 1024
    with pytest.raises(zips.Unfit, match="展开后超过"):
        zips.measure(corpus.bomb(2), most=1024 * 1024)
    with pytest.raises(zips.Unfit):
        zips.measure(corpus.liar())


# --- every address ---


def sent(what: str) -> SimpleUploadedFile:
    name, data = corpus.BAD[what]
    return SimpleUploadedFile(name, data)


KINDS = ("jpeg with html", "pdf with zip behind", "svg with script", "pixel flood", "double ending", "empty", "cut off")


@pytest.fixture
def scene(world):
    """A started visit, and one with an open order."""
    stage = Stage(world)
    return stage, stage.started()


def addresses(stage, visit):
    """Address, account, fields of each page that takes a picture, sound or proof."""
    number = visit.number
    return [
        (reverse("visit-question", args=[number, 1]), "officer1", "photos", {"verdict": "problem", "text": "柜温显示9℃", "step": "photo"}),
        (f"/api/visits/{number}/files", "officer1", "file", {"purpose": "evidence"}),
        (reverse("admin-certificate", args=[stage.world.certificates[0].pk]), "admin", "photo", {}),
    ]


@pytest.mark.parametrize("what", KINDS)
def test_every_address_for_pictures_refuses(what, scene):
    stage, visit = scene
    before = StoredFile.objects.count()
    for address, who, field, fields in addresses(stage, visit):
        client = stage.world.client(who)
        answer = client.post(address, {**fields, field: sent(what), "key": "k-1"})
        assert answer.status_code < 500, address
        assert StoredFile.objects.count() == before, address
        if address.startswith("/api/"):
            assert answer.status_code in (409, 422), answer.content
    stage.world.certificates[0].refresh_from_db()
    assert stage.world.certificates[0].photo == ""


@pytest.mark.parametrize("what", KINDS)
def test_a_correction_refuses(what, world):
    stage = Stage(world)
    _, order = Walk(stage).ordered()
    firm = program(world, "enterprise")
    answer = firm.send(f"orders/{order.number}/files", *corpus.BAD[what])
    assert answer.status_code in (409, 422), answer.content
    page = world.client("enterprise").post(reverse("enterprise-order", args=[order.number]), {"point-0": "已改", "proof-0": sent(what), "key": "k"})
    assert page.status_code == 409
    assert not StoredFile.objects.filter(purpose="correction").exists()


@pytest.mark.parametrize("what", corpus.WORKBOOKS)
def test_every_address_for_tables_refuses(what, world):
    client, year = world.client("planner"), Stage(world).plan.year
    for address in (reverse("planner-items"), reverse("planner-plan", args=[year])):
        answer = client.post(address, {"file": SimpleUploadedFile("清单.xlsx", corpus.WORKBOOKS[what])}, follow=True)
        assert answer.status_code < 500, (address, what)
    assert not Import.objects.exclude(stored_at=None).exists()


def test_a_package_to_be_judged_is_not_unpacked_blindly(world):
    client = world.client("supervisor")
    for name, data in {**{k: v[1] for k, v in corpus.BAD.items()}, **corpus.WORKBOOKS}.items():
        answer = client.post(reverse("supervisor-ledger"), {"file": SimpleUploadedFile("x", data)})
        assert answer.status_code < 500, name

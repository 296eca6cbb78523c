"""What the judicial office sees of visits, entries without network, and the ledger."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from jiangcheng.inspection.visits.actions import door
from jiangcheng.inspection.visits.models import Visit
from jiangcheng.kernel import sequencer
from jiangcheng.kernel.models import Leaf

pytestmark = pytest.mark.django_db


def listed(world, who: str, query: str = "") -> str:
    return world.client(who).get(reverse("supervisor-visits") + query).content.decode()


def test_before_arrival_only_the_own_office_sees_it(stage, world):
    visit = stage.coded()
    assert visit.number in listed(world, "supervisor")
    assert visit.number not in listed(world, "city_supervisor")
    assert visit.number not in listed(world, "other_supervisor")
    assert world.client("city_supervisor").get(reverse("supervisor-visit", args=[visit.number])).status_code == 404
    assert world.client("officer1").get(reverse("supervisor-visits")).status_code == 403


def test_filter_search_and_excel(stage, world):
    visit = stage.started()
    assert visit.number in listed(world, "supervisor", "?state=inspecting")
    assert visit.number not in listed(world, "supervisor", "?state=archived")
    assert visit.number in listed(world, "supervisor", f"?q={world.enterprise.uscc}")
    assert visit.number in listed(world, "supervisor", f"?body={world.body.pk}")
    book = world.client("supervisor").get(reverse("supervisor-visits") + "?format=xlsx")
    assert book.status_code == 200 and book.content.startswith(b"PK")


def test_revoke_needs_a_reason(stage, world):
    visit = stage.coded()
    s, where = world.client("supervisor"), reverse("supervisor-visit", args=[visit.number])
    assert "撤销检查" in s.get(where).content.decode()
    bare = s.post(where, {"reason": ""})
    assert bare.status_code == 409 and "没有写明撤销的理由" in bare.content.decode()
    assert s.post(where, {"reason": "超出公布的事项范围"}).status_code == 302
    assert Visit.objects.get(pk=visit.pk).state == "revoked"


def test_entry_without_network_is_verified(stage, world):
    visit = stage.coded()
    device = timezone.now() - dt.timedelta(minutes=3)
    door.arrive_offline(stage.lead, visit, reason="signal", device_at=device, photo=stage.photo(visit))
    s, where = world.client("supervisor"), reverse("supervisor-offline")
    assert "信号差" in s.get(where).content.decode()
    assert s.post(where, {"number": visit.number, "verdict": "explain", "note": ""}).status_code == 409
    assert s.post(where, {"number": visit.number, "verdict": "verified", "note": ""}).status_code == 302
    assert Visit.objects.get(pk=visit.pk).offline_verdict == "verified"
    assert world.client("other_supervisor").post(where, {"number": visit.number, "verdict": "verified"}).status_code == 404


def sent(world, found: dict) -> tuple[int, str]:
    upload = SimpleUploadedFile("receipt.json", json.dumps(found).encode(), content_type="application/json")
    answer = world.client("supervisor").post(reverse("supervisor-ledger"), {"file": upload})
    return answer.status_code, answer.content.decode()


def test_receipt_is_judged_in_words(stage, world):
    stage.coded()
    sequencer.checkpoint_now()
    leaf = Leaf.objects.order_by("-id").first()
    receipt = sequencer.receipt(leaf.number)
    status, text = sent(world, receipt)
    assert status == 200 and "一致" in text and "包含证明成立" in text and "不一致" not in text
    promise = json.loads(receipt["promise"])
    forged = receipt | {"promise": json.dumps(promise | {"hash": "0" * 64})}
    _, text = sent(world, forged)
    assert "不一致" in text and "签名无效" in text
    _, text = sent(world, receipt | {"entry": receipt["entry"].replace("visit", "other", 1)})
    assert "被改动，与摘要不一致" in text
    status, text = sent(world, {"no": "receipt"})
    assert status == 409 and "不是能够识别的存证回执" in text
    got = world.client("supervisor").get(reverse("supervisor-checkpoint"))
    assert got.json()["kind"] == "jiangcheng checkpoint v1"

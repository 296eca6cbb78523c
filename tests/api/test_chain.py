"""The walking chain over the interface alone: from the plan row to the archive, by keys of the people who act."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from django.utils import timezone
from PIL import Image

from jiangcheng.kernel.models import Leaf
from tests.api.client import Program, program
from tests.visits.stage import Stage

pytestmark = pytest.mark.django_db
STROKES = {"strokes": [[[10, 10], [80, 60], [120, 30]], [[150, 20], [200, 90]]], "width": 600, "height": 200}


def photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), (200, 120, 40)).save(out, "JPEG")
    return out.getvalue()


def drafted(stage: Stage, officer: Program, **more) -> str:
    start = timezone.now() - dt.timedelta(minutes=10)
    said = {"row": stage.row.pk, "site": stage.world.site.pk, "pick_reason": "上次检查发现问题较多", "window_start": start.isoformat(),
            "window_end": (start + dt.timedelta(hours=3)).isoformat()} | more
    return officer.done("visits", said)["number"]


@pytest.mark.duty("327-17-1", "allowed")
@pytest.mark.duty("327-17-4", "allowed")
def test_from_the_plan_row_to_the_archive(world):
    stage = Stage(world)
    lead, assist, head, firm = (program(world, who) for who in ("officer1", "officer2", "head", "enterprise"))
    number = drafted(stage, lead)
    at = f"visits/{number}"
    people = [{"person": world.officers[0].pk, "role": "lead"}, {"person": world.officers[1].pk, "role": "assist"}]
    lead.done(f"{at}/officers", {"officers": people, "declared": True})
    assist.done(f"{at}/declare")
    assert lead.done(f"{at}/submit", {"opinion": "请审批"})["state"] == "to_approve"
    approved = head.done(f"{at}/approve", {"opinion": "同意。"})
    assert approved["state"] == "to_code" and approved["receipt"]["promise"]
    assert firm.get(at).status_code == 404
    assert lead.done(f"{at}/issue-code")["state"] == "to_enter"
    shown = lead.get(f"{at}/code").json()
    assert Program().get(f"verify/codes/{shown['token']}").json()["state"] == "valid"
    lead.done(f"{at}/certificates")
    lead.done(f"{at}/notice")
    assert lead.done(f"{at}/arrive", {"scanned": world.enterprise.uscc})["state"] == "arrived"
    assert lead.done(f"{at}/start")["state"] == "inspecting"
    assert firm.get(at).json()["word"] == "检查中"
    lead.done(f"{at}/deliver-notice", {"manner": "glass", "receiver": "孙兰（演示）", "drawing": STROKES})
    kept = lead.send(f"{at}/files", "现场.jpg", photo(), purpose="evidence")
    assert kept.status_code == 201, kept.content
    asked = lead.get(at).json()["questions"]
    lead.done(f"{at}/answer", {"question": asked[0]["question"], "verdict": "problem", "text": "柜温显示9℃", "photos": [kept.json()["made"]["file"]]})
    lead.done(f"{at}/all-fine")
    firm.done(f"{at}/state-case", {"text": "已经安排维修。"})
    firm.done(f"{at}/sign-record", {"name": "孙兰（演示）", "drawing": STROKES})
    for officer in (lead, assist):
        officer.done(f"{at}/sign", {"kind": "officer", "way": "glass", "drawing": STROKES})
    point = {"fact": "冷藏柜温度高于规定", "ground": "《中华人民共和国食品安全法》第一百三十二条", "todo": "恢复并保持规定的温度"}
    due = (timezone.localdate() + dt.timedelta(days=15)).isoformat()
    lead.done(f"{at}/finish", {"outcomes": ["correct"], "orders": [{"kind": "correct", "points": [point], "due": due}]})
    assert lead.done(f"{at}/tell", {"manner": "glass", "receiver": "孙兰（演示）", "drawing": STROKES})["state"] == "following"
    order = firm.get("orders").json()["rows"][0]
    proof = firm.send(f"orders/{order['number']}/files", "整改.jpg", photo())
    answered = firm.done(f"orders/{order['number']}/answer", {"text": "已维修，温度正常。", "files": [proof.json()["made"]["file"]]})
    assert answered["state"] == "submitted"
    assert lead.done(f"orders/{order['number']}/done", {"opinion": "照片显示已改正"})["state"] == "corrected"
    lead.done(f"{at}/guidance", {"text": "当场讲解贮存要求"})
    assert lead.done(f"{at}/close")["state"] == "closed"
    assert lead.done(f"{at}/archive")["state"] == "archived"
    assert Leaf.objects.filter(act="visit.start").get().actor_name == "李强（演示）"
    papers = firm.get("papers", visit=number).json()
    assert {p["kind"] for p in papers["rows"]} >= {"notice", "record", "correct", "result"}
    file = firm.get(f"papers/{papers['rows'][0]['code']}/pdf")
    assert file.content.startswith(b"%PDF")
    assert Program().get(f"verify/papers/{papers['rows'][0]['code']}").json()["intact"]


@pytest.mark.duty("327-18-1", "refused")
def test_a_refusal_names_clauses_fields_and_ways_out(world):
    stage = Stage(world)
    lead = program(world, "officer1")
    answer = lead.post(f"visits/{drafted(stage, lead)}/submit")
    assert answer.status_code == 409
    found = {i: b for b in answer.json()["breaches"] for i in b["ids"]}
    assert {"sentence", "ids", "article", "field", "remedies"} == set(found["327-18-1"])
    assert found["327-18-1"]["article"] == "第十八条第一项"
    assert all(way["text"] for way in found["327-18-1"]["remedies"])


@pytest.mark.duty("327-08-2", "allowed")
def test_an_act_sent_twice_is_done_once(world):
    stage = Stage(world)
    lead = program(world, "officer1")
    said = {"row": stage.row.pk, "site": world.site.pk, "pick_reason": "上次检查发现问题较多"}
    first, again = lead.post("visits", said, key="a-1"), lead.post("visits", said, key="a-1")
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json() and again["Idempotent-Replay"] == "true"
    assert lead.get("visits").json()["count"] == 1
    other = lead.post("visits", said | {"pick_reason": "另一理由"}, key="a-1")
    assert other.status_code == 409 and "没有重复办理" in other.json()["breaches"][0]["sentence"]
    lead.done("visits", said, key="a-2")
    assert lead.get("visits").json()["count"] == 2

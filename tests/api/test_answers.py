"""What the interface answers: pages of lists, versions by day, fields that do not fit, what may not be known, the OpenAPI file."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from jiangcheng.api import app
from jiangcheng.kernel import sequencer
from jiangcheng.papers.models import Paper
from jiangcheng.parties.models import ApiKeyUse
from tests.api.client import Program, program
from tests.visits.stage import Stage

pytestmark = pytest.mark.django_db


def test_the_file_is_openapi_3_1_and_names_every_operation(client):
    said = client.get("/api/openapi.json").json()
    assert said["openapi"].startswith("3.1")
    paths = {p.pattern._route for p in app.PATTERNS}
    assert len(said["paths"]) == len(paths) > 80
    operations = [one for path in said["paths"].values() for method, one in path.items() if method in ("get", "post")]
    assert len({one["operationId"] for one in operations}) == len(operations)
    for one in operations:
        assert one["summary"] and one["tags"][0] in app.TAGS and one["security"]
        assert {"401", "403", "404", "422", "429"} <= {str(s) for s in one["responses"]}
    acts = [o for p in said["paths"].values() if (o := p.get("post"))]
    assert all("Idempotency-Key" in {p["name"] for p in one["parameters"]} and "409" in map(str, one["responses"]) for one in acts)


def test_lists_come_in_pages(world):
    caller = Program()
    whole = caller.get("bodies", limit=100).json()
    assert whole["count"] == len(whole["rows"]) > 5
    first, second = (caller.get("bodies", limit=2, page=n).json()["rows"] for n in (1, 2))
    assert [r["id"] for r in first + second] == [r["id"] for r in whole["rows"][:4]]
    assert caller.get("bodies", limit=101).status_code == caller.get("bodies", page=0).status_code == 422
    assert caller.get("bodies", page=9999).json()["rows"] == []
    assert {b["name"] for b in caller.get("bodies", q="消防").json()["rows"]} == {"示范区消防救援大队（演示）"}


def test_an_item_has_the_version_of_the_day(world):
    stage = Stage(world)
    stage.change(stage.version, effective_from=timezone.localdate() - dt.timedelta(days=30))
    caller, pk = Program(), stage.version.item_id
    assert caller.get(f"items/{pk}").json()["questions"][0]["text"] == "第 1 项要点"
    before = (timezone.localdate() - dt.timedelta(days=31)).isoformat()
    assert caller.get(f"items/{pk}", day=before).status_code == 404
    assert caller.get("items", day=before).json()["count"] == 0
    assert caller.get("items", q="食品").json()["rows"][0]["item"] == pk
    assert [v["n"] for v in caller.get(f"items/{pk}/versions").json()["rows"]] == [1]
    assert caller.get("items", day="1600-01-01").status_code == 422


def test_what_does_not_fit_is_said_field_by_field(world):
    stage = Stage(world)
    caller = program(world, "officer1")
    answer = caller.post("visits", {"row": "x", "kind": "none", "window_start": "2026-01-01T09:00", "unknown": 1})
    assert answer.status_code == 422
    assert {f["field"] for f in answer.json()["fields"]} == {"row", "kind", "window_start", "unknown"}
    assert all(f["place"] == "body" and f["sentence"] for f in answer.json()["fields"])
    nul = caller.post("visits", {"row": stage.row.pk, "pick_reason": "a\0b"})
    assert nul.status_code == 422
    broken = caller.client.post("/api/visits", "{", content_type="application/json", headers=caller.head)
    assert broken.status_code == 400 and "JSON" in broken.json()["sentence"]


@pytest.mark.duty("327-06-1", "refused")
def test_what_may_not_be_known_is_not_found(world):
    stage = Stage(world)
    visit = stage.coded()
    code = Paper.objects.filter(matter=visit.number).first().code
    for who in ("other_officer1", "planner", "superior", "leader", "enterprise", "other_enterprise", "officer3"):
        caller = program(world, who)
        assert caller.get(f"visits/{visit.number}").status_code == 404, who
        assert caller.get("visits").json()["count"] == 0, who
        assert caller.get("visits", uscc=world.enterprise.uscc).json()["count"] == 0, who
        assert caller.get(f"papers/{code}").status_code == caller.get(f"papers/{code}/pdf").status_code == 404, who
        assert caller.get("papers").json()["count"] == 0, who
    stranger = Program()
    assert stranger.get("visits").status_code == 401
    assert stranger.get(f"verify/papers/{code}").status_code == 404
    assert stranger.get(f"verify/digests/{Paper.objects.get(code=code).pdf_sha256}").status_code == 404


def test_before_the_body_is_read_a_stranger_learns_nothing(world):
    stage = Stage(world)
    visit = stage.started()
    known = program(world, "other_officer1").post(f"visits/{visit.number}/answer", {"x": 1})
    never = program(world, "other_officer1").post("visits/X-1/answer", {"x": 1})
    assert known.status_code == never.status_code == 404
    assert program(world, "planner").post(f"visits/{visit.number}/answer", {"x": 1}).status_code == 403


def test_the_code_is_shown_by_its_officers_alone(world):
    stage = Stage(world)
    visit = stage.coded()
    assert program(world, "officer1").get(f"visits/{visit.number}/code").json()["short"]
    assert program(world, "head").get(f"visits/{visit.number}/code").status_code == 403
    stage.confirm(visit)
    assert program(world, "officer3").get(f"visits/{visit.number}/code").status_code == 404


def test_an_enterprise_reads_no_scheme_and_no_finding_before_it_was_told(world):
    stage = Stage(world)
    visit = stage.started()
    from jiangcheng.inspection.visits.actions import record

    record.answer(stage.lead, visit, record.facts.questions(visit)[0], "problem", "柜温显示9℃")
    said = program(world, "enterprise").get(f"visits/{visit.number}").json()
    assert said["scheme"] is None and said["missing"] == [] and not any(q["verdict"] for q in said["questions"])
    own = program(world, "officer1").get(f"visits/{visit.number}").json()
    assert own["scheme"]["chosen"] == "picked" and own["questions"][0]["verdict"] == "problem"


def test_receipts_checkpoints_and_keys(world):
    stage = Stage(world)
    visit = stage.ready()
    caller = program(world, "officer1")
    number = caller.done(f"visits/{visit.number}/submit")["receipt"]["number"]
    sequencer.checkpoint_now()
    said = caller.get(f"ledger/receipts/{number}").json()
    assert said["inclusion"]["number"] == number
    assert program(world, "head").get(f"ledger/receipts/{number}").status_code == 404
    latest = Program().get("ledger/checkpoints/latest").json()
    assert Program().get("ledger/checkpoints").json()["rows"][0] == latest
    assert latest["key"] in {k["id"] for k in Program().get("ledger/keys").json()}
    assert caller.get("ledger/receipts/999999999999999999999999").status_code == 404


def test_the_law_table_is_public():
    rows = Program().get("law/duties", limit=100).json()
    assert rows["count"] > 150 and rows["rows"][0]["wording"]
    assert {d["law"] for d in Program().get("law/duties", law="ai-fund").json()["rows"]} == {"ai-fund"}
    assert any(r["id"] == "HR-08-5" for page in (1, 2) for r in Program().get("law/house-rules", page=page).json()["rows"])


def test_every_error_is_json_and_nothing_is_kept_by_others(world):
    for answer in (Client().get("/api/none"), Client().get("/api/me"), Client().get("/api/visits/x")):
        assert answer["Content-Type"].startswith("application/json") and answer.json()["sentence"]
    assert "no-store" in program(world, "officer1").get("visits/none")["Cache-Control"]
    assert ApiKeyUse.objects.get().address == "127.0.0.1"


def test_the_guide_names_every_operation(client):
    page = client.get("/api/")
    words = page.content.decode()
    assert page.status_code == 200 and all(path in words for path in app.schema()["paths"])
    assert get_resolver().reverse_dict.getlist("api-guide")

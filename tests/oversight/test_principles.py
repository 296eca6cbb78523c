"""The five principles are the tags by which complaints, reports, ratings and findings are filed and counted (article 5)."""

from __future__ import annotations

import pytest

from jiangcheng.inspection.visits import sheets
from jiangcheng.inspection.visits.facts import scheme as facts
from jiangcheng.kernel import ledger
from jiangcheng.law.rule import Refused
from jiangcheng.oversight import actions, queries, words
from jiangcheng.oversight.models import Finding
from jiangcheng.papers.render import kinds
from jiangcheng.parties.scope import scope

pytestmark = pytest.mark.django_db
FIVE = ["于法有据", "严格规范", "公正文明", "包容审慎", "精准高效"]


def file(stage, kind="finding", principles=("strict",), text="通知书没有写明复议期限", body=None, **more) -> Finding:
    return actions.file_finding(stage.supervisor, stage.world.body if body is None else body, kind, principles, text, **more)


@pytest.mark.duty("327-05-3", "allowed")
def test_filed_and_counted_by_principle(stage):
    visit = stage.arrived()
    file(stage, principles=("precise", "strict"), visit=visit)
    file(stage, "complaint", ("precise",), "一个月内来了三次")
    file(stage, "rating", ("fair",), "态度生硬")
    counts = {word: (numbers, total) for _, word, numbers, total in queries.by_principle(scope(stage.supervisor, Finding.objects.all()))}
    assert [*counts] == FIVE == [w for _, w in words.PRINCIPLES]
    assert counts["精准高效"] == ([1, 0, 0, 1], 2) and counts["公正文明"] == ([0, 0, 1, 0], 1) and counts["于法有据"] == ([0] * 4, 0)
    first = Finding.objects.order_by("id").first()
    assert first.principles == ["strict", "precise"] and first.principle_words == ["严格规范", "精准高效"]
    assert ledger.history(first).get().duties == "327-05-3"


@pytest.mark.duty("327-05-3", "refused")
@pytest.mark.parametrize(("said", "field"), [
    ({"principles": ()}, "principles"), ({"principles": ("best",)}, "principles"), ({"kind": "gossip"}, "kind"), ({"text": ""}, "text"),
])
def test_nothing_is_filed_without_a_principle(stage, said, field):
    with pytest.raises(Refused) as found:
        file(stage, **said)
    assert [b.field for b in found.value.breaches] == [field] and not Finding.objects.exists()


def test_only_on_bodies_the_office_supervises(stage):
    with pytest.raises(Refused):
        file(stage, body=stage.world.other_body)
    with pytest.raises(Refused):
        actions.file_finding(stage.head, stage.world.body, "finding", ("fair",), "自己评自己")
    file(stage)
    seen = {who for who in stage.world.people if scope(stage.world.actor(who), Finding.objects.all()).exists()}
    assert seen == {"head", "deputy", "supervisor", "city_supervisor", "city_supervisor2"}


@pytest.mark.duty("327-05-3", "allowed")
def test_the_approval_form_prints_all_five(stage):
    visit = stage.submitted()
    data = sheets.approval(visit, facts.of(visit))
    assert all(word in data["principles"] for word in FIVE)
    assert data["principles"] in str(kinds.blocks("approval", {"frequency": {"this": "", "limit": "", "used": ""}} | data))


@pytest.mark.duty("327-05-3", "allowed")
def test_the_page_files_filters_and_exports(stage):
    visit, client = stage.arrived(), stage.world.client("supervisor")
    new = {"kind": "report", "about": visit.number, "principles": ["fair", "precise"], "text": "企业反映检查时间过长"}
    assert client.post("/supervisor/principles/", new).status_code == 302
    row = Finding.objects.get()
    assert row.visit == visit and row.body == visit.body
    assert client.post("/supervisor/principles/", new | {"principles": []}).status_code == 409
    missing = client.post("/supervisor/principles/", new | {"about": "没有的"})
    assert missing.status_code == 409 and "企业反映检查时间过长" in missing.content.decode()
    assert row.number in client.get("/supervisor/principles/?principle=fair").content.decode()
    assert row.number not in client.get("/supervisor/principles/?principle=lawful").content.decode()
    assert client.get("/supervisor/principles/?format=xlsx")["Content-Type"].endswith("sheet")
    assert "还没有归类的件" in stage.world.client("other_supervisor").get("/supervisor/principles/").content.decode()

"""What the desk tells of visits that an officer may not know of yet; forms sent twice; ways out that one's desk can open."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from jiangcheng.inspection.visits.actions import door, orders, scheme
from jiangcheng.inspection.visits.models import Draw, Visit
from jiangcheng.law.rule import Breach, Refused, Remedy
from jiangcheng.web.errors import for_actor, own_remedy
from tests.visits.walk import Walk
from tests.web_officer.conftest import at


def key_in(page) -> str:
    return re.search(r'name="key" value="([^"]+)"', page.content.decode()).group(1)


@pytest.mark.duty("327-06-1", "327-08-2", "refused")
def test_a_recheck_to_come_is_shown_to_its_own_people_alone(stage, world):
    _, order = Walk(stage).ordered()
    coming = orders.draft_followup(stage.lead, order)
    for name, told in (("officer1", True), ("officer3", False)):
        client = world.client(name)
        for address in (reverse("officer-followups"), reverse("officer-order", args=[order.number])):
            assert (coming.number in client.get(address).content.decode()) is told, f"{name} {address}"


@pytest.mark.duty("327-06-1", "327-08-2", "refused")
def test_visits_to_come_do_not_count_in_what_is_shown(stage, world):
    stage.cap(5)
    stage.coded()
    mine = scheme.draft(world.actor("officer3"), row_id=stage.row.pk, site_id=world.site.pk, pick_reason="有待核实")
    client = world.client("officer3")
    assert "已到场的检查 1 次" in client.get(reverse("officer-scheme-new")).content.decode()
    for name in ("visit-scheme", "visit-detail"):
        assert "已查 0 / 上限 5" in client.get(at(name, mine)).content.decode()
    before = client.get(reverse("officer-scheme-new") + f"?row={stage.row.pk}").context["pool_size"]
    stage.coded(site=stage.firms(1)[0])
    assert client.get(reverse("officer-scheme-new") + f"?row={stage.row.pk}").context["pool_size"] == before + 1


@pytest.mark.duty("327-17-1", "327-06-1", "refused")
def test_a_draw_from_one_enterprise_is_none_and_tells_nothing(stage, world):
    client, address = world.client("officer3"), reverse("officer-scheme-new")
    sent = {"row": stage.row.pk, "how": "draw", "pool": world.enterprise.name}
    free = client.post(address, sent).content.decode()
    stage.coded()
    busy = client.post(address, sent).content.decode()
    assert "符合条件的企业只有一家" in free and "符合条件的企业只有一家" in busy and not Draw.objects.exists()


@pytest.mark.duty("327-08-2", "allowed")
@pytest.mark.parametrize("how", ["draw", "pick"])
def test_a_double_tap_makes_one_draft(stage, world, how):
    stage.firms(2)
    client, address = world.client("officer1"), reverse("officer-scheme-new") + f"?row={stage.row.pk}"
    sent = {"row": stage.row.pk, "how": how, "site": world.site.pk, "reason": "上次发现问题", "key": key_in(client.get(address))}
    first, second = client.post(address, sent), client.post(address, sent)
    assert first.status_code == second.status_code == 302 and first["Location"] == second["Location"]
    assert Visit.objects.count() == 1
    other = client.post(address, sent | {"reason": "另有举报"})
    assert Visit.objects.count() == 2 and other["Location"] != first["Location"]


@pytest.mark.duty("327-08-2", "327-17-1", "allowed")
def test_a_decision_sent_twice_is_one_decision(stage, world):
    visit, client = stage.submitted(), world.client("head")
    address = reverse("head-visit", args=[visit.number])
    sent = {"step": "approve", "opinion": "同意。", "key": key_in(client.get(address))}
    assert [client.post(address, sent).status_code for _ in range(2)] == [302, 302]
    assert stage.fresh(visit).state == "to_code"


@pytest.mark.duty("HR-18-2", "refused")
def test_the_form_declares_for_oneself_alone(stage, world):
    visit, client = stage.draft(), world.client("officer1")
    day = f"{stage.day:%Y-%m-%d}"
    sent = {
        "day": day, "start": "00:00", "end": "23:59", "days": "1", "assistants": [world.officers[1].pk], "declared": "on", "minutes": "60",
        "steps": visit.steps, "why_onsite": "现场核实", "merge": "none", "step": "submit",
    }
    assert client.post(at("visit-scheme", visit), sent).status_code == 302
    assert {o.person_id: o.recusal_declared_at is not None for o in visit.officers.all()} == {
        world.officers[0].pk: True, world.officers[1].pk: False,
    }
    colleague = world.client("officer2")
    assert visit.enterprise.name in colleague.get(reverse("officer-home")).content.decode()
    page = colleague.get(at("visit-detail", visit))
    assert "声明本人没有利害关系" in page.content.decode()
    colleague.post(at("visit-act", visit), {"step": "declare", "key": key_in(page)})
    assert not visit.officers.filter(recusal_declared_at=None).exists()


@pytest.mark.duty("327-17-4", "allowed")
def test_back_at_the_door_after_a_break_before_the_start(stage, world):
    visit = stage.arrived()
    door.break_off(stage.lead, visit, "停电")
    assert world.client("officer1").post(at("visit-resume", visit))["Location"] == at("visit-code", visit)
    page = world.client("officer1").get(at("visit-detail", visit)).content.decode()
    assert at("visit-reschedule", visit) in page and "撤回改期" not in page


@pytest.mark.duty("327-18-5", "allowed")
def test_a_begun_visit_that_was_moved_is_taken_back(stage, world):
    visit = stage.started()
    door.break_off(stage.lead, visit, "停电")
    scheme.reschedule(stage.lead, visit, stage.now, stage.now.replace(hour=23, minute=59), "未恢复")
    scheme.approve(stage.head, visit)
    client = world.client("officer1")
    page = client.get(at("visit-detail", visit))
    assert "撤回改期，恢复为中止检查" in page.content.decode() and "撤销检查的原因" not in page.content.decode()
    client.post(at("visit-act", visit), {"step": "withdraw", "key": key_in(page)})
    assert stage.fresh(visit).state == "broken_off"


def test_ways_out_are_open_to_who_reads_them(world):
    to_visit = Remedy("更换人员", "visit-detail", (("number", "X-1"),))
    ways = {name: own_remedy(to_visit, world.actor(name)).to for name in ("officer1", "head", "supervisor", "planner")}
    assert ways == {"officer1": "/officer/visits/X-1/", "head": "/head/visits/X-1/", "supervisor": "/supervisor/visits/X-1/", "planner": ""}
    plan = Remedy("看计划", "planner-plan", (("year", 2026),))
    assert [own_remedy(plan, world.actor(n)).to for n in ("planner", "head", "officer1")] == ["/planner/plans/2026/", "/head/plans/2026/", ""]
    records = Remedy("看记录", "officer-visits", (("q", "演示"),))
    assert own_remedy(records, world.actor("officer1")).to.startswith("/officer/visits/?q=")
    assert own_remedy(records, world.actor("head")).to == "/head/office/"
    plain = Breach("没有写明。", (Remedy("补正", "#row-3"), Remedy("电话", "tel:12345"), Remedy("填写")))
    assert for_actor(Refused([plain]).breaches, world.actor("head"))[0].remedies == plain.remedies

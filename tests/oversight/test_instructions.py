"""A government leads and supervises its territory: it reads, instructs with term and reply, and edits no inspection (article 6)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import get_resolver, reverse

from jiangcheng.inspection.visits.flows import ORDER, VISIT
from jiangcheng.inspection.visits.models import Visit
from jiangcheng.kernel import calendar, ledger
from jiangcheng.law.rule import Refused
from jiangcheng.oversight import actions, queries
from jiangcheng.oversight.models import Instruction
from jiangcheng.parties.scope import bodies_read, scope
from tests.access import people

pytestmark = pytest.mark.django_db


def give(world, who="government", to=None, **said) -> Instruction:
    values = {"title": "核实重复检查的反映", "text": "请核实示范路商户反映的重复检查。", "due": world.today + dt.timedelta(days=10)} | said
    return actions.instruct(world.actor(who), world.body if to is None else to, **values)


@pytest.mark.duty("327-06-2", "allowed")
def test_given_replied_returned_replied_settled(world):
    row = give(world)
    assert queries.waiting_instructions(world.actor("head")).get() == row
    actions.reply(world.actor("head"), row, "已核实，系不同事项。")
    assert queries.waiting_instructions(world.actor("government")).get() == row
    actions.send_back(world.actor("government"), row, "请附合并检查的安排")
    actions.reply(world.actor("planner"), row, "已附安排。")
    actions.settle(world.actor("government"), row)
    assert row.state == "settled" and ledger.holes(row) == []
    assert [leaf.act for leaf in ledger.history(row)] == [
        "oversight.instruct", "instruction.reply", "instruction.return", "instruction.reply", "instruction.settle"]


@pytest.mark.duty("327-06-2", "refused")
@pytest.mark.parametrize(("said", "field"), [
    ({"title": ""}, "title"), ({"text": "快"}, "text"), ({"due": None}, "due"), ({"due": dt.date(2020, 1, 1)}, "due"),
])
def test_it_has_words_and_a_term(world, said, field):
    with pytest.raises(Refused) as found:
        give(world, **said)
    assert [b.field for b in found.value.breaches] == [field] and not Instruction.objects.exists()


@pytest.mark.duty("327-06-2", "refused")
def test_only_to_bodies_of_the_territory_and_only_by_a_government(world):
    for who, to in (("government", world.other_body), ("government", world.city_body), ("head", world.body), ("leader", world.body),
                    ("admin", world.body), ("city_supervisor", world.body)):
        with pytest.raises(Refused):
            give(world, who, to)
    assert give(world, "city_government", world.other_body).pk and give(world, to=world.district_office).pk


@pytest.mark.duty("327-06-2", "refused")
def test_each_side_takes_its_own_steps_in_words(world):
    row = give(world)
    wrong = (
        lambda: actions.reply(world.actor("government"), row, "x"), lambda: actions.reply(world.actor("other_head"), row, "x"),
        lambda: actions.reply(world.actor("head"), row, " "), lambda: actions.settle(world.actor("head"), row),
        lambda: actions.withdraw(world.actor("city_government"), row, "x"), lambda: actions.withdraw(world.actor("government"), row, ""),
    )
    for act in wrong:
        with pytest.raises(Refused):
            act()
    actions.withdraw(world.actor("government"), row, "另行部署")
    assert Instruction.objects.get().state == "withdrawn"


def test_who_reads_an_instruction(world):
    give(world)
    seen = {who for who in world.people if scope(world.actor(who), Instruction.objects.all()).exists()}
    assert seen == {"government", "head", "deputy", "planner"}


@pytest.mark.duty("327-06-2", "refused")
def test_a_government_edits_no_inspection(stage):
    visit, order = stage.started(), None
    for who in ("government", "city_government"):
        actor = stage.world.actor(who)
        assert VISIT.open_steps(visit, actor) == [] and order is None
        assert [s.name for s in ORDER.steps if s.who(actor, type("R", (), {"visit": visit})())] == []
    assert not scope(stage.world.actor("government"), Visit.objects.filter(arrived_at=None)).exists()


@pytest.mark.duty("327-06-2", "allowed")
def test_it_reads_its_territory_after_arrival(stage):
    visit, hidden = stage.arrived(), stage.coded(site=stage.firms(1)[0])
    district, city = stage.world.actor("government"), stage.world.actor("city_government")
    assert [*scope(district, Visit.objects.all())] == [visit] == [*scope(city, Visit.objects.all())]
    assert hidden not in scope(city, Visit.objects.all())
    assert stage.world.other_body not in bodies_read(district) and stage.world.other_body in bodies_read(city)


@pytest.mark.duty("327-06-2", "allowed")
def test_the_desk(world):
    one = world.client("government")
    row = give(world, due=world.today)
    home = one.get("/government/").content.decode()
    assert "本辖区概况" in home and "不按检查次数、罚没金额排名" in home and "示范区人民政府" in home
    assert one.get("/home/").url == "/government/"
    approvals = one.get("/government/approvals/").content.decode()
    assert approvals.count("平台尚未开通") == 3 and "第十三条" in approvals and "第二十七条" in approvals and "第十条" in approvals
    assert "<button" not in approvals.split("<main")[1].split("</main>")[0]
    new = {"to": world.authorised.pk, "title": "消防通道", "text": "请核实消防通道检查的安排。", "due": calendar.today() + dt.timedelta(days=3)}
    assert one.post("/government/instructions/", new).status_code == 302
    wrong = one.post("/government/instructions/", new | {"title": ""})
    assert wrong.status_code == 409 and "请核实消防通道检查的安排。" in wrong.content.decode()
    assert "消防通道" in one.get("/government/instructions/?q=消防").content.decode()
    assert "没有找到" in one.get("/government/instructions/?q=没有的").content.decode()
    assert one.get("/government/instructions/?format=xlsx").status_code == 200
    assert one.get("/government/figures/filed/").status_code == 200
    head = world.client("head")
    address = f"/instructions/{row.pk}/"
    assert row.title in head.get("/instructions/").content.decode() and head.get(f"/government/instructions/{row.pk}/").status_code == 403
    assert head.post(address, {"step": "reply", "text": ""}).status_code == 409
    assert head.post(address, {"step": "reply", "text": "已核实。"}).status_code == 302
    assert "等您审阅的回复 1 件" in one.get("/government/").content.decode()
    assert one.post(f"/government/instructions/{row.pk}/", {"step": "settle", "text": ""}).status_code == 302
    assert "存证" in one.get(f"/government/instructions/{row.pk}/").content.decode() or Instruction.objects.get(pk=row.pk).state == "settled"
    assert world.client("other_head").get(address).status_code == 404


@pytest.mark.duty("327-06-2", "refused")
def test_the_government_opens_what_the_leader_opens_and_its_own_desk(world):
    """Every address of the project by GET: the government's answer is the leader's, but for the two desks of their own."""
    government, leader = world.client("government"), world.client("leader")
    for name in people.addresses():
        if people.places(name) or name.startswith(("government-", "leader-", "home", "todo")):
            continue
        assert people.call(government, "GET", name, {}) == people.call(leader, "GET", name, {}), name
    own = [n for n in get_resolver().reverse_dict if isinstance(n, str) and n.startswith("government-") and not people.places(n)]
    assert own and all(people.call(government, "GET", n, {}) == "ok" and people.call(leader, "GET", n, {}) == "403" for n in own)
    assert government.get(reverse("leader-home")).status_code == 403

"""What an administrator enters: nobody else may, terms run forwards, one open session a browser."""

from __future__ import annotations

import datetime as dt
import inspect

import pytest

from jiangcheng.kernel.models import Leaf
from jiangcheng.law.rule import Refused
from jiangcheng.parties import access, actions
from jiangcheng.parties.models import Account, Certificate, Competence, Headship, OpenSession, Seat
from tests.world import PASSWORD

OLD, NEW = dt.date(2026, 1, 1), dt.date(2026, 12, 31)


def acts(world, actor):
    """Every verb of the module with harmless values."""
    person, account, body = world.officers[0], world.accounts["officer1"], world.body
    certificate = world.certificates[0]
    return {
        "save_body": lambda: actions.save_body(body, actor),
        "add_competence": lambda: actions.add_competence(body, Competence(field="fire", basis="三定规定", valid_from=OLD), actor),
        "add_head": lambda: actions.add_head(body, Headship(person=person, rank="deputy", valid_from=OLD), actor),
        "end_term": lambda: actions.end_term(body.competences.first(), NEW, actor),
        "save_person": lambda: actions.save_person(person, actor),
        "save_certificate": lambda: actions.save_certificate(certificate, actor),
        "suspend": lambda: actions.suspend(certificate, OLD, NEW, "核查", actor),
        "revoke": lambda: actions.revoke(certificate, NEW, "调离", actor),
        "reveal": lambda: actions.reveal(person, actor),
        "add_account": lambda: actions.add_account("new", PASSWORD, person, actor),
        "add_seat": lambda: actions.add_seat(Seat(account=account, role="planner", body=body, valid_from=OLD), actor),
        "unlock": lambda: actions.unlock(account, actor),
        "set_active": lambda: actions.set_active(account, True, "恢复", actor),
        "reset_password": lambda: actions.reset_password(account, PASSWORD, actor),
        "decide_parameter": lambda: actions.decide_parameter("HR-14-1", "15", world.today, "会议纪要", actor),
        "import_days": lambda: actions.import_days([actions.DayLine(dt.date(2031, 1, 1), False, "元旦")], "通知", actor),
    }


VERBS = {
    name for name, thing in vars(actions).items() if inspect.isfunction(thing) and thing.__module__ == actions.__name__ and name[0] != "_"
} - {"spans", "delegate", "end_delegation"}
"""All but reading, and what heads do for themselves."""


@pytest.mark.parametrize("name", sorted(VERBS))
def test_only_an_administrator_enters_facts(world, name):
    with pytest.raises(Refused, match="权限"):
        acts(world, world.actor("planner"))[name]()
    before = Leaf.objects.count()
    acts(world, world.actor("admin"))[name]()
    assert Leaf.objects.count() > before


def test_a_term_does_not_end_before_it_begins(world):
    admin = world.actor("admin")
    wrong = (
        lambda: actions.add_competence(world.body, Competence(field="fire", basis="x", valid_from=NEW, valid_until=OLD), admin),
        lambda: actions.save_certificate(
            Certificate(person=world.head, body=world.body, number="X", issuer="x", valid_from=NEW, valid_until=OLD), admin),
        lambda: actions.suspend(world.certificates[0], NEW, OLD, "核查", admin),
        lambda: actions.end_term(world.body.competences.first(), world.start - dt.timedelta(days=1), admin),
    )
    for act in wrong:
        with pytest.raises(Refused, match="止日"):
            act()


def test_logging_in_over_another_accounts_session(world, client):
    for name in ("head", "planner"):
        assert client.post("/login/", {"username": name, "password": PASSWORD}).status_code == 302
    assert OpenSession.objects.filter(account__username="planner").count() == 1
    assert client.get("/planner/").status_code == 200
    assert access.sessions_of(Account.objects.get(username="planner")).count() == 1

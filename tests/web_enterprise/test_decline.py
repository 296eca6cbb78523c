"""不签名 on the enterprise's phone: a declaration in its own words, printed in the record, that closes nothing."""

from __future__ import annotations

import pytest
from django.utils import timezone

from jiangcheng.inspection.visits import sheets
from jiangcheng.inspection.visits.actions import enterprise, outcome, record
from jiangcheng.inspection.visits.facts import record as facts
from jiangcheng.kernel.ledger import history
from jiangcheng.law.rule import Refused
from tests.web_enterprise import scene

WHY = "第 3 项与实际不符 <b>𠮷🏭</b>"


def ready(stage):
    """At the door with a bound browser, every question answered, nobody has signed."""
    visit = stage.coded()
    client, _ = scene.scan(visit)
    return client, scene.answered(stage, scene.shown(stage, stage.fresh(visit)))


def decline(client, visit, why: str = WHY):
    return client.post(scene.page(visit, "verify-answer"), {"step": "decline", "unsigned": why, "name": "孙兰"}, follow=True)


@pytest.mark.duty("327-18-4", "allowed")
def test_declaration_is_kept_shown_and_printed(stage):
    client, visit = ready(stage)
    page = decline(client, visit).content.decode()
    row = visit.reports.get(kind="unsigned")
    assert row.text == WHY and "已声明不签名" in page and "<b>𠮷" not in page
    assert [leaf.act for leaf in history(row)] == ["visit.unsigned"]
    printed = sheets.record(stage.fresh(visit), ["none"], timezone.now())["refusal"]["value"]
    assert WHY in printed and "声明不签名" in printed
    assert not visit.signatures.exists()


def test_second_tap_is_the_first_declaration(stage):
    client, visit = ready(stage)
    decline(client, visit)
    decline(client, visit)
    assert visit.reports.filter(kind="unsigned").count() == 1


@pytest.mark.duty("327-18-4", "refused")
def test_not_without_a_reason_nor_before_the_record_is_complete(stage):
    client, visit = ready(stage)
    answer = decline(client, visit, " ")
    assert answer.status_code == 409 and "没有写明不签名的原因" in answer.content.decode()
    other = stage.coded(site=stage.world.site2)
    browser, _ = scene.scan(other)
    scene.shown(stage, stage.fresh(other))
    assert decline(browser, other).status_code == 409
    assert not other.reports.exists() and not visit.reports.exists()


@pytest.mark.duty("327-18-4", "refused")
def test_declaration_is_no_signature_and_none_after_it(stage):
    client, visit = ready(stage)
    decline(client, visit)
    with pytest.raises(Refused):
        outcome.finish(stage.lead, stage.fresh(visit), ["none"])
    record.sign(stage.lead, visit, "enterprise", "glass", name="孙兰", drawing=scene.LINE)
    assert facts.unsigned(visit) is None
    with pytest.raises(Refused, match="已经签名"):
        enterprise.decline(stage.firm, visit, name="孙兰", reason="改变主意")

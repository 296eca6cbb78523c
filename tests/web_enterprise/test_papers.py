"""查验文书: genuine or not, never what it says; nothing betrays a visit before arrival."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from jiangcheng.inspection.visits.actions import door
from jiangcheng.papers.models import Paper
from tests.web_enterprise import scene


def words(answer) -> str:
    return answer.content.decode()


def show(paper) -> str:
    return reverse("paper-show", args=[paper.code])


def test_papers_of_a_visit_before_arrival_do_not_exist(stage):
    visit = stage.coded()
    door.issue_notice(stage.lead, visit)
    for paper in Paper.objects.filter(matter=visit.number):
        for client in (Client(), stage.world.client("enterprise"), stage.world.client("planner"), stage.world.client("leader")):
            answer = client.get(show(paper))
            assert answer.status_code == 404 and "查无此文书" in words(answer)
            assert paper.number not in words(answer)
            assert client.get(reverse("paper-file", args=[paper.code, "pdf"])).status_code == 404
        assert stage.world.client("officer1").get(show(paper)).status_code == 200
        assert stage.world.client("officer1").get(reverse("paper-file", args=[paper.code, "pdf"])).status_code == 200


@pytest.mark.duty("327-21-1", "allowed")
def test_anybody_verifies_after_arrival_without_content(stage):
    visit = scene.whole(stage, order=True)
    for paper in Paper.objects.filter(matter=visit.number):
        answer = Client().get(show(paper))
        text = words(answer)
        assert answer.status_code == 200 and paper.number in text and paper.pdf_sha256 in text and "核验一致" in text
        assert "武汉演示食品" not in text and "调味料" not in text and visit.number not in text
        assert Client().get(reverse("paper-file", args=[paper.code, "pdf"])).status_code == 404
    typed = paper.code.replace("-", "").lower()
    assert Client().get(reverse("paper-check"), {"code": typed})["Location"] == show(paper)


def test_revoked_before_arrival_stays_unknown(stage):
    visit = stage.coded()
    paper = Paper.objects.filter(matter=visit.number).first()
    door.revoke(stage.supervisor, visit, "计划重复")
    assert Client().get(show(paper)).status_code == 404


def test_altered_bytes_are_named_and_not_given(stage):
    visit = scene.whole(stage)
    paper = Paper.objects.get(matter=visit.number, kind="notice")
    path = Path(settings.MEDIA_ROOT) / paper.pdf_sha256[:2] / paper.pdf_sha256[2:4] / paper.pdf_sha256
    kept = path.read_bytes()
    try:
        path.write_bytes(kept + b"x")
        assert "与存证不一致" in words(Client().get(show(paper)))
        answer = stage.world.client("enterprise").get(reverse("paper-file", args=[paper.code, "pdf"]))
        assert answer.status_code == 500 and b"%PDF" not in answer.content
    finally:
        path.write_bytes(kept)


def test_unknown_codes_are_limited(stage):
    client = Client()
    from jiangcheng.web.papers import views

    for n in range(views.TRIES):
        assert client.get(reverse("paper-show", args=[f"TZ-2222-22{n:02d}"])).status_code == 404
    assert client.get(reverse("paper-show", args=["TZ-2222-2222"])).status_code == 429

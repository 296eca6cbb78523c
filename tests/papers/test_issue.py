"""Issuing: numbers, verify codes, both forms under their digests, nothing half done."""

from __future__ import annotations

import re

import pytest
from django.db import transaction
from django.utils import timezone

from jiangcheng.kernel import ledger
from jiangcheng.kernel.models import Serial
from jiangcheng.law.rule import Refused
from jiangcheng.papers import files, issue, numbers, queries
from jiangcheng.papers.models import Paper
from jiangcheng.papers.render import MissingFields
from tests.papers.papers_fixture import fields, make


@pytest.fixture(autouse=True)
def _store(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def batch_of(world):
    return issue.Batch(world.actor("officer1"), body=world.body, matter_kind="visit", matter="M-1", demo=True)


@pytest.mark.duty("327-21-1", "allowed")
def test_paper_has_number_code_and_two_forms(world):
    paper = make(world)
    year = timezone.localdate().year
    assert paper.number == f"（演示）示市监检告〔{year}〕1号"
    assert re.fullmatch(r"JG-[2-9A-Z]{4}-[2-9A-Z]{4}", paper.code)
    assert issue.content(paper, "pdf").startswith(b"%PDF-")
    assert issue.content(paper, "docx").startswith(b"PK")
    assert paper.data["watermark"] == "演示数据"
    assert paper.data["verify"]["url"].endswith(f"/p/{paper.code}")
    assert [leaf.act for leaf in ledger.history(paper)] == ["papers.issue.result"]


def test_numbers_run_by_kind_and_start_anew_each_year(world):
    first, second, other = make(world), make(world), make(world, "amendment")
    assert [numbers_in(p) for p in (first, second, other)] == [1, 2, 1]
    start = numbers.head(world.body, "result", True)
    assert numbers.expected(start, timezone.localdate().year + 1) == 1


def numbers_in(paper) -> int:
    return int(re.search(r"〕(\d+)号$", paper.number)[1])


def test_two_bodies_with_the_same_word_share_no_number(world):
    with ledger.act("test", world.actor("admin")):
        world.other_body.word = world.body.word
        world.other_body.save()
    mine = make(world)
    other = issue.issue("result", body=world.other_body, matter_kind="visit", matter="M-2", data=fields("result"),
                        actor=world.actor("other_officer1"), demo=True)
    assert mine.number != other.number


def test_body_without_word_is_refused(world):
    with pytest.raises(Refused, match="发文代字"):
        issue.issue("result", body=world.district_office, matter_kind="visit", matter="M-1", data=fields("result"),
                    actor=world.actor("officer1"), demo=True)
    assert not Paper.objects.exists()


@pytest.mark.duty("327-21-1", "refused")
def test_paper_that_lacks_what_it_must_say_is_not_issued(world):
    data = fields("result", world)
    del data["results"]
    with pytest.raises(MissingFields):
        issue.issue("result", body=world.body, matter_kind="visit", matter="M-1", data=data, actor=world.actor("officer1"), demo=True)
    assert not Paper.objects.exists()
    assert not Serial.objects.filter(series__startswith="paper:").exists()


def test_character_without_form_is_refused_by_name(world):
    with pytest.raises(Refused) as refused:
        make(world, opening="企业\U0001f9ff有限公司")
    assert "\U0001f9ff" in refused.value.breaches[0].sentence
    assert not Paper.objects.exists()


def test_a_number_taken_meanwhile_does_the_work_again(world):
    batch = batch_of(world)
    draft = batch.add("result", fields("result", world))
    make(world)
    with pytest.raises(issue.Again), transaction.atomic():
        batch.settle()
    assert Paper.objects.count() == 1
    tries = []

    def work():
        tries.append(1)
        mine = batch_of(world)
        mine.add("result", fields("result", world))
        if len(tries) == 1:
            make(world)
        with transaction.atomic():
            return mine.settle()[0]

    paper = issue.attempt(work)
    assert len(tries) == 2
    assert paper.number != draft.number
    assert len(set(Paper.objects.values_list("number", flat=True))) == 3


def test_one_batch_counts_on_within_a_kind(world):
    batch = batch_of(world)
    drafts = [batch.add("correct", fields("correct", world)) for _ in range(2)]
    with transaction.atomic():
        papers = batch.settle()
    assert [p.number for p in papers] == [d.number for d in drafts]
    assert numbers_in(papers[1]) == numbers_in(papers[0]) + 1


def test_altered_bytes_are_never_given_out(world):
    paper = make(world)
    files._path(paper.pdf_sha256).write_bytes(b"%PDF-forged")
    assert not issue.intact(paper)
    with pytest.raises(files.Altered):
        issue.content(paper, "pdf")


def test_verify_code_is_found_as_people_type_it(world):
    paper = make(world)
    typed = paper.code.lower().replace("-", " ").translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789"})
    found = queries.verify(typed)
    assert (found.number, found.intact, found.body) == (paper.number, True, world.body.name)
    assert world.enterprise.name not in repr(found)
    assert queries.verify("JG-2222-2222") is None
    assert queries.verify("") is None
    assert queries.by_digest(paper.pdf_sha256).code == paper.code


def test_amendment_replaces_and_the_first_paper_stays(world):
    first = make(world)
    before = issue.content(first)
    second = issue.issue("amendment", body=world.body, matter_kind="visit", matter="M-1", data=fields("amendment"),
                         actor=world.actor("officer1"), demo=True, replaces=first)
    assert issue.content(Paper.objects.get(pk=first.pk)) == before
    assert queries.verify(first.code).amended_by == (second.number,)


def test_void_needs_a_reason_and_shows(world):
    paper = make(world)
    with pytest.raises(Refused, match="原因"):
        issue.void(paper, world.actor("officer1"), " ")
    issue.void(paper, world.actor("officer1"), "编号有误")
    assert queries.verify(paper.code).void_reason == "编号有误"

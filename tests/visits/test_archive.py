"""Archiving: the package proves itself, nothing altered or with a hole goes in, closed means closed (articles 8, 25)."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from jiangcheng.inspection.visits.actions import archive, enterprise, outcome, record
from jiangcheng.inspection.visits.facts import outcome as facts
from jiangcheng.inspection.visits.models import Visit
from jiangcheng.inspection.visits.rules.outcome import ArchiveFacts, set_of_papers
from jiangcheng.kernel import ledger
from jiangcheng.kernel.models import Leaf
from jiangcheng.law.rule import Refused
from jiangcheng.papers import archive as packages
from jiangcheng.papers import files
from jiangcheng.papers.models import Paper


@pytest.fixture
def closed(walk):
    visit = walk.started()
    walk.photo(visit, "evidence")
    visit = walk.tell(walk.finish(walk.signed(walk.answer(visit))))
    return walk.close(visit)


def names(data: bytes) -> list[str]:
    return zipfile.ZipFile(io.BytesIO(data)).namelist()


@pytest.mark.duty("327-25-1", "327-08-2", "327-21-1", "HR-25-1", "allowed")
def test_package_holds_papers_files_ledger_and_index(walk, closed):
    assert list(archive.waiting()) == [closed]
    package = walk.archive(closed)
    data = packages.content(package)
    inside = names(data)
    assert walk.fresh(closed).state == "archived" and not archive.waiting().exists()
    for kind in ("approval", "notice", "record", "result", "delivery", "file_index"):
        assert any(f"-{kind}-" in n and n.endswith(".pdf") for n in inside), kind
        assert any(f"-{kind}-" in n and n.endswith(".docx") for n in inside), kind
    assert sum(n.startswith("files/") for n in inside) == len(facts.files_of(closed))
    leaves = [json.loads(x) for x in zipfile.ZipFile(io.BytesIO(data)).read("ledger.jsonl").splitlines()]
    acts = [json.loads(x["entry"])["act"] for x in leaves]
    assert {"visit.submit", "visit.approve", "visit.arrive", "visit.start", "visit.finish", "visit.tell", "visit.close",
            "visit.archive", "visit.sign", "papers.issue.record"} <= set(acts)
    assert all(json.loads(x["promise"])["signature"] for x in leaves)
    assert package.retention_years == 10 and package.retain_until.year == package.archived_at.year + 10
    assert archive.check(closed) == []


@pytest.mark.duty("HR-25-1", "allowed")
def test_what_found_something_is_kept_long(db):
    assert (packages.years(nothing_found=False), packages.years(nothing_found=True)) == (30, 10)


def test_same_contents_give_the_same_bytes_and_each_change_is_named():
    parts = {"a.txt": b"one", "index.json": json.dumps({"contents": []}).encode(), "b/c.pdf": b"two"}
    whole = packages.pack(parts)
    assert packages.pack(dict(reversed(parts.items()))) == whole
    assert packages.check_bytes(whole) == []
    changes = (
        (lambda p: p | {"a.txt": b"0ne"}, "a.txt 与摘要不一致"),
        (lambda p: {k: v for k, v in p.items() if k != "a.txt"}, "缺少文件 a.txt"),
        (lambda p: p | {"new": b"x"}, "多出文件 new"),
    )
    for change, word in changes:
        assert any(word in w for w in packages.check_bytes(repacked(whole, change)))
    assert packages.check_bytes(b"no zip") and packages.check_bytes(whole[:50])


def repacked(data: bytes, change) -> bytes:
    source = zipfile.ZipFile(io.BytesIO(data))
    parts = change({n: source.read(n) for n in source.namelist()})
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for name, content in parts.items():
            target.writestr(name, content)
    return out.getvalue()


@pytest.mark.duty("327-25-1", "refused")
def test_altered_paper_or_photo_does_not_go_into_the_archive(walk, closed):
    photo = facts.files_of(closed)[-1]
    whole = files.open_file(photo)
    files._path(photo.sha256).write_bytes(b"altered")
    with pytest.raises(Refused, match="与登记的摘要不一致"):
        walk.archive(closed)
    files._path(photo.sha256).write_bytes(whole)
    assert walk.archive(closed)


def test_altered_package_is_found(walk, closed):
    package = walk.archive(closed)
    path = files._path(package.sha256)
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert archive.check(closed) == ["归档包的文件缺失或已被改动。"]


@pytest.mark.duty("327-21-1", "refused")
def test_incomplete_set_of_papers_is_refused(walk, closed):
    from jiangcheng.papers import issue

    issue.void(Paper.objects.get(matter=closed.number, kind="result"), walk.lead, "误作废")
    with pytest.raises(Refused, match="卷内缺少《行政检查结果告知书》"):
        walk.archive(closed)
    assert set_of_papers(ArchiveFacts("V", ("现场检查笔录",)))


@pytest.mark.duty("327-25-1", "refused")
def test_only_a_closed_visit_is_archived_and_only_once(walk, closed):
    walk.archive(closed)
    with pytest.raises(Refused, match="不能归档"):
        walk.archive(closed)


@pytest.mark.duty("327-25-1", "refused")
def test_closed_means_closed_but_for_additions(walk, closed):
    package = walk.archive(closed)
    visit = walk.fresh(closed)
    for act in (
        lambda: record.set_statement(walk.lead, visit, "改"),
        lambda: record.set_guidance(walk.lead, visit, "改"),
        lambda: outcome.close(walk.lead, visit),
        lambda: outcome.tell(walk.lead, visit, "platform"),
        lambda: enterprise.sign_record(walk.firm, visit, name="孙兰", drawing=[[[1, 1], [2, 2]]]),
    ):
        with pytest.raises(Refused):
            act()
    first = Paper.objects.get(matter=visit.number, kind="record")
    made = outcome.amend(walk.lead, visit, first, [{"where": "第1项", "was": "甲", "now": "乙"}], "笔误")
    assert made.replaces_id == first.pk
    assert archive.check(visit) == [] and archive.package_of(visit).sha256 == package.sha256


# --- holes


@pytest.mark.duty("327-08-2", "allowed")
def test_a_visit_walked_by_its_steps_has_no_hole(closed):
    assert facts.holes(closed) == []
    with_orders = facts.leaves(closed)
    assert len(with_orders) == len({x.pk for x in with_orders}) > 20


@pytest.mark.duty("327-08-2", "refused")
def test_a_hole_in_the_chain_is_found_and_refused(walk, closed):
    start = ledger.history(closed).get(act="visit.start")
    raw_delete(start)
    found = facts.holes(closed)
    assert any("开始检查" in h for h in found)
    assert any("此前状态" in h for h in found)
    with pytest.raises(Refused, match="全过程记录有缺口"):
        walk.archive(closed)


@pytest.mark.duty("327-08-2", "refused")
def test_a_paper_or_state_without_act_is_found(closed):
    raw_delete(Leaf.objects.get(act="papers.issue.result"))
    assert any("没有办理记录" in h and "文书" in h for h in facts.holes(closed))
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("UPDATE visits_visit SET state = 'told' WHERE id = %s", [closed.pk])
    assert any("没有办理记录，最后记录为" in h for h in facts.holes(Visit.objects.get(pk=closed.pk)))


def raw_delete(leaf: Leaf) -> None:
    """Take a leaf away as somebody with the database could; triggers and links are removed first where they stand."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in cursor.fetchall():
            cursor.execute(f'DROP TRIGGER "{name}"')
        cursor.execute("DELETE FROM kernel_leafindex WHERE leaf_id = %s", [leaf.pk])
        cursor.execute("DELETE FROM kernel_leaf WHERE id = %s", [leaf.pk])


# --- visits that did not take place


@pytest.mark.duty("327-25-1", "allowed")
def test_visit_not_done_closes_and_is_archived_without_a_record(walk, stage):
    from jiangcheng.inspection.visits.actions import door

    visit = stage.arrived()
    door.not_done(walk.lead, visit, "closed", "大门上锁，无人应答", photo=stage.photo(visit))
    visit = walk.close(walk.fresh(visit))
    package = walk.archive(visit)
    assert package.retention_years == 10
    assert not any("-record-" in n for n in names(packages.content(package)))
    assert archive.check(visit) == [] and facts.holes(walk.fresh(visit)) == []

"""A change of keys by two persons: refused to one alone, both on the record, old signatures checked as before."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from jiangcheng.kernel import chain, keys, ledger, sequencer
from jiangcheng.kernel.actor import SYSTEM
from jiangcheng.kernel.export import export
from jiangcheng.kernel.models import Leaf
from jiangcheng.kernel.verify import verify_export
from jiangcheng.law.rule import Refused
from jiangcheng.papers import codes
from jiangcheng.parties import access, rotation
from jiangcheng.parties.identity import KeyRotation
from jiangcheng.parties.models import Account, Seat
from tests.world import hashed


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Keys of this test alone."""
    monkeypatch.setenv("JIANGCHENG_VAR", str(tmp_path / "var"))
    chain.forget()
    yield tmp_path
    chain.forget()


@pytest.fixture
def city(home, world):
    """The world with a security administrator beside the city's supervisor."""
    world.add_person("security", "安全（演示）", ("security", world.city_office))
    world.add_person("audit", "审计（演示）", ("audit", world.city_office))
    return world


def change(world, use="ledger", first="security", second="city_supervisor", capture=None):
    row = rotation.start(use, "按年度计划更换", world.actor(first))
    with capture(execute=True):
        return rotation.confirm(row, world.actor(second))


@pytest.mark.duty("327-08-3", "HR-08-13", "allowed")
@pytest.mark.parametrize("use", keys.USES)
def test_two_persons_change_a_key(city, use, django_capture_on_commit_callbacks):
    old = keys.current(use)
    row = rotation.start(use, "按年度计划更换", city.actor("security"))
    assert keys.current(use).id == old.id and rotation.waiting(use) == row
    with django_capture_on_commit_callbacks(execute=True):
        rotation.confirm(row, city.actor("city_supervisor"))
    row.refresh_from_db()
    new = keys.current(use)
    assert (row.state, row.old_key, row.new_key) == ("done", old.id, new.id) and new.id != old.id
    assert (row.started_name, row.confirmed_name) == ("安全（演示）", "陆正（演示）")
    acts = Leaf.objects.filter(act__startswith="kernel.rotation").order_by("id")
    assert [(a.act, a.actor_name) for a in acts] == [("kernel.rotation_started", "安全（演示）"), ("kernel.rotation_confirmed", "陆正（演示）")]
    terms = {k["id"]: k for k in rotation.published() if k["use"] == use}
    assert terms[old.id]["until"] == terms[new.id]["from"] == row.confirmed_at and not terms[old.id]["current"] and terms[new.id]["current"]
    assert not list(keys.folder().glob("*.next"))


@pytest.mark.duty("327-08-3", "HR-08-13", "refused")
def test_one_person_alone_is_refused_whatever_the_account(city):
    row = rotation.start("code", "更换", city.actor("security"))
    before = keys.code_key().id
    with pytest.raises(Refused, match="两人"):
        rotation.confirm(row, city.actor("security"))
    with ledger.act("test.second", SYSTEM):  # the same person with a second account and another seat
        again = Account.objects.create(username="security2", person=city.people["security"], password=hashed())
        seat = Seat(account=again, role="supervisor", body=city.city_office, valid_from=city.start)
        seat.save()
    with pytest.raises(Refused, match="两人"):
        rotation.confirm(row, access.actor_for(again, seat))
    row.refresh_from_db()
    assert row.state == "waiting" and keys.code_key().id == before and not list(keys.folder().glob("*.next"))
    with pytest.raises(IntegrityError), transaction.atomic(), ledger.act("test.past", SYSTEM):  # nor past the action
        KeyRotation.objects.filter(pk=row.pk).update(state="done", confirmed_by=row.started_by)


@pytest.mark.duty("327-08-3", "refused")
@pytest.mark.parametrize("who", ["officer1", "head", "supervisor", "planner", "audit", "admin", "leader", "enterprise"])
def test_others_have_no_part_in_it(city, who):
    row = rotation.start("code", "更换", city.actor("security"))
    for act in (lambda: rotation.start("ledger", "x", city.actor(who)), lambda: rotation.confirm(row, city.actor(who)),
                lambda: rotation.withdraw(row, "x", city.actor(who))):
        with pytest.raises(Refused, match="权限"):
            act()


def test_one_change_at_a_time_and_with_a_reason(city):
    with pytest.raises(Refused, match="原因"):
        rotation.start("code", " ", city.actor("security"))
    row = rotation.start("code", "更换", city.actor("security"))
    with pytest.raises(Refused, match="等待确认"):
        rotation.start("code", "更换", city.actor("city_supervisor"))
    rotation.withdraw(row, "不再需要", city.actor("security"))
    with pytest.raises(Refused, match="办结、撤回"):
        row.refresh_from_db()
        rotation.confirm(row, city.actor("city_supervisor"))
    rotation.start("code", "再次更换", city.actor("city_supervisor"))


def test_two_who_confirm_at_once_change_the_key_once(city, django_capture_on_commit_callbacks):
    row = rotation.start("code", "更换", city.actor("security"))
    stale = KeyRotation.objects.get(pk=row.pk)
    with django_capture_on_commit_callbacks(execute=True):
        rotation.confirm(row, city.actor("city_supervisor"))
    now = keys.code_key().id
    with pytest.raises(Refused, match="刚刚由他人办理"):
        rotation.confirm(stale, city.actor("city_supervisor"))
    assert keys.code_key().id == now and not list(keys.folder().glob("*.next"))


@pytest.mark.duty("HR-08-13", "refused")
def test_what_nobody_confirms_in_time_lapses(city):
    row = rotation.start("code", "更换", city.actor("security"))
    with ledger.act("test.late", SYSTEM):
        KeyRotation.objects.filter(pk=row.pk).update(started_at=timezone.now() - dt.timedelta(days=8))
    row.refresh_from_db()
    assert rotation.waiting("code") is None
    with pytest.raises(Refused, match="逾期"):
        rotation.confirm(row, city.actor("city_supervisor"))
    rotation.start("code", "再次更换", city.actor("city_supervisor"))
    row.refresh_from_db()
    assert row.state == "lapsed"


def test_a_server_that_stops_between_act_and_swap_makes_it_good_at_the_next_start(city, django_capture_on_commit_callbacks):
    row = rotation.start("ledger", "更换", city.actor("security"))
    with django_capture_on_commit_callbacks(execute=False):
        rotation.confirm(row, city.actor("city_supervisor"))
    row.refresh_from_db()
    assert keys.ledger_key().id == row.old_key
    assert rotation.settle() == ["ledger"] and keys.ledger_key().id == row.new_key and rotation.settle() == []


@pytest.mark.duty("327-17-2", "allowed")
def test_old_codes_are_verified_as_before(city, settings, django_capture_on_commit_callbacks):
    def token(n):
        key, now = keys.code_key(), timezone.now()
        return codes.sign(codes.Claims(key.id[:8], f"V{n}", 1, 7, "91420103MA4K000DM8", now, now, bytes(16)), key)

    made = [token(0)]
    for n, name in enumerate(("ed25519", "sm2", "ed25519"), 1):
        settings.SIGN = name
        change(city, "code", capture=django_capture_on_commit_callbacks)
        made.append(token(n))
    public = codes.public_keys()
    assert len(public) == 4
    assert [codes.verify_token(t, public).visit for t in made] == ["V0", "V1", "V2", "V3"]
    published = city.client("anonymous").get("/v/keys.json").json()
    assert published["keys"] == public and {t["alg"] for t in published["terms"]} == {"Ed25519", "SM2"}
    assert [t["until"] is None for t in published["terms"] if t["current"]] == [True] and sum(not t["current"] for t in published["terms"]) == 3


def test_a_changed_ledger_is_verified_by_whoever_trusts_the_first_key(city, settings, django_capture_on_commit_callbacks, tmp_path):
    first = keys.ledger_key()
    sequencer.checkpoint_now()
    for name in ("sm2", "ed25519"):
        settings.SIGN = name
        change(city, capture=django_capture_on_commit_callbacks)
        with ledger.act(f"test.after-{name}", SYSTEM):
            pass
        sequencer.checkpoint_now()
    last = keys.ledger_key()
    assert {leaf.key_id for leaf in Leaf.objects.all()} == {k["id"] for k in keys.public_keys() if k["use"] == "ledger"}
    folder = export(tmp_path / "export")
    all_keys = [bytes.fromhex(k["public"]) for k in keys.public_keys() if k["use"] == "ledger"]
    assert verify_export(folder, all_keys, every=True) == []
    assert verify_export(folder, [first.public], every=True) == []  # each key was handed over by the one before
    assert {f.kind for f in verify_export(folder, [last.public], every=True)} == {"checkpoint-changed", "leaf-inserted"}
    # and with nothing but Python: the copy of the verifier in the folder
    done = subprocess.run([sys.executable, "-I", str(folder / "verify.py"), str(folder), "--every", "--key", first.public.hex()],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_forged_hand_over_is_not_believed(city, django_capture_on_commit_callbacks, tmp_path):
    first = keys.ledger_key()
    change(city, capture=django_capture_on_commit_callbacks)
    with ledger.act("test.after", SYSTEM):
        pass
    folder = export(tmp_path / "export")
    lines = [json.loads(x) for x in (folder / "leaves.jsonl").read_text("utf-8").splitlines()]
    for line in lines:
        entry = json.loads(line["entry"])
        if entry["act"] == "kernel.rotation_confirmed":
            entry["extra"]["public"] = keys.stage("ledger").public.hex()
            line["entry"] = json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    (folder / "leaves.jsonl").write_text("".join(json.dumps(x, ensure_ascii=False) + "\n" for x in lines), "utf-8")
    found = {f.kind for f in verify_export(folder, [first.public], every=True)}
    assert {"leaf-changed", "leaf-inserted"} <= found

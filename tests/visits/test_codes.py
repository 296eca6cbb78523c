"""检查码: token, signature, short code, window, changing part, one redemption, revocation, guesses."""

from __future__ import annotations

import base64
import datetime as dt

import pytest
from django.utils import timezone

from jiangcheng.inspection.visits.actions import scheme
from jiangcheng.kernel import ledger
from jiangcheng.kernel.actor import SYSTEM
from jiangcheng.law.rule import Refused
from jiangcheng.papers import breaks, codes
from jiangcheng.papers.models import Guess, InspectionCode

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def visit(stage):
    return stage.coded()


@pytest.fixture
def code(visit):
    return codes.current(visit.number)


@pytest.mark.duty("327-17-2", "allowed")
def test_a_token_says_offline_who_may_come_and_until_when(stage, visit, code):
    assert len(code.token) <= 200
    said = codes.verify_token(code.token, codes.public_keys())
    assert (said.visit, said.uscc, said.body, said.generation) == (visit.number, visit.enterprise.uscc, visit.body_id, 1)
    assert (said.start, said.end) == (code.window_start, code.window_end) == (visit.window_start, visit.window_end)
    assert code.digest.startswith(said.digest.hex())
    assert code.digest == codes.content_digest(scheme.content_of(visit))


def test_every_changed_byte_breaks_the_signature(code):
    raw = bytearray(base64.urlsafe_b64decode(code.token + "=" * (-len(code.token) % 4)))
    for place in range(len(raw)):
        raw[place] ^= 1
        changed = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
        assert codes.verify_token(changed, codes.public_keys()) is None
        assert codes.read(changed).state in ("bad_signature", "unknown")
        raw[place] ^= 1
    assert codes.verify_token(code.token, codes.public_keys()) is not None


def test_another_key_proves_nothing(code):
    name = next(iter(codes.public_keys()))
    assert codes.verify_token(code.token, {name: "00" * 32}) is None
    assert codes.verify_token("kein-token", codes.public_keys()) is None


def test_the_longest_number_still_fits(code):
    from jiangcheng.kernel import keys

    number = "汉" * 7 + "2026-99999"
    claims = codes.Claims(keys.code_key().id[:8], number, 9, 2**31, "9" * 18, code.window_start, code.window_end, b"0" * 16)
    assert len(codes.sign(claims, keys.code_key())) <= 200
    with pytest.raises(ValueError, match="too long"):
        codes.sign(codes.Claims(claims.key, "汉" * 14, 1, 1, "9" * 18, claims.start, claims.end, b"0" * 16), keys.code_key())


def test_a_short_code_has_no_look_alikes_and_is_read_as_typed(code):
    assert len(code.short) == 10 and not set(code.short) & set("01OIL8B5SZ")
    typed = f" {code.short[:4].lower()}－{code.short[4:8]} {code.short[8:]}"
    assert codes.read(typed).code == code


@pytest.mark.duty("327-17-4", "HR-17-5", "refused")
def test_states_follow_the_window(code):
    before, after = code.window_start - MINUTE, code.window_end + MINUTE
    assert codes.read(code.token, before).state == "not_yet"
    assert codes.read(code.token, code.window_start).good
    assert codes.read(code.token, after).state == "expired"
    with ledger.act("test", SYSTEM):
        assert not codes.redeem(code, "enterprise", before)
        assert not codes.redeem(code, "enterprise", after)
    assert codes.read(code.token, code.window_end).good


def test_reading_changes_nothing(code):
    before = InspectionCode.objects.filter(pk=code.pk).values().get()
    leaves = ledger.models.Leaf.objects.count()
    for value in (code.token, code.short, code.token[:-4] + "AAAA"):
        codes.read(value)
    assert InspectionCode.objects.filter(pk=code.pk).values().get() == before
    assert ledger.models.Leaf.objects.count() == leaves
    assert Guess.objects.count() == 0


@pytest.mark.duty("327-17-4", "allowed")
def test_the_first_redemption_wins(code):
    now = timezone.now()
    twin = InspectionCode.objects.get(pk=code.pk)
    with ledger.act("test", SYSTEM):
        assert codes.redeem(code, "enterprise", now)
        assert not codes.redeem(twin, "officer", now + MINUTE)
    kept = InspectionCode.objects.get(pk=code.pk)
    assert (kept.state, kept.used_by, kept.used_at) == ("used", "enterprise", now)
    assert codes.read(code.token).state == "used"


@pytest.mark.duty("327-17-4", "refused")
def test_a_revoked_code_is_not_redeemed(code):
    codes.revoke(code, "更换人员", SYSTEM)
    assert not codes.redeem(code, "enterprise", timezone.now())
    reading = codes.read(code.token)
    assert (reading.state, reading.bad, reading.word) == ("revoked", True, "已撤销")
    assert not codes.revoke(code, "再次", SYSTEM)


@pytest.mark.duty("HR-17-3", "allowed")
def test_the_changing_part_holds_half_a_minute_and_its_neighbours(code):
    now = timezone.now()
    value = codes.rotating(code, now)
    assert len(value) == 8
    assert codes.rotating_ok(code, value, now)
    assert codes.rotating_ok(code, value.lower(), now + dt.timedelta(seconds=30))
    assert codes.rotating_ok(code, value, now - dt.timedelta(seconds=30))


@pytest.mark.duty("HR-17-3", "refused")
def test_a_forwarded_picture_is_too_old(code):
    now = timezone.now()
    value = codes.rotating(code, now)
    assert not codes.rotating_ok(code, value, now + dt.timedelta(seconds=90))
    assert not codes.rotating_ok(code, "", now)


def test_wrong_short_codes_are_counted_by_address_and_stopped(code):
    now = timezone.now()
    for n in range(codes.TRIES):
        reading = codes.read("AAAAAAAAAA", now, where="192.0.2.7")
        assert (reading.state, reading.tries_left) == ("unknown", codes.TRIES - 1 - n)
    assert codes.read(code.short, now, where="192.0.2.7").state == "limited"
    assert codes.read(code.short, now, where="192.0.2.8").good
    assert codes.read(code.token, now, where="192.0.2.7").good
    assert codes.read(code.short, now + dt.timedelta(minutes=codes.TRIES_MINUTES + 1), where="192.0.2.7").good


# --- issue ---


@pytest.mark.duty("327-17-2", "refused")
def test_no_code_before_approval(stage):
    visit = stage.submitted()
    with pytest.raises(Refused):
        scheme.issue_code(stage.lead, visit)
    draft = stage.change(stage.fresh(stage.approved()), approved_at=None)
    with pytest.raises(Refused) as refused:
        scheme.issue_code(stage.lead, draft)
    assert "检查方案未经负责人批准，不能领取检查码。" in str(refused.value)
    assert InspectionCode.objects.count() == 0


@pytest.mark.duty("327-17-2", "refused")
def test_all_that_lapsed_since_approval_is_named_at_once(stage):
    visit = stage.approved()
    stage.change(stage.world.certificates[1], valid_until=stage.day - dt.timedelta(days=1))
    stage.change(stage.version, standard="")
    with pytest.raises(Refused) as refused:
        scheme.issue_code(stage.lead, visit)
    words = str(refused.value)
    assert "执法证件于" in words and "没有登记检查标准" in words and "只有 1 人" in words
    assert InspectionCode.objects.count() == 0 and stage.fresh(visit).state == "to_code"


def test_only_who_goes_gets_the_code(stage):
    visit = stage.approved()
    for name in ("officer3", "head", "planner", "other_officer1", "enterprise"):
        with pytest.raises(Refused):
            scheme.issue_code(stage.world.actor(name), visit)


@pytest.mark.duty("327-17-2", "327-08-2", "allowed")
def test_a_new_code_revokes_the_old_one(stage, visit, code):
    new = scheme.issue_code(stage.assist, visit)
    assert (new.generation, codes.read(code.token).state, codes.read(new.token).state) == (2, "revoked", "valid")
    assert stage.fresh(visit).state == "to_enter"


# --- the test-only switch ---


def test_the_switch_is_refused_where_people_work(monkeypatch, settings, code):
    monkeypatch.setenv("JIANGCHENG_TEST_BREAK", "code")
    settings.DEBUG, settings.TESTING = False, False
    with pytest.raises(breaks.NotForUse):
        codes.redeem(code, "enterprise", timezone.now())
    settings.TESTING = True
    assert breaks.broken("code") and not breaks.broken("cap")
    monkeypatch.delenv("JIANGCHENG_TEST_BREAK")
    assert not breaks.broken("code")

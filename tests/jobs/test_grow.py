"""A grown city stands on the record like any other: one leaf a batch, counters that agree, codes and files that are genuine."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest

from jiangcheng.inspection.visits import growth
from jiangcheng.inspection.visits.models import CapCounter, CapUse, Visit
from jiangcheng.kernel import bulk, canonical, export, keys, sequencer, storage, verify
from jiangcheng.kernel.actor import SYSTEM
from jiangcheng.kernel.models import Leaf, RowDigest
from jiangcheng.law.rule import Refused
from jiangcheng.papers import archive, codes
from jiangcheng.papers.models import ArchivePackage, InspectionCode
from jiangcheng.parties import demo
from jiangcheng.parties import growth as parties
from jiangcheng.parties.models import Enterprise, Person, Site

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 20)
FIRMS, VISITS = 90, 150


@pytest.fixture
def city(settings, tmp_path):
    """The demo's bodies and people, and what has grown beside them."""
    settings.MEDIA_ROOT = tmp_path / "files"
    demo.build(DAY)
    parties.bodies(DAY, 327)
    parties.enterprises(FIRMS, 327, batch=40)
    return growth.town(DAY, 327)


def findings(tmp_path) -> list[str]:
    sequencer.checkpoint_now()
    folder = export.export(tmp_path / "export")
    public = [k["public"] for k in keys.public_keys() if k["use"] == "ledger"]
    return [str(f) for f in verify.verify_export(folder, public)]


def test_the_verifier_is_content_and_names_a_row_that_was_changed(city, tmp_path):
    growth.visits(city, VISITS, batch=60)
    assert findings(tmp_path) == []
    one = Visit.objects.filter(demo=True, state="archived").first()
    Visit._base_manager.filter(pk=one.pk).update(outcomes="stop")
    assert any(str(one.pk) in f for f in findings(tmp_path / "again"))


def test_a_batch_is_one_leaf_and_a_second_run_goes_on_where_the_first_ended(city):
    growth.visits(city, 70, batch=50)
    first = set(Visit.objects.values_list("number", "state"))
    growth.visits(city, VISITS, batch=50)
    assert first <= set(Visit.objects.values_list("number", "state"))
    assert (Visit.objects.count(), growth.grown()) == (VISITS, VISITS)
    assert Leaf.objects.filter(act=growth.ACT).count() == 4
    assert Leaf.objects.filter(act=parties.ACT).count() == 3


def test_all_that_grew_is_marked_and_its_codes_are_well_formed(city):
    grown = Enterprise.objects.filter(uscc__in=[parties.code_of(n) for n in range(FIRMS)])
    assert grown.count() == FIRMS == Site.objects.filter(enterprise__in=grown).count()
    assert all(e.demo and e.name.endswith("（演示）") and parties.uscc.check(e.uscc).applies == e.applies for e in grown)


def test_counters_hold_what_the_visits_hold_and_no_cap_is_passed(city):
    growth.visits(city, VISITS)
    held = Counter(CapUse.objects.filter(state__in=("reserved", "used")).values_list("counter", flat=True))
    assert held == Counter(dict(CapCounter.objects.values_list("pk", "n")))
    assert all(use.counter.n <= use.cap.limit for use in CapUse.objects.exclude(cap=None).select_related("cap", "counter"))


def test_codes_are_signed_and_archives_prove_themselves(city):
    growth.visits(city, VISITS)
    public = codes.public_keys()
    for code in InspectionCode.objects.all():
        assert codes.verify_token(code.token, public).visit == code.visit
        assert Visit.objects.get(number=code.visit).enterprise.uscc == code.uscc
    package = ArchivePackage.objects.first()
    assert archive.check(package) == []


def test_there_are_no_more_visits_than_enterprises_to_go_to(city):
    with pytest.raises(ValueError, match="grow more enterprises"):
        growth.visits(city, growth.room(city) + 1)


def test_states_are_those_of_a_city_at_work():
    assert sum(growth.STATES.values()) == 10_000
    assert growth.STATES["archived"] > 9_000


def test_what_is_loaded_is_digested_as_it_is_stored():
    key = storage.reserve_keys(Person, 1)[0]
    bulk.load("test.load", SYSTEM, [Person(pk=key, name="甲", phone="13800000000")])
    form = canonical.current_form(Person)
    stored = canonical.read(Person, form, [key])[str(key)]
    canonical.cover(form, str(key), stored, canonical.salts(form, [str(key)]))
    assert RowDigest.objects.get(tab=form.table, key=str(key)).digest == canonical.digest(form, str(key), stored)


def test_a_load_refuses_what_a_column_cannot_hold_and_rows_without_a_key():
    key = storage.reserve_keys(Person, 1)[0]
    with pytest.raises(Refused):
        bulk.load("test.load", SYSTEM, [Person(pk=key, name="长" * 60)])
    with pytest.raises(ValueError, match="without a key"):
        bulk.load("test.load", SYSTEM, [Person(name="甲")])
    assert not Person.objects.filter(pk=key).exists()


def test_reserved_keys_are_never_given_again():
    kept = storage.reserve_keys(Person, 5)
    assert kept == sorted(set(kept))
    assert storage.reserve_keys(Person, 1)[0] > kept[-1]

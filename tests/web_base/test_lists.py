"""Lists that a person works through: several rows at once, columns, filters kept, the drawing of places, search."""

from __future__ import annotations

import io

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from python_calamine import CalamineWorkbook

from jiangcheng.inspection.plans.models import Reminder
from jiangcheng.inspection.visits.models import Visit
from jiangcheng.parties.models import Account
from jiangcheng.web.supervisor import places
from tests.visits.stage import Stage

pytestmark = pytest.mark.django_db


def draw(source: str, address: str) -> str:
    return Template(source).render(Context({"request": RequestFactory().get(address)}))


def test_filters_are_carried_along_once_and_escaped():
    html = draw('{% keep "page" "body" %}', "/x/?q=%22%3E%3Cb%3E&col=a&col=b&page=3&body=7")
    assert html.count("<input") == 3 and "page" not in html and "body" not in html and "<b>" not in html


@pytest.mark.duty("327-13-2", "allowed")
def test_several_bodies_are_reminded_at_once_each_with_its_result(world):
    client = world.client("supervisor")
    sent, foreign = [world.body.pk, world.authorised.pk], world.other_body.pk
    page = client.post("/supervisor/late/", {"bulk": "remind", "row": [*sent, foreign, "x"]}).content.decode()
    assert "已办 2 行" in page and "未办 1 行" in page and "不由您所在的司法行政部门监督" in page
    assert set(Reminder.objects.values_list("body", flat=True)) == set(sent)
    again = client.post("/supervisor/late/", {"bulk": "remind", "row": sent[:1]}).content.decode()
    assert "未办 1 行" in again and "同一天不重复发出" in again and Reminder.objects.count() == 2
    assert "没有勾选要办理的行" in client.post("/supervisor/late/", {"bulk": "remind"}).content.decode()


def test_accounts_are_turned_off_together_with_a_reason_and_never_ones_own(world):
    client = world.client("admin")
    rows = [world.accounts[key].pk for key in ("officer1", "officer2", "admin")]
    missing = client.post("/admin/accounts/", {"bulk": "off", "row": rows})
    assert missing.status_code == 409 and "请写明原因" in missing.content.decode() and missing.content.decode().count(" checked") == 3 + 5
    page = client.post("/admin/accounts/", {"bulk": "off", "row": rows, "why": "调离"}).content.decode()
    assert "已办 2 行" in page and "不能停用自己的账号" in page
    assert set(Account.objects.filter(is_active=False).values_list("pk", flat=True)) == set(rows[:2])
    assert "已办 1 行" in client.post("/admin/accounts/", {"bulk": "on", "row": rows[:1], "why": "误停"}).content.decode()
    assert "没有锁定" in client.post("/admin/accounts/", {"bulk": "unlock", "row": rows[:1]}).content.decode()


def test_columns_are_chosen_in_the_address_and_the_first_always_stands(world):
    client = world.client("admin")
    assert "发证" not in client.get("/admin/people/").content.decode()
    page = client.get("/admin/people/?col=until").content.decode()
    assert '<th scope="col">有效期至</th>' in page and '<th scope="col">手机</th>' not in page and '<th scope="col">姓名</th>' in page


def test_excel_holds_the_filter_and_no_whole_phone(world):
    answer = world.client("admin").get(f"/admin/people/?format=xlsx&q={world.certificates[0].number}")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    names = [row[0] for row in rows]
    assert world.officers[0].name in names and world.officers[1].name not in names
    assert world.officers[0].phone not in str(rows)


@pytest.fixture
def located(world):
    """Two visits of the district, each at its own street's site."""
    stage = Stage(world)
    return world, [stage.coded(), stage.coded(site=stage.firms(1)[0])]


def test_places_count_every_visit_once_and_stay_in_the_drawing(located):
    world, visits = located
    shown = places.context(Visit.objects.all(), world.district)
    assert sum(p.total for p in shown["places"]) == len(visits)
    for place in shown["drawn"]:
        assert place.r <= place.x <= places.WIDE - place.r and place.r <= place.y <= places.HIGH - place.r
    page = world.client("supervisor").get("/supervisor/visits/").content.decode()
    assert "位置示意" in page and shown["places"][0].name in page
    one = shown["places"][0]
    assert f"共 {one.total} 条" in world.client("supervisor").get(f"/supervisor/visits/?division={one.code}").content.decode()


def test_bubbles_on_one_spot_are_pushed_apart():
    heap = [places.Place(str(n), str(n), x=200, y=150, r=30) for n in range(4)]
    places.keep_apart(heap)
    gaps = [((a.x - b.x) ** 2 + (a.y - b.y) ** 2) ** 0.5 for n, a in enumerate(heap) for b in heap[n + 1:]]
    assert min(gaps) > 60


def test_hull_is_the_outline_of_the_points():
    assert places.hull([(0, 0), (4, 0), (4, 4), (0, 4), (2, 2), (2, 0)]) == [(0, 0), (4, 0), (4, 4), (0, 4)]
    assert places.hull([(1, 1)]) == [(1, 1)]


def test_search_finds_by_initials_code_and_number_within_scope(located):
    world, visits = located
    firm = visits[0].enterprise
    officer = world.client("officer1")
    for words in (firm.name[:4], firm.uscc, visits[0].number, firm.initials[:3].upper()):
        assert visits[0].number in officer.get("/search/", {"q": words}).content.decode(), words
    page = world.client("supervisor").get("/search/", {"q": visits[0].number}).content.decode()
    assert f"/supervisor/visits/{visits[0].number}/" in page or "/supervisor/visits/%" in page
    assert visits[0].number not in world.client("other_officer1").get("/search/", {"q": visits[0].number}).content.decode().split("<main")[1].replace(
        f'value="{visits[0].number}"', "")
    assert "请至少输入两个字" in officer.get("/search/?q=a").content.decode()
    assert world.client("admin").get("/search/?q=ab").status_code == 403
    assert 'role="search"' not in world.client("admin").get("/admin/").content.decode()



def test_what_is_too_big_is_answered_with_what_is_kept_and_a_number(client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    answer = client.post("/login/", {"username": "x" * 2000})
    page = answer.content.decode()
    assert answer.status_code == 413 and "内容过大" in page and "保留在本机" in page and "编号" in page and "data-refused" in page


def test_a_form_sent_after_the_session_ended_leads_back_to_its_page(world):
    answer = world.client("anonymous").post("/officer/visits/x/act/", headers={"referer": "http://testserver/officer/visits/x/"})
    assert answer.status_code == 302 and answer["Location"] == "/login/?next=%2Fofficer%2Fvisits%2Fx%2F"
    told = world.client("anonymous").post("/officer/visits/x/act/", headers={"accept": "application/json"})
    assert told.status_code == 401 and told.json()["login"].startswith("/login/?next=")


@pytest.mark.parametrize("odd", ["²", "٣", "9" * 30, "-1", "\0", "𠮷😀", "%00", "' or 1=1"])
def test_odd_words_in_an_address_are_answered(world, odd):
    supervisor, admin = world.client("supervisor"), world.client("admin")
    asked = [
        (supervisor, "/supervisor/visits/", ("body", "q", "state", "division", "page", "col")), (supervisor, "/supervisor/late/", ("year",)),
        (supervisor, "/supervisor/filings/", ("q", "state")), (supervisor, "/search/", ("q",)), (admin, "/admin/people/", ("q", "show", "page")),
        (admin, "/admin/accounts/", ("q", "role")), (admin, "/admin/calendar/", ("year",)), (admin, "/admin/bodies/", ("q", "show")),
    ]
    held, none = (400, 400) if odd == "\0" else (200, 404)  # no database holds the null sign
    for client, address, names in asked:
        for name in names:
            assert client.get(address, {name: odd}).status_code == held, (address, name)
    assert admin.post("/admin/accounts/", {"bulk": "unlock", "row": odd}).status_code == held
    assert world.client("officer1").post("/sessions/", {"session": odd}).status_code == none

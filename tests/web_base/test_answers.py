"""Answers of the base: refusals, standard states, small addresses, time-out, headers, and no inline code anywhere."""

import re
import time
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

import jiangcheng.web
from jiangcheng.web import middleware

pytestmark = [pytest.mark.urls("tests.web_base.urls"), pytest.mark.django_db]
WEB = Path(jiangcheng.web.__file__).parent


@pytest.fixture
def officer(world):
    return world.client("officer1")


def test_refused_is_409_with_every_breach_as_a_page(client):
    answer = client.post("/refuse/", headers={"referer": "http://testserver/officer/door/"})
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "检查方案未经负责人批准。" in html and "尚未扫码。" in html and "第十七条" in html
    assert 'href="/officer/door/"' in html and "data-refused" in html and "<html" in html
    assert re.search(r"编号 <span class=\"quote\">[2-9A-Z]{5}</span>", html)


def test_refused_never_leads_to_a_foreign_page(client):
    html = client.post("/refuse/", headers={"referer": "https://elsewhere.example/x"}).content.decode()
    assert "elsewhere" not in html


def test_refused_for_htmx_is_a_part_for_the_slot(client):
    answer = client.post("/refuse/", headers={"hx-request": "true"})
    assert answer.status_code == 409 and answer["HX-Retarget"] == "#refusal" and "<html" not in answer.content.decode()
    assert "尚未扫码。" in answer.content.decode()


def test_refused_for_programs_is_json_with_ids_articles_and_remedies(client):
    answer = client.post("/refuse/", headers={"accept": "application/json"})
    found = answer.json()
    assert answer.status_code == 409
    assert [b["ids"] for b in found["breaches"]] == [["327-17-1"], ["327-17-4"]]
    assert found["breaches"][0]["remedies"] == [{"text": "提交审批", "url": "/components/today/"}, {"text": "请负责人办理", "url": ""}]
    assert found["breaches"][0]["article"].startswith("第十七条") and found["breaches"][0]["sentence"] == "检查方案未经负责人批准。"


def test_standard_states_say_what_is_kept_what_to_do_and_a_number(client, settings):
    for path, status in [("/nothing/", 404), ("/denied/", 403)]:
        answer = client.get(path)
        html = answer.content.decode()
        assert answer.status_code == status
        assert "保留情况" in html and "怎么办" in html and re.search(r"quote\">[2-9A-Z]{5}<", html)


def test_broken_page_names_no_detail_and_needs_no_database():
    client = Client(raise_request_exception=False)
    answer = client.get("/fails/")
    html = answer.content.decode()
    assert answer.status_code == 500 and "secret detail" not in html and "服务器没有完成这一步" in html
    assert client.get("/fails/", headers={"accept": "application/json"}).json()["number"]


def test_big_type_and_row_height_are_remembered(client):
    answer = client.get("/big/?on=1&next=/render/")
    assert answer.status_code == 302 and answer["Location"] == "/render/"
    assert 'class="big"' in client.get("/render/").content.decode()
    client.get("/big/?on=0")
    assert 'class="big"' not in client.get("/render/").content.decode()
    client.get("/rows/?height=compact")
    assert client.cookies["jc_rows"].value == "compact"


@pytest.mark.parametrize("where", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"])
def test_the_way_back_is_always_ours(client, where):
    assert client.get("/big/", {"on": "1", "next": where})["Location"] == "/"


def test_service_worker_comes_from_the_root(client):
    answer = client.get("/sw.js")
    assert answer["Content-Type"].startswith("text/javascript") and answer["Service-Worker-Allowed"] == "/"
    assert b"addEventListener" in answer.content


def test_every_file_that_the_service_worker_keeps_exists():
    text = (WEB / "static/js/sw.js").read_text()
    names = re.search(r'\.\.\.\[([^\]]+)\]\.map', text)[1]
    wanted = re.findall(r'"/static/([^"]+)"', text) + [f"js/{n}.js" for n in re.findall(r'"(\w+)"', names)]
    assert len(wanted) > 12 and [w for w in wanted if not finders.find(w)] == []


def test_component_page_is_for_development_only(client, settings):
    assert client.get("/components/").status_code == 404
    settings.DEBUG = True
    assert client.get("/components/").status_code == 200


def test_permissions_policy_lets_only_our_own_pages_use_camera_and_place(client):
    assert "camera=(self), geolocation=(self)" in client.get("/render/")["Permissions-Policy"]


def test_actor_is_on_the_request_and_in_the_page(officer, world):
    assert world.people["officer1"].name in officer.get("/officer/door/").content.decode()


def test_an_idle_session_ends_and_an_active_one_does_not(officer, monkeypatch, settings):
    settings.IDLE_MINUTES = 30
    now = time.time()
    assert officer.get("/officer/door/").status_code == 200
    monkeypatch.setattr(middleware.time, "time", lambda: now + 29 * 60)
    assert officer.post("/session/extend/").json() == {"seconds": 1800}
    monkeypatch.setattr(middleware.time, "time", lambda: now + 58 * 60)
    assert officer.get("/session/token/").json()["person"] is True
    monkeypatch.setattr(middleware.time, "time", lambda: now + 58 * 60 + 1801)
    answer = officer.get("/officer/door/?a=1")
    assert answer.status_code == 302 and answer["Location"] == "/login/?next=%2Fofficer%2Fdoor%2F%3Fa%3D1"
    assert officer.get("/session/token/").json()["person"] is False


def test_background_requests_do_not_keep_a_session_alive(officer, monkeypatch, settings):
    settings.IDLE_MINUTES = 30
    now = time.time()
    officer.get("/officer/door/")
    for minutes in (10, 20, 29):
        monkeypatch.setattr(middleware.time, "time", lambda m=minutes: now + m * 60)
        assert officer.get("/session/token/", headers={"x-background": "1"}).status_code == 200
    monkeypatch.setattr(middleware.time, "time", lambda: now + 31 * 60)
    answer = officer.get("/session/token/", headers={"accept": "application/json", "x-background": "1"})
    assert answer.status_code == 401 and answer.json()["login"].startswith("/login/")


def test_extending_without_a_session_is_401(client):
    assert client.post("/session/extend/").status_code == 401
    assert client.get("/session/extend/").status_code == 405


def test_no_page_carries_inline_style_or_script():
    wrong = []
    for path in sorted((WEB / "templates").rglob("*.html")):
        text = path.read_text()
        if re.search(r"\sstyle=|<style|\son[a-z]+=|javascript:", text) or re.search(r"<script(?![^>]*\ssrc=)", text):
            wrong.append(str(path.relative_to(WEB)))
    assert wrong == []


def test_styles_and_scripts_load_nothing_from_elsewhere():
    own = [p for p in (WEB / "static").rglob("*") if p.suffix in {".css", ".js"} and "vendor" not in p.parts]
    assert len(own) > 10
    assert [p.name for p in own if re.search(r"https?://(?!www\.w3\.org/)", p.read_text())] == []


def test_words_that_are_never_said():
    said = "".join(p.read_text() for p in (*(WEB / "templates/base").rglob("*.html"), *(WEB / "templates/parts").rglob("*.html"),
                                           *(WEB / "static/js").glob("*.js")))
    assert [w for w in ("非法操作", "操作失败", "系统异常", "尊敬的用户", "！") if w in said] == []

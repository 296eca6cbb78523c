"""Parts: what each shows, and that what must be escaped is."""

import datetime as dt
import re
from types import SimpleNamespace

from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory

from jiangcheng.law.rule import Breach, Refused, Remedy
from tests.web_base.urls import BREACHES


def draw(source, /, **values):
    return Template(source).render(Context(values))


class Sample(forms.Form):
    place = forms.CharField(label="检查场所", help_text="例：示例路 18 号")
    finding = forms.ChoiceField(label="检查情况", widget=forms.RadioSelect, choices=[("ok", "未发现问题"), ("problem", "发现问题\n须写明")])
    note = forms.CharField(label="说明", required=False)


def bound(**data):
    form = Sample(data)
    form.is_valid()
    return form


def test_mark_is_shape_and_word_escaped():
    assert draw("{% mark w %}", w="逾期未改") == '<span class="mark mark-late">逾期未改</span>'
    assert draw("{% mark w 'info' %}", w="<b>") == '<span class="mark mark-info">&lt;b&gt;</span>'
    assert draw("{% mark w %}", w="") == ""


def test_missing_counts_and_links_every_breach():
    html = draw("{% missing b '开始检查前' %}", b=BREACHES)
    assert "还差 2 项" in html
    assert "依据：第十七条" in html
    assert 'href="/components/today/"' in html and "提交审批" in html
    assert 'href="/offline/?from=record"' in html
    assert "请负责人办理" in html and html.count("<a ") == 2


def test_missing_says_when_nothing_is():
    assert draw("{% missing b %}", b=()).strip() == ""
    assert "没有缺项" in draw("{% missing b none='齐全' %}", b=())


def test_a_remedy_may_be_an_anchor_or_name_no_page():
    assert draw("{{ r|remedy_url }}", r=Remedy("补正", "#row-3")) == "#row-3"
    assert draw("{{ r|remedy_url }}", r=Remedy("补正", "no-such-page")) == ""
    assert draw("{{ r|remedy_url }}", r=Remedy("看", "sample", (("name", "code"), ("_anchor", "qr")))) == "/components/code/#qr"


def test_closed_button_stays_and_names_what_is_missing():
    html = draw("{% action '领取检查码' missing=b form='f' %}", b=BREACHES)
    assert 'aria-disabled="true"' in html and 'aria-describedby="missing-h"' in html and "还差 2 项" in html
    assert "submit" not in html
    open_ = draw("{% action '领取检查码' missing=b form='f' name='step' value='issue' %}", b=())
    assert 'type="submit"' in open_ and 'form="f"' in open_ and 'value="issue"' in open_ and "aria-disabled" not in open_


def test_refusal_shows_all_breaches_with_number_and_takes_the_focus():
    html = draw("{% refusal r number='7F3K2' %}", r=Refused(BREACHES))
    assert html.count('class="what"') == 2 and "7F3K2" in html and 'role="alert"' in html and "data-focus" in html
    one = draw("{% refusal r %}", r=Refused([Breach("尚未扫码。", ids=("327-17-4",))]))
    assert one.count("尚未扫码。") == 1


def test_field_has_label_hint_and_error_tied_to_it_and_keeps_what_was_typed():
    form = bound(place="", note="<写的>")
    html = draw("{% field f.place %}{% field f.note %}", f=form)
    assert 'for="id_place"' in html and "例：示例路 18 号" in html and "请填写检查场所" in html
    ids = re.search(r'aria-describedby="([^"]+)"', html)[1].split()
    assert all(f'id="{i}"' in html for i in ids) and len(ids) == 2
    assert 'aria-invalid="true"' in html and "input-bad" in html
    assert 'value="&lt;写的&gt;"' in html and "选填" in html


def test_radio_becomes_choices_with_note_and_keeps_the_choice():
    html = draw("{% field f.finding kind='segment' %}", f=bound(finding="problem", place="x"))
    assert "<fieldset" in html and 'class="segment"' in html and "<small>须写明</small>" in html
    assert re.search(r'value="problem"[^>]*checked', html) and " is-problem" in html


def test_error_summary_links_to_ids_that_are_on_the_page():
    form = bound()
    html = draw("{% errors f %}{% fields f %}", f=form)
    targets = re.findall(r'href="#([^"]+)"', html)
    assert targets == ["id_place", "id_finding"]
    assert all(f'id="{t}"' in html for t in targets)
    assert "有 2 处需要修改" in html and "请选择检查情况" in html


def test_error_summary_is_silent_without_errors():
    assert draw("{% errors f %}", f=Sample()).strip() == ""


def test_process_is_newest_first_with_number_and_interval():
    at = dt.datetime(2026, 11, 23, 1, 0, tzinfo=dt.UTC)
    leaves = [
        SimpleNamespace(pk=n, number="", act=act, actor_name=who, body_name="示例局", at=at + dt.timedelta(minutes=m), opinion=say)
        for n, act, who, m, say in [(7, "x.first", "甲", 0, ""), (8, "x.second", "乙", 26, "同意")]
    ]
    html = draw("{% process leaves %}", leaves=leaves)
    assert html.index("乙") < html.index("甲") and "存证编号 0000000008" in html and "间隔 26 分钟" in html and "“同意”" in html
    assert "还没有办理记录" in draw("{% process leaves %}", leaves=[])


def test_limit_draws_window_and_now():
    at = dt.datetime(2026, 11, 23, 1, 0, tzinfo=dt.UTC)
    html = draw("{% limit '还有 18 分钟' start=s end=e now=n %}", s=at, e=at + dt.timedelta(hours=2), n=at + dt.timedelta(hours=1))
    assert "M183 16v26" in html and "现在 10:00" in html
    assert "<svg" not in draw("{% limit '逾期 3 日' tone='late' %}")


def test_pager_counts_all_and_keeps_the_filter():
    request = RequestFactory().get("/list/?state=open&page=2")
    html = draw("{% pager p '条' %}", p=Paginator(range(1243), 20).page(2), request=request)
    assert "共 1,243 条" in html and "第 21–40 条" in html
    assert 'href="?state=open&amp;page=1"' in html and 'href="?state=open&amp;page=3"' in html


def test_chips_and_sort_live_in_the_address():
    request = RequestFactory().get("/list/?state=bad&sort=due&page=3")
    html = draw("{% chips 'state' rows %}{% th '限期' 'due' %}", rows=[("", "全部", 3), ("bad", "有误", 1)], request=request)
    assert html.count("aria-current") == 1 and "有误 1" in html and 'href="?sort=due"' in html
    assert 'aria-sort="ascending"' in html and "sort=-due" in html and "page" not in html


def test_search_keeps_other_filters_and_the_words():
    html = draw("{% search %}", request=RequestFactory().get("/list/?q=食品&state=bad&page=4"))
    assert 'value="食品"' in html and 'name="state" value="bad"' in html and 'name="page"' not in html


def test_due_card_is_one_link_or_has_a_button_never_a_link_in_a_link():
    one = draw("{% due name='企业' url='/x/' word='逾期 2 个工作日' meta='说明' %}")
    assert one.count("<a ") == 1 and "due-late" in one
    two = draw("{% due name='企业' url='/x/' button='去检查' %}")
    assert two.lstrip().startswith("<div") and two.count("<a ") == 2


def test_kv_says_what_is_not_filled_in():
    html = draw("{% kv rows %}", rows=[("联系人", ""), ("数", 0)])
    assert "未填写" in html and "<dd>0</dd>" in html


def test_pad_has_a_way_without_drawing():
    html = draw("{% pad 'sign' '当事人：陈店长' %}")
    assert 'name="sign_typed"' in html and 'name="sign_code"' in html and "<noscript>" in html

"""Input boundary of the officer's scheme."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from jiangcheng.inspection.visits import words
from jiangcheng.inspection.visits.models import Visit
from jiangcheng.kernel import calendar


def first_day() -> Any:
    """A sensible day for a new visit: the next working day."""
    return calendar.add_working_days(calendar.today(), 1)


class SchemeForm(forms.Form):
    """Time, people and content of a scheme (article 17). Missing things are said by the rules, not here."""

    day = forms.DateField(label="检查日期", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    start = forms.TimeField(label="开始时间", widget=forms.TimeInput(attrs={"type": "time"}))
    end = forms.TimeField(label="结束时间", widget=forms.TimeInput(attrs={"type": "time"}))
    days = forms.TypedChoiceField(
        label="几天内完成", choices=[(1, "当日"), (2, "两日"), (3, "三日")], coerce=int, initial=1, widget=forms.RadioSelect, required=False,
        empty_value=1,
    )
    assistants = forms.TypedMultipleChoiceField(label="协办人员", coerce=int, widget=forms.CheckboxSelectMultiple, required=False)
    declared = forms.BooleanField(
        label="本人声明与企业没有利害关系", required=False, help_text="协办人员由本人在“今日”里声明，领取检查码前完成。",
    )
    minutes = forms.IntegerField(label="预计时长（分钟）", min_value=5, max_value=2880, initial=60)
    steps = forms.CharField(label="检查步骤", widget=forms.Textarea(attrs={"rows": "4"}), required=False)
    why_onsite = forms.CharField(label="现场检查必要性", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": "2"}))
    risk = forms.CharField(
        label="风险和影响", max_length=300, required=False, help_text="例：避开生产高峰，不要求停产配合。",
    )
    merge = forms.ChoiceField(label="合并联合", choices=words.MERGE, required=False)
    merge_note = forms.CharField(
        label="合并联合说明", max_length=300, required=False, help_text="合并的写明检查编号或者计划任务，单独实施的写明理由。",
    )
    helpers = forms.CharField(label="辅助人员", max_length=200, required=False, help_text="不计入两名执法人员，例：检测机构 1 人。")
    single_officer_law = forms.CharField(
        label="一人检查的法律依据", max_length=200, required=False, help_text="只有法律另有规定的才填写，写明法律名称和条款。",
    )

    def __init__(self, *args: Any, colleagues: list[tuple[int, str]], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["assistants"].choices = colleagues

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("start") and data.get("end") and data["end"] <= data["start"]:
            self.add_error("end", "结束时间应当晚于开始时间。")
        return data

    def window(self) -> tuple[datetime, datetime]:
        """The window as typed, in the city's time."""
        data = self.cleaned_data
        last = data["day"]
        for _ in range((data.get("days") or 1) - 1):
            last = calendar.add_working_days(last, 1)
        zone = timezone.get_current_timezone()
        return datetime.combine(data["day"], data["start"], zone), datetime.combine(last, data["end"], zone)

    def values(self) -> dict[str, Any]:
        """Fields of ``actions.scheme.save_scheme``."""
        start, end = self.window()
        names = ("minutes", "steps", "why_onsite", "risk", "merge_note", "helpers", "single_officer_law")
        merge = self.cleaned_data["merge"] or "none"
        return {"window_start": start, "window_end": end, "merge": merge} | {n: self.cleaned_data[n] for n in names}


def scheme_initial(visit: Visit, me: int | None) -> dict[str, Any]:
    """What the form shows of a stored scheme; a blank window proposes the next working day 09:30 to 11:30."""
    start = timezone.localtime(visit.window_start) if visit.window_start else None
    end = timezone.localtime(visit.window_end) if visit.window_end else None
    on = list(visit.officers.filter(left_at=None))
    days = 1 + max(0, calendar.working_days_between(start.date(), end.date())) if start and end else 1
    return {
        "day": start.date() if start else first_day(), "start": (start or datetime(2000, 1, 1, 9, 30)).strftime("%H:%M"),
        "end": (end or datetime(2000, 1, 1, 11, 30)).strftime("%H:%M"), "days": min(days, 3),
        "assistants": [o.person_id for o in on if o.person_id != me],
        "declared": any(o.recusal_declared_at for o in on if o.person_id == me),
        "minutes": visit.minutes, "steps": visit.steps, "why_onsite": visit.why_onsite, "risk": visit.risk, "helpers": visit.helpers,
        "single_officer_law": visit.single_officer_law, "merge": visit.merge, "merge_note": visit.merge_note,
    }


class RescheduleForm(forms.Form):
    """A new window with the reason (申请调整时间)."""

    day = forms.DateField(label="检查日期", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    start = forms.TimeField(label="开始时间", widget=forms.TimeInput(attrs={"type": "time"}))
    end = forms.TimeField(label="结束时间", widget=forms.TimeInput(attrs={"type": "time"}))
    reason = forms.CharField(label="原因", max_length=300, help_text="例：企业当日停电检修，商定改期。")

    def window(self) -> tuple[datetime, datetime]:
        data, zone = self.cleaned_data, timezone.get_current_timezone()
        start, end = datetime.combine(data["day"], data["start"], zone), datetime.combine(data["day"], data["end"], zone)
        return start, end if end > start else end + timedelta(days=1)

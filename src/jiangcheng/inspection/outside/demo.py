"""Generated ties, provisions that apply instead, extra steps and visits that are no inspections, made by the real actions."""

from __future__ import annotations

import io
from datetime import date, datetime, time, timedelta

from django.utils import timezone
from PIL import Image, ImageDraw

from jiangcheng.inspection.items import extra
from jiangcheng.inspection.items.models import Item
from jiangcheng.inspection.outside import actions
from jiangcheng.inspection.outside.models import Outing
from jiangcheng.inspection.reach import actions as reach
from jiangcheng.inspection.visits.demo import actor_of
from jiangcheng.parties.models import Enterprise


def _evidence() -> bytes:
    """A picture that says of itself that it is generated."""
    picture = Image.new("RGB", (480, 320), "white")
    ImageDraw.Draw(picture).text((40, 140), "DEMO / generated evidence", fill="black")
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _visits(day: date) -> int:
    officer = actor_of("officer1")
    firms = list(Enterprise.objects.filter(demo=True, applies="yes").order_by("id")[20:24])
    rows = (
        ("service", "讲解新修订的食品标签标准，回答提问。", "企业 11月18日 来电邀请", "讲解了标签标准，企业提出两条建议。"),
        ("liaison", "听取对营商环境的意见，不做检查。", "商会统一联系", ""),
        ("observe", "随区里参观自动化生产线。", "企业同意", ""),
    )
    for n, ((purpose, aim, invited, note), firm) in enumerate(zip(rows, firms, strict=False)):
        start = timezone.make_aware(datetime.combine(day - timedelta(days=3 - n), time(9, 30)))
        made = actions.register(
            officer, firm, purpose=purpose, aim=aim, people="李强（演示）、王敏（演示）", start=start,
            end=start + timedelta(hours=1), invited_by=invited, demo=True,
        )
        if note:
            actions.finish(officer, made, note)
    return len(rows)


def build(day: date) -> int:
    """A few of each kind; how many visits. A database that has some is left alone, and so is one without the people."""
    planner, office, second = (actor_of(n) for n in ("planner", "supervisor", "supervisor2"))
    if Outing.objects.exists() or None in (planner, office, second, actor_of("officer1")):
        return 0
    own = list(Enterprise.objects.filter(demo=True, applies="yes").order_by("-id")[:1])
    for firm in own:
        reach.save_tie(
            planner, firm, kind="subordinate", document="示编〔2024〕12号（演示）", evidence=_evidence(), valid_from=date(day.year, 1, 1), demo=True,
        )
    said = {
        "document": "特种设备安全法", "level": "law", "clause": "第五十七条", "duty": "327-15-1",
        "says": "对学校、车站等公众聚集场所的特种设备实施重点安全监督检查，不以公布的次数为限。",
    }
    row = reach.enter_exception(planner, fields=["equipment"], valid_from=date(day.year, 1, 1), demo=True, **said)
    reach.confirm(office, row, "已核对公布的文本。")
    waits = said | {
        "document": "消防监督检查规定", "level": "rule", "clause": "第六条", "duty": "327-13-1",
        "says": "举办大型群众性活动前的检查按该规定的时限办理。",
    }
    reach.enter_exception(second, fields=["fire"], valid_from=day, demo=True, **waits)
    _steps(planner, day)
    return _visits(day)


def _steps(planner: object, day: date) -> None:
    """A step after the record, so that the walks of the demo are not held up."""
    item = Item.objects.filter(body=planner.body, demo=True).order_by("-id").first()
    if item is not None:
        extra.add_step(
            planner, item, text="抽样检验的，告知复检权利", document="中华人民共和国食品安全法", level="law", clause="第八十八条", guards="close",
            valid_from=day,
        )

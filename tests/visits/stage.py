"""A published item, a filed plan and visits at any step, on top of the demo world. Not fixtures, so that any test may use them.

    stage = Stage(world)
    visit = stage.ready()        # scheme complete, two officers
    visit = stage.coded()        # approved, code issued, inside its window
    visit = stage.arrived() / stage.started()
"""

from __future__ import annotations

import datetime as dt
import io

from django.utils import timezone
from PIL import Image

from jiangcheng.inspection.items.models import Cap, Item, ItemVersion, Question
from jiangcheng.inspection.plans.models import Plan, PlanRow
from jiangcheng.inspection.visits.actions import door, scheme
from jiangcheng.inspection.visits.models import Visit
from jiangcheng.kernel import ledger
from jiangcheng.kernel.actor import SYSTEM
from jiangcheng.papers import codes, files
from jiangcheng.parties import uscc
from jiangcheng.parties.models import Enterprise, Site


class Stage:
    """One item of food supervision with three questions, the plan row for it, and people to act."""

    def __init__(self, world) -> None:
        self.world = world
        self.now = timezone.now().replace(second=0, microsecond=0)
        self.day = timezone.localdate(self.now)
        self.lead, self.assist = world.actor("officer1"), world.actor("officer2")
        self.head, self.firm = world.actor("head"), world.actor("enterprise")
        self.supervisor, self.superior = world.actor("supervisor"), world.actor("superior")
        with ledger.act("test.stage", SYSTEM):
            self.version = self.item("SP-01", "食品经营监督检查")
            self.plan = Plan(
                body=world.body, year=self.day.year, state="published", filed_at=timezone.now() - dt.timedelta(days=200),
                published_at=timezone.now() - dt.timedelta(days=190), demo=True,
            )
            self.plan.save()
            self.row = self.plan_row(1, self.version)

    def item(self, code: str, name: str, *, body=None, questions: int = 3, **values) -> ItemVersion:
        item = Item.objects.filter(code=code, body=body or self.world.body).first() or Item(body=body or self.world.body, code=code, demo=True)
        item.save()
        base = {
            "n": item.versions.count() + 1, "name": name, "field": "food", "basis": "《中华人民共和国食品安全法》第一百一十条", "basis_level": "law",
            "lowest_level": "district", "subjects": "食品经营者", "content": "许可、进货查验、贮存条件", "manner": "onsite",
            "standard": "食品经营监督检查要点表", "standard_issuer": "国家市场监督管理总局", "standard_version": "2024",
            "effective_from": dt.date(self.day.year - 1, 1, 1), "published_at": timezone.now(), "state": "published",
        }
        version = ItemVersion(item=item, **(base | values))
        version.save()
        for n in range(1, questions + 1):
            Question(version=version, n=n, text=f"第 {n} 项要点", basis="标准第 1 条").save()
        return version

    def plan_row(self, n: int, version: ItemVersion, **values) -> PlanRow:
        base = {
            "item": version.item, "item_name": version.name, "basis": version.basis, "body_name": self.world.body.name,
            "subjects": "食品经营者", "contents": "许可、进货查验", "manner": "现场", "frequency": "每年2次", "proportion": "20%",
            "necessity": "上年度抽查不合格率高于全区平均，仅查资料不能核实贮存条件", "times": 2, "period": "year", "find": "draw",
        }
        row = PlanRow(plan=self.plan, n=n, **(base | values))
        row.save()
        return row

    def cap(self, limit: int, **values) -> Cap:
        base = {
            "issuer": "市市场监督管理局", "issuer_level": "city", "field": "food",
            "printed": f"每年不超过{limit}次", "limit": limit, "period": "year",
            "enforceable": True, "valid_from": dt.date(self.day.year - 1, 1, 1), "demo": True,
        }
        with ledger.act("test.cap", SYSTEM):
            cap = Cap(**(base | values))
            cap.save()
        return cap

    def firms(self, count: int) -> list[Site]:
        """More enterprises with a site in the district."""
        made = []
        with ledger.act("test.firms", SYSTEM):
            for n in range(count):
                code = uscc.make("91", "420199", 20000000 + n)
                firm = Enterprise(uscc=code, name=f"武汉演示第{n}商店（演示）", applies="yes", division=self.world.district, demo=True)
                firm.save()
                site = Site(enterprise=firm, name="门店", address=f"示范区演示路{n + 100}号", division=self.world.street)
                site.save()
                made.append(site)
        return made

    def change(self, row, **values):
        """Write fields past the actions, on the record."""
        with ledger.act("test.change", SYSTEM):
            for name, value in values.items():
                setattr(row, name, value)
            row.save()
        return row

    def photo(self, visit: Visit, purpose: str = "offline"):
        """A small photograph kept for the visit."""
        picture = io.BytesIO()
        Image.new("RGB", (40, 30), (200, 120, 40)).save(picture, "JPEG")
        return files.keep(picture.getvalue(), matter=visit.number, purpose=purpose, actor=self.lead, name="门头.jpg")

    # steps

    def ready(self, *, start=None, end=None, site=None, row=None, **fields) -> Visit:
        """A complete scheme, not submitted."""
        return self.staffed(self.draft(start=start, end=end, site=site, row=row, **fields))

    def draft(self, *, start=None, end=None, site=None, row=None, **fields) -> Visit:
        """A scheme with its window, the drafter alone on it."""
        start = start or self.now - dt.timedelta(minutes=10)
        values = {"window_start": start, "window_end": end or start + dt.timedelta(hours=3)} | fields
        return scheme.draft(
            self.lead, row_id=(row or self.row).pk, site_id=(site or self.world.site).pk, pick_reason="上次检查发现问题较多", **values
        )

    def staffed(self, visit: Visit) -> Visit:
        """Two officers on a scheme, each of whom declares for himself."""
        people = [(self.world.officers[0].pk, "lead"), (self.world.officers[1].pk, "assist")]
        scheme.set_officers(self.lead, visit, people, declared=True)
        return scheme.declare(self.assist, visit)

    def submitted(self, **fields) -> Visit:
        visit = self.ready(**fields)
        scheme.submit(self.lead, visit)
        return self.fresh(visit)

    def approved(self, **fields) -> Visit:
        visit = self.submitted(**fields)
        scheme.approve(self.head, visit)
        return self.fresh(visit)

    def coded(self, **fields) -> Visit:
        visit = self.approved(**fields)
        scheme.issue_code(self.lead, visit)
        return self.fresh(visit)

    def confirm(self, visit: Visit, now=None, **said) -> door.Arrival:
        now = now or timezone.now()
        code = codes.current(visit.number)
        return door.confirm_by_enterprise(self.firm, visit, rotating=codes.rotating(code, now), now=now, **said)

    def arrived(self, **fields) -> Visit:
        visit = self.coded(**fields)
        self.confirm(visit)
        return self.fresh(visit)

    def prepared(self, **fields) -> Visit:
        """Arrived, certificates shown, notice issued."""
        visit = self.arrived(**fields)
        door.show_certificate(self.lead, visit)
        door.issue_notice(self.lead, visit)
        return self.fresh(visit)

    def started(self, **fields) -> Visit:
        visit = self.prepared(**fields)
        door.start(self.lead, visit)
        return self.fresh(visit)

    def fresh(self, visit: Visit) -> Visit:
        return Visit.objects.get(pk=visit.pk)

"""What of unified formats waits for whom."""

from jiangcheng.papers import formats
from jiangcheng.papers.models import Format
from jiangcheng.work.kinds import waiting

waiting(
    "format.approve", Format, "审核统一格式", "head", lambda actor: formats.to_approve(actor.body), search="-",
    page=("head-format", "pk"), also=("body",), may=formats.head_of,
)
waiting(
    "format.file", Format, "统一格式备案", "supervisor", lambda actor: formats.to_file(actor.body), search="-",
    page=("supervisor-format", "pk"), also=("body",), may=formats.city_office,
)

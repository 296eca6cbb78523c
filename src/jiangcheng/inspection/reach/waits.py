"""What of provisions that apply instead waits for whom."""

from jiangcheng.inspection.reach import queries
from jiangcheng.inspection.reach.models import LegalException
from jiangcheng.work.kinds import waiting

waiting(
    "exception.confirm", LegalException, "确认从其规定", "supervisor", lambda actor: queries.waiting(actor.body), search="-",
    title=lambda row: f"{row.document}{row.clause}", page=("exception", "pk"),
)

"""帮助: a page a desk, in few steps, with the articles that they rest on."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

# desk: (title, steps of (what, how, ids))
ARTICLES: dict[str, tuple[str, tuple[tuple[str, str, str], ...]]] = {
    "officer": ("执法人员", (
        ("制作检查方案", "在“今日”点“制作检查方案”，选计划行，抽取或指定对象，填写时间、协办人员和步骤，提交审批。", "327-17-1"),
        ("领取检查码", "负责人批准后，在检查详情点“领取检查码”。还差的项目会逐条列出，附依据和办法。", "327-17-2"),
        ("到场亮码", "到达后点“亮码”，请企业扫码确认；也可以扫企业的码，或录入信用代码。没有网络时选“无网络登记”。", "327-17-4"),
        ("出示证件和通知书", "每名检查人员分别出示证件；出具通知书后才能开始检查。", "327-18-2 327-17-3"),
        ("记录、签名、告知", "逐项记录，核对笔录，签名，选择结果并当场告知；未发现问题的也要告知。", "327-18-4 327-18-5"),
        ("跟踪整改", "责令改正、责令停止的，到期安排复查，直到整改到位。", "327-20-5"),
    )),
    "planner": ("计划管理员", (
        ("公布事项", "在“检查事项”新增或导入，填写依据、标准和检查要点，提交审核，公布后才能列入计划。", "327-07-1"),
        ("编制年度计划", "九项内容逐行填写，或从上年复制、从 Excel 导入；全部问题一次列出。", "327-13-1"),
        ("提交备案", "每年3月31日以前报同级司法行政部门和上级主管部门；退回的逐行补正后再报。", "327-13-2"),
        ("公示和调整", "备案后公示；调整计划须重新备案，公示调整后的计划。", "327-14-3 327-14-4"),
    )),
    "head": ("单位负责人", (
        ("审批方案", "卡片上列出查谁、为何查、谁去查、何时查和系统核对结果，点“批准”或写明意见退回。", "327-17-1"),
        ("授权委托", "可以书面授权分管负责人审批，写明范围和期限。", "HR-17-1"),
    )),
    "supervisor": ("司法行政监督员", (
        ("备案审查", "系统核对九项内容，逐行写意见；齐全的准予备案，有须补正的退回。", "327-14-1"),
        ("检查动态", "查看本级、本地区的检查；可以撤销违法的检查。", "327-06-1"),
        ("无网络登记核查", "核对原因、设备时间和距离，核实或要求说明。", "HR-17-4"),
    )),
    "superior": ("上级主管部门", (("计划收悉", "下级单位的年度计划报来后点“收悉”。", "327-13-2"),)),
    "enterprise": ("企业", (
        ("有人来检查", "请对方亮检查码，用手机扫码查验；绿色页面列出单位、人员、事项和时间，红色页面表示此码无效。", "327-17-4"),
        ("核对证件", "请检查人员出示执法证件，与页面上的姓名、证号核对；人员不符的可以反映。", "327-18-2"),
        ("陈述和签收", "可以陈述意见，写入笔录；不同意的可以写明意见后签名或不签。", "327-18-4"),
        ("整改", "收到责令改正的，在期限内提交整改说明和照片，可以申请延期。", "327-20-3"),
    )),
    "admin": ("系统管理员", (("单位、人员、账号", "维护主体、证件和账号；不能查看检查记录。", "327-03-1"),)),
    "public": ("公众", (("查询", "可以查事项、计划、执法主体，查验检查码和文书，看条文落实情况。", "327-07-1"),)),
}


def index(request: HttpRequest) -> HttpResponse:
    """The help of one's own desk first, then the others."""
    mine = next((role for role in ARTICLES if request.actor.has(role)), "public")
    rows = [(slug, title, steps) for slug, (title, steps) in ARTICLES.items()]
    rows.sort(key=lambda r: r[0] != mine)
    return render(request, "help.html", {"title": "帮助", "rows": rows})


def article(request: HttpRequest, desk: str) -> HttpResponse:
    """The help of one desk."""
    if desk not in ARTICLES:
        raise Http404(desk)
    title, steps = ARTICLES[desk]
    return render(request, "help.html", {"title": f"帮助：{title}", "rows": [(desk, title, steps)]})

"""帮助: a page a desk, in few steps, with the articles that they rest on."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from jiangcheng.web import manuals

# desk: (title, steps of (what, how, ids))
ARTICLES: dict[str, tuple[str, tuple[tuple[str, str, str], ...]]] = {
    "officer": ("执法人员", (
        ("制作检查方案", "在“今日”点“制作检查方案”，选计划行，抽取或指定对象，填写时间、协办人员和步骤，提交审批。", "327-17-1"),
        ("领取检查码", "负责人批准后，在检查详情点“领取检查码”。还差的项目会逐条列出，附依据和办法。", "327-17-2"),
        ("预告", "需要企业事先准备的，领取检查码后在“更多办理”点“预告”，告诉企业事项和时间；预告以后不能收回。", "327-08-2"),
        ("到场亮码", "到达后点“亮码”，请企业扫码确认；也可以扫企业的码，或录入信用代码。没有网络时选“无网络登记”。", "327-17-4"),
        ("出示证件和通知书", "每名检查人员分别出示证件；出具通知书后才能开始检查。", "327-18-2 327-17-3"),
        ("当事人申请回避", "当事人在现场申请回避的，记下申请的对象和理由，检查暂停，由本单位负责人决定。", "HR-18-2"),
        ("拍照取证", "问题逐项拍照。照片去掉位置信息后保存，算出摘要写入存证，换不了也删不掉。", "327-18-4"),
        ("记录、签名、告知", "逐项记录，核对笔录，签名，选择结果并当场告知；未发现问题的也要告知。", "327-18-4 327-18-5"),
        ("跟踪整改", "责令改正、责令停止的，到期安排复查，直到整改到位。", "327-20-5"),
    )),
    "planner": ("计划管理员", (
        ("公布事项", "在“检查事项”新增或导入，填写依据、标准和检查要点，提交审核，公布后才能列入计划。", "327-07-1"),
        ("编制年度计划", "九项内容逐行填写，或从上年复制、从 Excel 导入；全部问题一次列出。", "327-13-1"),
        ("提交备案", "每年3月31日以前报同级司法行政部门和上级主管部门；退回的逐行补正后再报。", "327-13-2"),
        ("登记频次上限", "上级公布了检查频次上限的，在“频次”原样登记；能读出次数和周期的，安排检查时自动核对。", "327-15-1"),
        ("查看文书模板", "在“文书模板”看每种文书何时生成、载明什么；样张用虚构数据，不编号、不保存。", "327-17-3 327-21-1"),
        ("公示和调整", "备案后公示；调整计划须重新备案，公示调整后的计划。", "327-14-3 327-14-4"),
    )),
    "head": ("单位负责人", (
        ("审批方案", "卡片上列出查谁、为何查、谁去查、何时查和系统核对结果，点“批准”或写明意见退回。", "327-17-1"),
        ("审核事项", "计划管理员提交的事项在“事项”里逐项核对，点“公布”写明施行日期，或者写明意见退回修改。", "327-07-1 327-07-3"),
        ("决定回避", "当事人或者检查人员申请回避的，在“待我审批”决定；未决定前，检查暂停。", "HR-18-2"),
        ("核实和更换人员", "企业反映人员不符的，写明怎样核实；证件到期或者生病的，更换人员，原检查码撤销。", "327-18-2 HR-17-5"),
        ("授权委托", "可以书面授权分管负责人审批，写明范围和期限。", "HR-17-1"),
    )),
    "supervisor": ("司法行政监督员", (
        ("备案审查", "系统核对九项内容，逐行写意见；齐全的准予备案，有须补正的退回。", "327-14-1"),
        ("检查动态", "查看本级、本地区的检查；可以撤销违法的检查。", "327-06-1"),
        ("处理反映", "企业反映检查码无效、人员不符的，在“收到的反映”核实，写明处理情况；联系方式由两名监督员共同查看。", "327-38-4 HR-41-2"),
        ("无网络登记核查", "核对原因、设备时间和距离，核实或要求说明。", "HR-17-4"),
    )),
    "superior": ("上级主管部门", (
        ("计划收悉", "下级单位的年度计划报来后点“收悉”。", "327-13-2"),
        ("本系统检查", "下级单位到场以后可以调阅检查；违反规定的，写明理由后撤销。", "327-06-1"),
    )),
    "enterprise": ("企业", (
        ("有人来检查", "请对方亮检查码，用手机扫码查验；绿色页面列出单位、人员、事项和时间，红色页面表示此码无效。", "327-17-4"),
        ("核对证件", "请检查人员出示执法证件，与页面上的姓名、证号核对；人员不符的可以反映。", "327-18-2"),
        ("申请回避", "认为检查人员与本企业有利害关系的，可以当场申请回避，检查暂停，等候其单位负责人决定。", "HR-18-2"),
        ("反映情况", "检查码无效、人员不符的，点“我要反映”，由司法行政部门处理；可以留下联系方式，也可以不留。", "327-38-4 HR-41-2"),
        ("陈述和签收", "可以陈述意见，写入笔录；不同意的可以写明意见后签名或不签。", "327-18-4"),
        ("整改", "收到责令改正的，在期限内提交整改说明和照片，可以申请延期。照片里的位置信息不会公开。", "327-20-3"),
    )),
    "admin": ("系统管理员", (
        ("单位、人员、账号", "维护主体、证件和账号；不能查看检查记录。", "327-03-1"),
        ("场所更正", "执法人员到场发现停业、迁址、查无下落的，在“场所更正”更正地址，或者写明不采纳的理由。", "327-08-2"),
    )),
    "public": ("公众", (("查询", "可以查事项、计划、执法主体，查验检查码和文书，看条文落实情况。", "327-07-1"),)),
    "leader": ("领导（只读）", (("看本辖区概况", "计划备案、检查、结果和整改，点数字看到每一条；不按次数和罚没金额排名。", "327-06-1"),)),
}


FIRST = {"v": "enterprise", "p": "public", "items": "public", "plans": "public", "bodies": "public", "law": "public", "claim": "enterprise"}
"""Desk that a page of an address belongs to, by its first part, where that part is not the desk's own name."""
CACHE = 3600
"""Seconds that a browser may keep a picture of a manual."""


def _desk_of(request: HttpRequest, address: str) -> str:
    """The desk whose help comes first: that of the page asked from, else one's own, else the public's."""
    first = address.strip("/").split("/")[0]
    here = FIRST.get(first, first)
    if here in ARTICLES:
        return here
    return next((role for role in ARTICLES if request.actor.has(role)), "public")


def index(request: HttpRequest) -> HttpResponse:
    """What explains the page that one comes from, then the steps of one's own desk with its manual, then the others."""
    address = request.GET.get("for", "")
    mine, found = _desk_of(request, address), manuals.explains(address)
    rows = [(slug, title, steps, manuals.manual(slug)) for slug, (title, steps) in ARTICLES.items()]
    rows.sort(key=lambda r: r[0] != mine)
    return render(request, "help.html", {"title": "帮助", "rows": rows, "here": found})


def article(request: HttpRequest, desk: str) -> HttpResponse:
    """The manual of one desk; its steps alone where this installation has no manuals."""
    if desk not in ARTICLES:
        raise Http404(desk)
    title, steps = ARTICLES[desk]
    if found := manuals.manual(desk):
        others = [(slug, words) for slug, (words, _) in ARTICLES.items() if slug != desk]
        return render(request, "manual.html", {"title": found.title, "manual": found, "others": others})
    return render(request, "help.html", {"title": f"帮助：{title}", "rows": [(desk, title, steps, None)]})


@require_safe
def picture(request: HttpRequest, name: str) -> FileResponse:
    """A picture of a manual; 404 for a name that is none."""
    found = manuals.picture(name)
    if found is None:
        raise Http404(name)
    answer = FileResponse(found.open("rb"), content_type="image/png")
    answer["Cache-Control"] = f"public, max-age={CACHE}"
    return answer

"""检查动态, 无网络登记核查, 存证核验: what the judicial office sees of visits and of the ledger."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone

from jiangcheng.inspection.visits import queries, words
from jiangcheng.inspection.visits.actions import door
from jiangcheng.inspection.visits.models import Visit
from jiangcheng.kernel import keys, sequencer, verify
from jiangcheng.kernel.models import Checkpoint, Leaf
from jiangcheng.law.rule import Breach, Refused, Remedy
from jiangcheng.law.screens import screen
from jiangcheng.papers import archive
from jiangcheng.papers.models import InspectionCode
from jiangcheng.parties.models import Body, Division
from jiangcheng.parties.scope import scope, visible_or_404
from jiangcheng.web import bulk, exports, oversight
from jiangcheng.web.desk import desk, whole
from jiangcheng.web.errors import refused_response
from jiangcheng.web.oversight import outcome_words
from jiangcheng.web.supervisor import places
from jiangcheng.web.templatetags.text import window

HEADS = (("检查编号", 18), ("单位", 30), ("企业", 30), ("场所", 30), ("检查类型", 12), ("状态", 12), ("检查时间", 30), ("处理结果", 24))
COLUMNS = (
    ("firm", "企业"), ("body", "单位"), ("time", "检查时间"), ("kind", "检查类型"), ("site", "场所"), ("state", "状态"), ("outcome", "处理结果"),
)
STATES = [("", "全部"), *((s, words.STATES[s]) for s in ("to_enter", "inspecting", "not_done", "to_tell", "following", "archived", "revoked"))]
MOST = 4 * 1024 * 1024
"""Bytes of an uploaded receipt that are read; packages may be larger."""
MOST_PACKAGE = 200 * 1024 * 1024


# ---- 检查动态 ----
def visible(request: HttpRequest) -> QuerySet[Visit]:
    """All visits of the own level and territory that this office may see, filtered as the address says."""
    found = scope(request.actor, Visit.objects.select_related("body", "enterprise", "site")).order_by("-window_start", "-id")
    query, state, body = (request.GET.get(k, "").strip() for k in ("q", "state", "body"))
    if query:
        found = found.filter(
            Q(enterprise__name__icontains=query) | Q(enterprise__uscc__iexact=query) | Q(number__icontains=query)
            | Q(enterprise__initials__icontains=query.lower()) | Q(body__name__icontains=query)
        )
    if state in words.STATES:
        found = found.filter(state=state)
    place = Division.objects.filter(code=request.GET.get("division", "")).first()
    if place is not None:
        found = found.filter(site__division__path__startswith=place.path)
    return found.filter(body=whole(body)) if whole(body) is not None else found


@screen("supervisor/visits", "327-06-1", "327-08-2")
@desk("supervisor")
def listing(request: HttpRequest) -> HttpResponse:
    """Filters, table with the columns chosen, drawing of the places, Excel of the filter."""
    found = visible(request)
    if request.GET.get("format") == "xlsx":
        return exports.excel("检查动态", HEADS, (
            (v.number, v.body.name, v.enterprise.name, v.site.address, v.get_kind_display(), v.state_word,
             str(window(v.window_start, v.window_end)) if v.window_start else "", outcome_words(v)) for v in found[:20000]
        ))
    page = Paginator(found, 30).get_page(request.GET.get("page"))
    for visit in page:
        visit.outcome_words = outcome_words(visit)
    everything = scope(request.actor, Visit.objects.all())
    place = Division.objects.filter(code=request.GET.get("division", "")).first()
    return render(request, "supervisor/visits.html", {
        "title": "检查动态", "page_obj": page, "states": STATES, "bodies": Body.objects.filter(pk__in=everything.values("body")).order_by("name"),
        "body": request.GET.get("body", ""), "offline": queries.offline_to_check(request.actor).count(), "place": place,
        "columns_rows": COLUMNS, "cols": bulk.shown(request, COLUMNS, "firm"),
        **places.context(found, Body.objects.select_related("division").get(pk=request.actor.body).division),
    })


@screen("supervisor/visits/<no>", "327-06-1", "327-08-2")
@desk("supervisor")
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """调阅: read-only; 撤销检查 with a reason by the office of the same level."""
    return oversight.page(request, number, "supervisor/visits_detail.html")


# ---- 无网络登记核查 ----
@screen("supervisor/offline", "HR-17-4", "327-06-1")
@desk("supervisor")
def offline(request: HttpRequest) -> HttpResponse:
    """Reason, device time, sync time; 核实 or 要求说明."""
    context: dict[str, Any] = {"title": "无网络登记核查", "posted": request.POST}
    if request.method == "POST":
        visit = visible_or_404(request.actor, Visit.objects.exclude(offline_synced_at=None), number=request.POST.get("number", ""))
        try:
            door.check_offline(request.actor, visit, request.POST.get("verdict", ""), request.POST.get("note", "").strip())
            messages.success(request, f"{visit.number} 的无网络登记已{dict(words.OFFLINE_VERDICTS)[request.POST['verdict']]}。")
            return redirect("supervisor-offline")
        except Refused as refused:
            return refused_response(request, refused, "supervisor/visits_offline.html", context | _waiting(request))
    return render(request, "supervisor/visits_offline.html", context | _waiting(request))


def _waiting(request: HttpRequest) -> dict[str, Any]:
    found = queries.offline_to_check(request.actor).select_related("body", "enterprise", "site")
    reasons = dict(words.OFFLINE_REASONS)
    rows = [{"visit": v, "reason": reasons.get(v.offline_reason, v.offline_reason), "late": queries.reported_late(v)} for v in found]
    done = scope(request.actor, Visit.objects.exclude(offline_checked_at=None)).select_related("body", "enterprise")
    return {"rows": rows, "done": done.order_by("-offline_checked_at")[:20]}


# ---- 存证核验 ----
@screen("supervisor/ledger", "327-08-2")
@desk("supervisor")
def proofs(request: HttpRequest) -> HttpResponse:
    """Last checkpoint; a receipt or an archive package sent up is compared with the ledger and answered in words."""
    last = sequencer.status()
    made = _moment(last["checkpoint"].at) if last["checkpoint"] else None
    age = int((timezone.now() - made).total_seconds()) if made else 0
    context: dict[str, Any] = {
        "title": "存证核验", "status": last, "at": made, "age": age, "stopped": bool(last["broken"]) or sequencer.stalled(),
        "keys": keys.public_keys(),
        "late_codes": InspectionCode.objects.filter(late_anchored=True, body__judicial_office=request.actor.body).order_by("-issued_at")[:20],
        "checkpoints": [(c, _moment(c.at)) for c in Checkpoint.objects.order_by("-size")[:10]],
    }
    if request.method == "POST":
        try:
            context["verdict"] = judge(request)
        except Refused as refused:
            return refused_response(request, refused, "supervisor/visits_ledger.html", context)
    return render(request, "supervisor/visits_ledger.html", context)


def _moment(text: str) -> Any:
    return timezone.datetime.fromisoformat(text.replace("Z", "+00:00"))


def judge(request: HttpRequest) -> dict[str, Any]:
    """The verdict on what was sent up: {"good", "lines": [(ok or no, words)], "what"}."""
    upload = request.FILES.get("file")
    if upload is None:
        raise Refused([Breach("没有选择文件。", (Remedy("选择存证回执（JSON）或者归档包（ZIP）"),), "file", ("327-08-2",))])
    data = upload.read(MOST_PACKAGE + 1)
    if data.startswith(b"PK"):
        return _judge_package(data)
    try:
        given = json.loads(data[:MOST].decode())
        promise = given.get("promise", given)
        promise = json.loads(promise) if isinstance(promise, str) else promise
        number, digest = str(promise["number"]), str(promise["hash"])
        lines = list(_receipt_lines(given, promise))
    except (ValueError, KeyError, TypeError, AttributeError) as wrong:
        ways = (Remedy("选择平台出具的存证回执文件，不要改动内容"),)
        raise Refused([Breach("不是能够识别的存证回执或者归档包。", ways, "file", ("327-08-2",))]) from wrong
    return {"what": f"存证回执 {number}", "lines": lines, "good": all(k == "ok" for k, _ in lines), "digest": digest}


def _receipt_lines(given: dict[str, Any], promise: dict[str, Any]) -> Any:
    """Signature of the promise, the entry itself, its place in the ledger, the path to a signed checkpoint."""
    public = {k["id"]: verify.public_key(k["public"]) for k in keys.public_keys() if "public" in k}
    text = f"jiangcheng promise v1\n{promise['key']}\n{promise['hash']}\n{promise['at']}\n{promise['within']}\n"
    known = public.get(promise["key"])
    good = known is not None and verify.signed(known, text.encode(), bytes.fromhex(promise["signature"]))
    yield ("ok", "回执由本平台签发，签名有效。") if good else ("no", "回执的签名无效：被改动，或者不是本平台签发。")
    if given.get("entry"):
        same = verify.leaf_hash(given["entry"]).hex() == promise["hash"]
        yield ("ok", "回执所附的记录与摘要一致。") if same else ("no", "回执所附的记录被改动，与摘要不一致。")
    leaf = Leaf.objects.filter(hash=promise["hash"]).first()
    if leaf is None:
        yield ("no", f"存证编号 {promise['number']} 的记录不在存证中：被改动或者被移除。")
    elif leaf.number != str(promise["number"]):
        yield ("no", f"存证编号不一致：回执为 {promise['number']}，现为 {leaf.number}。")
    elif verify.leaf_hash(leaf.entry).hex() != leaf.hash:
        yield ("no", f"存证编号 {leaf.number} 的记录被改动。")
    else:
        yield ("ok", f"存证编号 {leaf.number} 的记录在存证中，内容未改动。")
    proof = given.get("inclusion")
    if not proof:
        yield ("hm", "回执出具时还没有检查点，不含包含证明。") if leaf is None else ("ok", "回执出具时还没有检查点，以签名为准。")
        return
    route = [bytes.fromhex(p) for p in proof["path"]]
    root = verify.root_from(proof["index"], proof["checkpoint"]["size"], bytes.fromhex(promise["hash"]), route)
    here = Checkpoint.objects.filter(size=proof["checkpoint"]["size"]).first()
    held = root == proof["checkpoint"]["root"] and here is not None and here.root == root
    yield ("ok", f"包含证明成立，检查点第 {here.pk} 号。") if held else ("no", "包含证明不成立，与本平台的检查点不符。")


def _judge_package(data: bytes) -> dict[str, Any]:
    """An archive package: whole in itself, and the one that was archived."""
    digest = hashlib.sha256(data).hexdigest()
    faults = archive.check_bytes(data)
    known = archive.ArchivePackage.objects.filter(sha256=digest).first()
    lines = [("no", fault) for fault in faults] or [("ok", "归档包内的文件与目录、摘要一致。")]
    lines.append(("ok", f"与归档时登记的一致，档号 {known.number}。") if known else ("no", "摘要不在归档登记中：不是本平台归档的原件。"))
    return {"what": "归档包", "lines": lines, "good": not faults and known is not None, "digest": digest}


@desk("supervisor")
def checkpoint(request: HttpRequest) -> HttpResponse:
    """The last checkpoint as a file for a witness."""
    last = Checkpoint.objects.order_by("-size").first()
    if last is None:
        raise Http404("checkpoint")
    response = JsonResponse(sequencer.export_checkpoint(last), json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Content-Disposition"] = f'attachment; filename="checkpoint-{last.pk}.json"'
    return response


urlpatterns = [
    path("visits/", listing, name="supervisor-visits"),
    path("visits/<str:number>/", detail, name="supervisor-visit"),
    path("offline/", offline, name="supervisor-offline"),
    path("ledger/", proofs, name="supervisor-ledger"),
    path("ledger/checkpoint.json", checkpoint, name="supervisor-checkpoint"),
]

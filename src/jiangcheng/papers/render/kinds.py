"""From the data of a paper (``shapes``) to its blocks: one function a kind, registered under its name."""

from collections.abc import Callable

from .blocks import (
    CN,
    annex,
    blank,
    cell,
    choice,
    closing,
    form,
    group,
    h1,
    is_long,
    label,
    note,
    overflow,
    para,
    paras,
    points,
    short,
    sign_grid,
    sub,
    table,
    to,
)  # fmt: skip

#: kind -> title of the paper
KINDS = {
    "approval": "行政检查审批表",
    "notice": "行政检查通知书",
    "record": "现场检查笔录",
    "stop": "责令停止违法行为通知书",
    "correct": "责令改正通知书",
    "result": "行政检查结果告知书",
    "delivery": "送达回证",
    "filing": "备案回执",
    "return": "退回补正通知",
    "file_index": "卷内目录",
    "transfer": "转立案审查登记表",
    "amendment": "更正（补充）说明",
}
_BLOCKS: dict[str, Callable[[dict], list[dict]]] = {}


def _kind(name: str):
    def keep(fn):
        _BLOCKS[name] = fn
        return fn

    return keep


def blocks(kind: str, data: dict) -> list[dict]:
    """The blocks of one paper, in order."""
    return _BLOCKS[kind](data)


def _officers(d: dict, sep: str = "\n") -> str:
    return sep.join(f"{o['name']}（{o['role']}，执法证号{o['cert']}）" for o in d["officers"])


def _row(name, it, w: int = 4) -> list[dict]:
    lines = name if isinstance(name, (list, tuple)) else [name]
    return [label(*lines, w=w if len(lines) == 1 else 0), cell(it, 3)]


def _opinion(o: dict) -> list[dict]:
    sign = [f"{o['role']}：", blank(o.get("name") or "", 30, o.get("sign")), "　", o.get("time") or "　　年　　月　　日"]
    return [label(*o["label"]), cell([o["text"], {"gap": 3}, {"right": sign}, {"gap": 1}], 3)]


@_kind("approval")
def approval(d: dict) -> list[dict]:
    """行政检查审批表."""
    e, f = d["enterprise"], d["frequency"]
    rows = [
        _row("检查类型", choice(**d["kind"])),
        _row("检查方式", choice(**d["manner"])),
        _row("任务来源", f"{d['source']}\n{d['plan']}"),
        _row("检查对象", e["name"]),
        _row(("统一社会", "信用代码"), e["uscc"]),
        _row("检查地点", e["site"]),
        _row("检查事项", f"{d['items']}\n检查标准：{d['standard']}"),
        _row("检查依据", d["basis"]),
        _row("检查频次", f"{f['this']}；年度上限{f['limit']}，已实施{f['used']}。{f.get('note', '')}"),
        _row("检查时间", d["window"]),
        _row("执法人员", _officers(d)),
        _row(("协助人员", "及人数"), d["helpers"]),
        _row(("现场检查", "必要性"), d["why_on_site"]),
        _row(("合并联合", "情况"), d["merge"]),
        _row("回避情况", d["recusal"]),
        _row(("风险和", "影响"), d["risk"]),
        _row("系统核对", d["checks"]),
        _row(("紧急情况", "先行检查"), d["urgent"]),
        *[_opinion(o) for o in d["opinions"]],
        _row("附件", "；".join(d["annex"])),
    ]
    return [form((30, 0, 24, 0), rows, y=1.7), note(d["principles"])]


@_kind("notice")
def notice(d: dict) -> list[dict]:
    """行政检查通知书, with the five prohibitions as annex."""
    f, items, c = d["facts"], d["items"], d["complaint"]
    if len(items) > 3:
        rows = [(str(i), f"{it['name']}：{it['scope']}", it["basis"]) for i, it in enumerate(items, 1)]
        listed = [table((13, 0, 0), ("序号", "检查事项和内容", "依据"), rows, "cll")]
    else:
        words = [f"{it['name']}。依据：{it['basis']}。内容：{it['scope']}。" for it in items]
        listed = points(words) if len(words) > 1 else paras(words)
    prohibitions = [para([{"hei": f"{CN[i]}、{p[0]}"}, p[1]]) for i, p in enumerate(d["prohibitions"])]
    return [
        to(d["enterprise"]["name"]),
        *paras(d["opening"]),
        h1(1, "检查事项和依据"), *listed,
        para(f"检查类型：{f['kind']}。检查频次：{f['frequency']}。"),
        h1(2, "检查时间、地点和检查码"), para(f"地点：{f['place']}。检查码：{f['code']}。"),
        h1(3, "执法人员"), para(_officers(d, "、") + "。" + d.get("officers_note", "")),
        h1(4, "你单位享有的权利"), *points(d["rights"]),
        h1(5, "你单位应当承担的义务"), *points(d["duties"]),
        h1(6, "费用和廉洁要求"), *paras(d["fees"]),
        h1(7, "监督和投诉"),
        para(f"监督单位：{c['name']}"), para(f"监督电话：{c['phone']}（{c['hours']}）"), para(f"网上投诉：{c['web']}"),
        *paras(d["ending"]),
        closing("附件：" + "；".join(d["annex"]), d.get("receipt")),
        annex(d["annex"][0], [*prohibitions, *paras(d["prohibitions_note"])]),
    ]  # fmt: skip


def _record_head(d: dict) -> dict:
    e = d["enterprise"]
    rows = [
        _row("被检查单位", e["name"], 5),
        _row(("统一社会", "信用代码"), e["uscc"]),
        [label(e["head_role"], w=5), cell(e["head"]), label("联系电话", w=4), cell(e["phone"])],
        _row("检查场所", e["site"], 5),
        _row("检查时间", f"{d['begin']}至{d['end']}", 5),
        _row("扫码登记", f"{d['scan']}；检查码{d['code']}", 5),
        _row("检查通知书", d["notice_no"], 5),
        _row("执法人员", _officers(d), 5),
        _row("到场人员", d["present"], 5),
        [label("协助人员", w=5), cell(d["helpers"]), label("见证人", w=4), cell(d["witness"])],
    ]
    return form((30, 0, 25, 0), rows, y=1.8)


def _record_signs(d: dict) -> list[dict]:
    s = d.get("signatures") or {}

    def line(words: str, role: str) -> dict:
        sign = s.get(role)
        return {"label": words, "blank": blank(sign["name"] if sign else "", 0, sign)}

    time = {"label": "签名时间：", "blank": blank((s.get("firm") or {}).get("time", ""))}
    rows = [
        [line("被检查单位人员：", "firm"), time],
        [line("执法人员（主办）：", "lead"), line("执法人员（协办）：", "second")],
        [line("见证人：", "witness"), line("记录人：", "recorder")],
    ]
    return [para(d["confirm"]), sign_grid(rows, [d["refusal"]["text"], blank(d["refusal"].get("value") or "")])]


@_kind("record")
def record(d: dict) -> list[dict]:
    """现场检查笔录: told, findings item by item, media, statement, outcome, signatures."""
    out = [_record_head(d), h1(1, "告知记录")]
    for t in d["told"]:
        out += [para(f"问：{t['q']}"), para(f"答：{t['a']}")]
    found = d["findings"]
    rows = [
        (str(i), [f["item"], {"small": f"（{f['basis']}）"}], f"〔{f['method']}〕{short(f['text'], i)}", f["result"])
        for i, f in enumerate(found, 1)
    ]
    out += [h1(2, "检查情况")]
    if d.get("law"):
        out.append(para(f"以下各项依据除注明外，均为{d['law']}。"))
    out.append(table((13, 46, 0, 19), ("序号", "检查项目和依据", "检查方法和情况", "结果"), rows, "cllc"))
    out += overflow(f["text"] for f in found)
    n = 3
    if d.get("other"):
        out += [h1(n, "其他情况"), *paras(d["other"])]
        n += 1
    out.append(h1(n, "照片、录音录像和资料目录"))
    if d["media"]:
        rows = [(m["no"], m["what"], m["time"], m["by"], {"keep": m["digest"]}) for m in d["media"]]
        head = ("编号", "内容", "时间", "制作人", "摘要值")
        out.append(table((16, 0, 22, 19, 28), head, rows, "clccc", "horizon", 12))
    else:
        out.append(para("本次检查未制作照片和录音录像。"))
    out += [h1(n + 1, "当事人陈述申辩"), *paras(d["statement"]), *paras(d.get("review", ""))]
    out += [h1(n + 2, "处理"), para(choice(**d["outcome"]), indent="hang")]
    return [*out, group(h1(n + 3, "核对和签名"), *_record_signs(d))]


def _order(d: dict, head: tuple, verb: str) -> list[dict]:
    rows = [
        (str(i), f"{short(p['fact'], i)}违反{p['broken']}。", f"依据{p['ground']}，责令：{p['todo']}",
         p["deadline"].replace("年", "年\n"))
        for i, p in enumerate(d["points"], 1)
    ]  # fmt: skip
    return [
        to(d["enterprise"]["name"]),
        *paras(d["opening"]),
        table((13, 0, 0, 24), head, rows, "cllc"),
        *overflow(p["fact"] for p in d["points"]),
        h1(1, f"{verb}期限" if verb == "改正" else "停止时限"), *paras(d["deadline_text"]),
        h1(2, "证明材料和跟踪检查"), *paras(d["proof"]), *paras(d["guidance"]),
        h1(3, "逾期未改正的后果" if verb == "改正" else "不停止的后果"), *paras(d["late"]),
        h1(4, "救济途径"), *paras(d["remedy"]),
        closing(d["contact"], d.get("receipt")),
    ]  # fmt: skip


@_kind("correct")
def correct(d: dict) -> list[dict]:
    """责令改正通知书."""
    return _order(d, ("序号", "事实和违反的规定", "改正要求", "改正期限"), "改正")


@_kind("stop")
def stop(d: dict) -> list[dict]:
    """责令停止违法行为通知书."""
    return _order(d, ("序号", "事实和违反的规定", "停止要求", "停止时限"), "停止")


@_kind("result")
def result(d: dict) -> list[dict]:
    """行政检查结果告知书."""
    rows = [(t["item"], t["total"], t["ok"], t["bad"], t["na"], t["outcome"]) for t in d["table"]]
    head = ("检查事项", "项目数", "未发现\n问题", "发现\n问题", "不适用", "处理")
    return [
        to(d["enterprise"]["name"]),
        *paras(d["opening"]),
        table((0, 18, 18.5, 18, 18, 42), head, rows, "lccccl", "horizon"),
        h1(1, "检查结果"), *points(d["results"]),
        h1(2, "次数计入情况"), *paras(d["counting"]),
        h1(3, "后续事项"), *paras(d["next"]),
        h1(4, "异议和投诉"), *paras(d["remedy"]),
        closing(d["ending"], d.get("receipt")),
    ]  # fmt: skip


@_kind("delivery")
def delivery(d: dict) -> list[dict]:
    """送达回证: one form, the seal in its last cell."""
    rows = [
        (str(i), f"{p['name']}\n{p['number']}", p["copies"], p["manner"], p["place"], p["time"].replace("日", "日\n", 1))
        for i, p in enumerate(d["papers"], 1)
    ]
    head = ("序号", "文书名称和文号", "份数", "方式", "地点", "送达时间")
    sign = d.get("signed")
    when = (sign or {}).get("time") or "　　年　　月　　日　　时　　分"
    refused = ["拒收理由：", blank(d.get("refusal", "")), "\n", {"gap": 3}, "见证人签名：", blank(d.get("witness", "")),
               " 职务或者住址：", blank(d.get("witness_role", "")), {"gap": 1}]  # fmt: skip

    def row(lines, it, **more):
        lines = lines if isinstance(lines, tuple) else (lines,)
        return [label(*lines, w=5 if len(lines) == 1 else 0), cell(it, **more)]

    top = [row("受送达人", d["recipient"]), row("事由", d["case"]), row("送达方式", choice(**d["manner"]))]
    end = [
        row("送达凭证", d["proof"]),
        row(("受送达人", "签名盖章"), [{"sign": sign} if sign else {"gap": 10}, {"right": [when]}]),
        row("送达人", [d["server"], {"fill": ["（签名）　　　　"]}] if not d.get("served") else [{"sign": d["served"]}]),
        row(("拒收情况", "和见证人"), refused),
        row("备注", d.get("remark", "")),
        row(("送达单位", "盖　　章"), "", seal=True),
    ]
    return [
        form((30, 0), top, y=1.6, open=True),
        table((12, 0, 12, 20, 30, 34), head, rows, "clcclc", "horizon", 12, join=True, open=True),
        form((30, 0), end, y=1.6, join=True),
    ]


@_kind("filing")
def filing(d: dict) -> list[dict]:
    """备案回执 of the same-level judicial office."""
    nine = [(str(i), n["n"], "齐全" if n["ok"] else "缺", n["note"]) for i, n in enumerate(d["nine"], 1)]
    return [
        to(d["addressee"]),
        *paras(d["opening"]),
        form((40, 0), [[label(r[0]), cell(r[1])] for r in d["rows"]], y=1.4),
        h1(1, "九项内容核对"),
        table((13, 32, 17, 0), ("序号", "内容", "核对", "说明"), nine, "cccl", "horizon", y=1.2),
        h1(2, "备案后的事项"), *points(d["advice"]),
        closing(d["ending"], d.get("receipt")),
    ]  # fmt: skip


@_kind("return")
def returned(d: dict) -> list[dict]:
    """退回补正通知: every fault with its place, reason and what to do."""
    rows = [(str(i), f["where"], short(f["reason"], i), f["todo"]) for i, f in enumerate(d["faults"], 1)]
    return [
        to(d["addressee"]),
        *paras(d["opening"]),
        form((40, 0), [[label(r[0]), cell(r[1])] for r in d["rows"]], y=1.4),
        h1(1, "需要补正的内容"),
        table((13, 38, 0, 46), ("序号", "位置", "不符合的情况", "补正要求"), rows, "clll"),
        *overflow(f["reason"] for f in d["faults"]),
        h1(2, "补正的办法和期限"), *points(d["advice"]),
        closing(d["ending"], d.get("receipt")),
    ]  # fmt: skip


@_kind("file_index")
def file_index(d: dict) -> list[dict]:
    """卷内目录 and 备考表."""
    rows = [(str(r["no"]), r["name"], r["number"], r["date"], {"keep": r["pages"]}, r["remark"]) for r in d["rows"]]
    total = d["total"]
    top = [
        [label("案卷题名", w=4), cell(d["name"], 3)],
        [label("卷号", w=4), cell(d["file_no"]), label("保管期限", w=4), cell(d["retention"], align="c")],
    ]
    signs = [[
        {"label": "立卷人：", "blank": blank(d["by"]["maker"])},
        {"label": "检查人：", "blank": blank(d["by"]["checker"])},
        {"label": d["date"], "blank": None},
    ]]  # fmt: skip
    words = f"本卷共{total['docs']}件，{total['pages']}页，随卷电子证据{total['media']}件。" + "".join(d["note"])
    return [
        form((25, 0, 25, 20), top, open=True),
        table((11.5, 0, 41, 23.5, 17, 20.5), ("序号", "文书名称", "文号", "日期", "页次", "备注"), rows, "cllccl",
              "horizon", 12, y=1.05, join=True),
        group({"b": "h1", "t": "备考表"}, {"b": "tight", "t": [words, d["digest"]]}, sign_grid(signs)),
    ]  # fmt: skip


@_kind("transfer")
def transfer(d: dict) -> list[dict]:
    """转立案审查登记表: the inspection ends, the case office decides whether to open a case."""
    e = d["enterprise"]
    facts = "见表后“涉嫌违法的事实”。" if is_long(d["facts"]) else d["facts"]
    rows = [
        _row("当事人", e["name"]),
        _row(("统一社会", "信用代码"), e["uscc"]),
        _row("住所", e["address"]),
        _row("线索来源", d["source"]),
        _row(("涉嫌违法", "的事实"), facts),
        _row(("涉嫌违反", "的规定"), d["broken"]),
        _row(("处罚裁量", "基准"), d["benchmark"]),
        _row(("不予处罚", "条件核对"), d["exempt"]),
        _row("证据材料", "\n".join(f"{i}.{a}" for i, a in enumerate(d["evidence"], 1))),
        _row(("接收机构", "和时间"), d["receiver"]),
        *[_opinion(o) for o in d["opinions"]],
        _row("立案编号", d.get("case_no") or "待填写（填写前本次检查不办结）"),
    ]
    tail = [sub("涉嫌违法的事实"), *paras(d["facts"])] if is_long(d["facts"]) else []
    return [form((30, 0, 24, 0), rows, y=1.7), note(d["note"]), *tail]


@_kind("amendment")
def amendment(d: dict) -> list[dict]:
    """更正（补充）说明: what an issued paper said and what is right; the paper itself stays as it was."""
    rows = [(str(i), c["where"], short(c["was"], i), short(c["now"], i)) for i, c in enumerate(d["changes"], 1)]
    return [
        to(d["addressee"]),
        *paras(d["opening"]),
        table((13, 34, 0, 0), ("序号", "位置", "原记载", "更正或者补充为"), rows, "clll"),
        *overflow(f"原记载：{c['was']}\n更正或者补充为：{c['now']}" if is_long(c["was"]) or is_long(c["now"]) else ""
                  for c in d["changes"]),
        h1(1, "更正或者补充的理由"), *paras(d["reason"]),
        h1(2, "效力"), *paras(d["effect"]),
        closing(d["ending"], d.get("receipt")),
    ]  # fmt: skip

"""``/trust/``: how a phone comes to trust this installation on a local network (``bin/start --lan``). 404 elsewhere."""

from __future__ import annotations

from io import BytesIO

import segno
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

PHONES = (
    ("苹果手机（iOS）", "ios", (
        "用“Safari 浏览器”打开本页，点“下载证书”，在提示中点“允许”。",
        "打开“设置”，点顶部的“已下载描述文件”，点“安装”，输入锁屏密码。",
        "打开“设置” → “通用” → “关于本机” → “证书信任设置”，打开这张证书的开关。",
        "回到本页，点“打开江城”。",
    )),
    ("安卓手机（Android）", "android", (
        "点“下载证书”，保存文件。",
        "打开“设置”，搜索“证书”，进入“安装证书” → “CA 证书”（小米、OPPO、vivo 在“密码与安全”或“更多安全设置”里）。",
        "看到“您的数据将不是私密的”提示时，核对证书指纹后点“仍然安装”，选刚才下载的文件。",
        "回到本页，点“打开江城”。用 Chrome 或系统自带浏览器打开。",
    )),
    ("华为手机（鸿蒙 HarmonyOS）", "harmony", (
        "点“下载证书”，保存文件。",
        "打开“设置” → “隐私和安全” → “高级”（旧版为“安全” → “更多安全设置”） → “从存储设备安装证书”或“证书与凭据”。",
        "选刚才下载的文件，输入锁屏密码，核对证书指纹后安装。",
        "回到本页，点“打开江城”。用系统自带浏览器打开。",
    )),
)


def _certificate() -> x509.Certificate:
    """The authority of this installation. 404 when there is none: then nothing needs to be trusted."""
    path = settings.VAR / "lan" / "ca.pem"
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError) as problem:
        raise Http404 from problem


def _drawn(address: str) -> str:
    out = BytesIO()
    segno.make_qr(address, error="m").save(out, kind="svg", border=4, xmldecl=False, svgns=True, omitsize=True, light="#FFFFFF")
    return out.getvalue().decode()


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Steps by kind of phone, fingerprint, and the address to go on to."""
    made = _certificate()
    return render(request, "public/trust.html", {
        "title": "让手机信任本机", "phones": PHONES, "address": settings.PUBLIC_ADDRESS, "drawn": _drawn(settings.PUBLIC_ADDRESS + "/"),
        "fingerprint": made.fingerprint(hashes.SHA256()).hex(" ").upper(), "until": made.not_valid_after_utc,
    })  # fmt: skip


@require_safe
def certificate(request: HttpRequest) -> HttpResponse:
    """The authority's certificate as telephones take it; it holds no secret."""
    response = HttpResponse(_certificate().public_bytes(Encoding.DER), content_type="application/x-x509-ca-cert")
    response["Content-Disposition"] = 'attachment; filename="jiangcheng-ca.crt"'
    response["Cache-Control"] = "no-store"
    return response

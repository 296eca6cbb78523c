"""Addresses for the tests of the base: the base's own, and pages that refuse, fail, and keep."""

from csp.decorators import csp_update
from django.contrib.auth.views import LoginView, LogoutView
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.template import Context, Template
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

from jiangcheng.law.rule import Breach, Refused, Remedy
from jiangcheng.web import errors

KEPT: list[tuple[str, str, str]] = []

BREACHES = (
    Breach("检查方案未经负责人批准。", (Remedy("提交审批", "sample", (("name", "today"),)), Remedy("请负责人办理")), "scheme", ("327-17-1",)),
    Breach("尚未扫码。", (Remedy("亮码", "offline", (("from", "record"),)),), ids=("327-17-4",)),
)
PAGE = """{% extends "base/phone.html" %}{% block content %}<h1>现场检查</h1>{{ request.actor.name }}
<form id="record" method="post" class="card stack" data-outbox>{% csrf_token %}<label for="words">情况说明</label>
<textarea class="input" id="words" name="words"></textarea>{% pad "sign" "当事人：陈店长" %}</form>{% endblock %}
{% block actions %}{% action "下一项" form="record" %}{% endblock %}"""
SCAN = """{% extends "base/phone.html" %}{% block content %}<h1>扫码入企</h1>{% scanner %}{% endblock %}"""


FORM = """{% extends "base/phone.html" %}{% block content %}<h1>说明</h1><form method="post" action="/refuse/" %s class="stack">
{% csrf_token %}<label for="words">说明</label><textarea class="input" id="words" name="words"></textarea>{% action "提交" %}</form>{% endblock %}"""


def page(request, source):
    return HttpResponse(Template(source).render(Context(dict(_processed(request)))))


def _processed(request):
    from django.middleware.csrf import get_token

    from jiangcheng.web.context import page as processor

    return {**processor(request), "nav": [], "request": request, "csrf_token": get_token(request)}


@csrf_exempt
def refuse(request):
    raise Refused(BREACHES)


def refuse_with_form(request):
    return errors.refused_response(request, Refused(BREACHES), "base/state_shell.html", {"what": "…"})


def denied(request):
    raise PermissionDenied


def fails(request):
    raise RuntimeError("secret detail")


def keep(request):
    if request.method == "POST":
        KEPT.append((request.headers.get("Idempotency-Key", ""), request.POST["words"], request.POST.get("sign", "")))
        if request.POST["words"] == "拒绝":
            raise Refused(BREACHES)
        return JsonResponse({"next": "/officer/door/?done=1"})
    return page(request, PAGE)


@csp_update({"script-src": ["'wasm-unsafe-eval'"]})
def scan(request):
    if request.method == "POST":
        return HttpResponse(f"GOT {request.POST['uscc']}")
    return page(request, SCAN)


urlpatterns = [
    path("", include("jiangcheng.web.base_views")),
    path("home/", lambda r: HttpResponse("home"), name="home"),
    path("login/", LoginView.as_view(template_name="base/login.html"), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("todo/", lambda r: HttpResponse("todo"), name="todo"),
    path("search/", lambda r: HttpResponse("search"), name="search"),
    path("refuse/", refuse), path("refuse-form/", refuse_with_form), path("denied/", denied), path("fails/", fails),
    path("absent/", errors.not_found),
    path("officer/door/", keep), path("officer/scan/", scan),
    path("officer/htmx/", lambda r: page(r, FORM.replace("%s", 'hx-post="/refuse/"'))),
    path("officer/plain/", lambda r: page(r, FORM.replace("%s", ""))),
    path("render/", lambda r: render(r, "base/offline.html")),
    path("", include("jiangcheng.web.public.urls")),
]
handler404 = "jiangcheng.web.errors.not_found"
handler403 = "jiangcheng.web.errors.forbidden"
handler500 = "jiangcheng.web.errors.broken"

"""Small addresses behind the base layouts. Include in the root: ``path("", include("jiangcheng.web.base_views"))``."""

from __future__ import annotations

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import path
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from jiangcheng.papers import portraits
from jiangcheng.parties.models import Certificate
from jiangcheng.parties.scope import visible_or_404
from jiangcheng.web import context, samples
from jiangcheng.web.desk import desk

YEAR = 365 * 24 * 3600


def _back(request: HttpRequest) -> HttpResponseRedirect:
    """To ``next`` when it is one of our own addresses."""
    wanted = request.GET.get("next", "/")
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(wanted if safe else "/")


def _remember(request: HttpRequest, name: str, value: str) -> HttpResponse:
    response = _back(request)
    response.set_cookie(name, value, max_age=YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE, httponly=True)
    return response


@require_GET
def big(request: HttpRequest) -> HttpResponse:
    """大字版 on or off (``on=1``), kept a year on this device."""
    return _remember(request, context.BIG_COOKIE, "1" if request.GET.get("on") == "1" else "0")


@require_GET
def rows(request: HttpRequest) -> HttpResponse:
    """Row height of tables: ``height=compact`` (紧凑) or ``standard`` (标准)."""
    return _remember(request, context.ROWS_COOKIE, "compact" if request.GET.get("height") == "compact" else "standard")


@require_POST
@never_cache
def extend(request: HttpRequest) -> HttpResponse:
    """延长: any request of a person keeps the session; this one does nothing else. 401 comes from the middleware."""
    if not request.user.is_authenticated:
        return JsonResponse({"sentence": "请重新登录，填写的内容已保留。"}, status=401)
    return JsonResponse({"seconds": context.idle_seconds()})


@require_GET
@never_cache
def token(request: HttpRequest) -> HttpResponse:
    """A fresh form token, for a page that was open while its person logged in again, or that sends from the outbox."""
    return JsonResponse({"token": get_token(request), "person": bool(request.user.is_authenticated), "account": request.user.pk})


@require_GET
def service_worker(request: HttpRequest) -> HttpResponse:
    """The service worker, from the root so that it may answer for every page."""
    found = finders.find("js/sw.js")
    if not found:
        raise Http404
    with open(found, "rb") as file:
        response = HttpResponse(file.read(), content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    response["Service-Worker-Allowed"] = "/"
    return response


@require_GET
def offline(request: HttpRequest) -> HttpResponse:
    """What the phone shows without network for a page that it has not kept."""
    return render(request, "base/offline.html")


def photo_response(certificate: Certificate) -> HttpResponse:
    """The photo on a certificate; 404 where there is none, or where the file is no longer the one that was taken in.

    Its address carries the digest's beginning (``parts/certificate_photo.html``), so a browser may keep it a day.
    """
    found = portraits.certificate_photo(certificate)
    if found is None:
        raise Http404
    response = HttpResponse(found[0], content_type=found[1])
    response["Cache-Control"] = "private, max-age=86400"
    return response


@desk("officer", "planner", "head", "supervisor", "superior", "leader", "admin")
@require_GET
def certificate_photo(request: HttpRequest, pk: int) -> HttpResponse:
    """The photo on a certificate, for staff who may see the certificate."""
    return photo_response(visible_or_404(request.actor, Certificate.objects.all(), pk=pk))


@require_GET
def components(request: HttpRequest) -> HttpResponse:
    """All parts on one page, to look at (only with DEBUG). ``?phone=1`` draws them on the phone layout."""
    if not settings.DEBUG:
        raise Http404
    layout = "base/phone.html" if request.GET.get("phone") else "base/desk.html"
    return render(request, "base/components.html", {"layout": layout, **samples.components(request)})


@require_GET
def sample(request: HttpRequest, name: str) -> HttpResponse:
    """One layout with generated content, to look at (only with DEBUG)."""
    if settings.DEBUG and name == "working":
        return HttpResponse(status=204)  # what a progress that has not moved answers
    if not settings.DEBUG or name not in samples.PAGES:
        raise Http404
    return render(request, f"base/samples/{name}.html", samples.page(name), status=409 if name == "refused" else 200)


urlpatterns = [
    path("big/", big, name="big"),
    path("rows/", rows, name="rows"),
    path("session/extend/", extend, name="session-extend"),
    path("session/token/", token, name="session-token"),
    path("sw.js", service_worker, name="service-worker"),
    path("offline/", offline, name="offline"),
    path("certificates/<int:pk>/photo/", certificate_photo, name="certificate-photo"),
    path("components/", components, name="components"),
    path("components/<slug:name>/", sample, name="sample"),
]

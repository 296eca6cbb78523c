"""How an act on a visit becomes an operation: one line of a table, ``POST /visits/{number}/<verb>``."""

# No postponed annotations here: the signature of each operation carries the model of its words.
import inspect
from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Body, Header, Path, Router
from pydantic import BaseModel

from jiangcheng.api import acts, base
from jiangcheng.api.errors import ANSWERS
from jiangcheng.api.gate import Gate, security
from jiangcheng.api.visit_words import Nothing
from jiangcheng.api.visits import find_visit
from jiangcheng.inspection.visits.models import Visit
from jiangcheng.kernel.actor import Actor
from jiangcheng.law.rule import Breach, Refused, Remedy
from jiangcheng.papers.models import StoredFile

Work = Callable[[Actor, Visit, Any], Any]
Place = Annotated[str, Header(alias="X-Place", max_length=40, description="设备给出的位置，纬度,经度")]
DeviceTime = Annotated[base.Moment | None, Header(alias="X-Device-Time", description="设备自己的时间，ISO 8601")]


def done(visit: Visit, found: Any = None, **made: Any) -> dict[str, Any]:
    """The answer of an act: the visit as it is stored now."""
    now = Visit.objects.get(pk=visit.pk)
    return {"number": now.number, "state": now.state, "word": now.state_word, "receipt": acts.receipt(found), "made": made}


def act(router: Router, verb: str, summary: str, roles: tuple[str, ...], words: type[BaseModel], work: Work) -> None:
    """Put one act on the router. ``work`` (actor, visit, words) does it; what it returns is the receipt, or a dict of numbers made."""
    gate = Gate(*roles, find=find_visit)

    def view(request: HttpRequest, number: str, said: Any, key: str, place: str, device_time: Any) -> HttpResponse:
        actor = replace(request.actor, place=place or request.actor.place, device_time=device_time or request.actor.device_time)

        def once() -> dict[str, Any]:
            found = work(actor, request.found, said)
            return done(request.found, None, **found) if isinstance(found, dict) else done(request.found, found)

        return acts.once(request, key, once)

    view.__doc__ = inspect.getdoc(words)
    parts: list[tuple[str, Any, Any]] = [
        ("request", HttpRequest, inspect.Parameter.empty), ("number", Annotated[str, Path(max_length=40)], inspect.Parameter.empty),
        ("said", Annotated[words, Body()], Nothing() if words is Nothing else inspect.Parameter.empty), ("key", acts.Key, ""),
        ("place", Place, ""), ("device_time", DeviceTime, None),
    ]
    view.__signature__ = inspect.Signature([
        inspect.Parameter(n, inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=kind, default=default) for n, kind, default in parts
    ])
    view.__annotations__ = {n: kind for n, kind, _ in parts}
    name = verb.replace("-", "_")
    view.__name__ = f"visit_{name}"
    router.post(
        f"/visits/{{number}}/{verb}", auth=gate, url_name=f"api-visit-{verb}", response={200: acts.DoneOut, **ANSWERS},
        operation_id=f"visit_{name}", summary=summary, openapi_extra=security(gate),
    )(view)


def file_of(visit: Visit, pk: int | None, field: str = "photo") -> StoredFile | None:
    """A file of this visit that was sent before; None for none. Refused for any other."""
    if pk is None:
        return None
    found = StoredFile.objects.filter(matter=visit.number, pk=pk).first()
    if found is None:
        raise Refused([Breach("没有找到本次检查的这个文件。", (Remedy("先上传文件，再填写它的编号"),), field)])
    return found


def drawing_of(said: Any) -> dict[str, Any] | None:
    """The strokes of a signature as the actions take them."""
    return said.model_dump() if said is not None else None

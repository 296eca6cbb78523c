"""Papers in one's scope with their files; for everybody: is a code or a paper genuine."""

# No postponed annotations: the operations' signatures are read when they are declared.
from typing import Annotated, Any, Literal
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Path, Router
from pydantic import BaseModel

from jiangcheng.api import base
from jiangcheng.api.errors import READS
from jiangcheng.api.gate import EVERYBODY, STAFF, Gate, TooMany, security
from jiangcheng.inspection.visits import matters, queries
from jiangcheng.papers import codes, files, issue, numbers
from jiangcheng.papers import queries as papers
from jiangcheng.papers.models import Paper
from jiangcheng.parties.access import address_of
from jiangcheng.parties.scope import scope, visible_or_404

router = Router(tags=["文书与查验"])
TYPES = {"pdf": "application/pdf", "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document"}


def find(request: HttpRequest, kwargs: dict[str, Any]) -> Paper:
    """The paper that the address names, if the caller may read it."""
    return visible_or_404(request.actor, Paper.objects.select_related("body", "replaces"), code=numbers.normal(kwargs["code"]))


READER, ONE = Gate(*STAFF, "enterprise"), Gate(*STAFF, "enterprise", find=find)


class PaperOut(BaseModel):
    """A paper: what it is, not what it says."""

    code: str
    kind: str
    title: str
    number: str
    body: int
    body_name: str
    matter: str
    issued_at: base.datetime
    pdf_sha256: str
    docx_sha256: str
    replaces: str | None
    void_reason: str
    demo: bool


class PapersOut(base.Listed):
    """A page of papers."""

    rows: list[PaperOut]


class GenuineOut(BaseModel):
    """What anybody may learn of a paper: that it was issued, by whom, when, and that it stands unaltered."""

    code: str
    title: str
    number: str
    body: str
    issued_at: base.datetime
    digest: str
    intact: bool
    void_reason: str
    amended_by: list[str]
    demo: bool


class CheckedOut(BaseModel):
    """What a code is now. Names stand here only while the code is good."""

    state: str
    word: str
    now: base.datetime
    body: str | None = None
    subject: str | None = None
    uscc: str | None = None
    items: list[str] = []
    officers: list[dict[str, str]] = []
    window: list[base.datetime] = []
    revoked_at: base.datetime | None = None
    used_at: base.datetime | None = None


class KeysOut(BaseModel):
    """Public halves of the keys that sign codes."""

    kind: str
    algorithm: str
    keys: dict[str, str]


def paper_out(p: Paper) -> dict[str, Any]:
    """One paper."""
    return {
        "code": p.code, "kind": p.kind, "title": p.get_kind_display(), "number": p.number, "body": p.body_id, "body_name": p.body.name,
        "matter": p.matter, "issued_at": base.local(p.issued_at), "pdf_sha256": p.pdf_sha256, "docx_sha256": p.docx_sha256,
        "replaces": p.replaces.code if p.replaces else None, "void_reason": p.void_reason, "demo": p.demo,
    }


@router.get("/papers", auth=READER, url_name="api-papers", response={200: PapersOut, **READS}, operation_id="papers", summary="文书",
            openapi_extra=security(READER))
def listing(
    request: HttpRequest, visit: Annotated[str, base.Field(max_length=40)] = "", kind: Annotated[str, base.Field(max_length=20)] = "",
    page: base.PageNumber = 1, limit: base.Limit = 20,
) -> dict[str, Any]:
    """Papers of matters that the caller may know of, the newest first."""
    found = scope(request.actor, Paper.objects.select_related("body", "replaces")).order_by("-issued_at", "-id")
    if visit:
        found = found.filter(matter_kind="visit", matter=visit)
    return base.listed(found.filter(kind=kind) if kind else found, page, limit, paper_out)


@router.get("/papers/{code}", auth=ONE, url_name="api-paper", response={200: PaperOut, **READS}, operation_id="paper", summary="一份文书",
            openapi_extra=security(ONE))
def one(request: HttpRequest, code: Annotated[str, Path(max_length=40)]) -> dict[str, Any]:
    """One paper, by its 查验编号."""
    return paper_out(request.found)


@router.get("/papers/{code}/{form}", auth=ONE, url_name="api-paper-file", operation_id="paper_file", summary="文书文件", response=READS,
            openapi_extra=security(ONE) | {"responses": {200: {"description": "文件", "content": {t: {"schema": {
                "type": "string", "format": "binary"}} for t in TYPES.values()}}}})
def file(request: HttpRequest, code: Annotated[str, Path(max_length=40)], form: Literal["pdf", "docx"]) -> HttpResponse:
    """The file as issued; its bytes are compared with the digest first."""
    paper = request.found
    if form == "docx" and not paper.docx_sha256:
        raise Http404("form")
    try:
        data = issue.content(paper, form)
    except files.Altered as altered:
        raise Http404("file") from altered
    answer = HttpResponse(data, content_type=TYPES[form])
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'{paper.get_kind_display()} {paper.number}.{form}')}"
    answer["Cache-Control"] = "private, no-store"
    return answer


# --- for everybody ---


@router.get("/verify/papers/{code}", auth=EVERYBODY, url_name="api-verify-paper", response={200: GenuineOut, **READS},
            operation_id="verify_paper", summary="查验文书", openapi_extra=security(EVERYBODY))
def verify_paper(request: HttpRequest, code: Annotated[str, Path(max_length=40)]) -> dict[str, Any]:
    """Whether the paper with this 查验编号 is genuine. Never what it says, never to whom."""
    where = f"paper/{address_of(request)}"[:45]
    if not codes.tries_left(where, part="paper"):
        raise TooMany(60 * codes.minutes())
    paper = Paper.objects.filter(code=numbers.normal(code)).first()
    known = paper is not None and (matters.public(paper) or scope(request.actor, Paper.objects.filter(pk=paper.pk)).exists())
    if not known:
        codes.missed(where)
        raise Http404("paper")
    return _genuine(papers.verify(paper.code))


@router.get("/verify/digests/{sha256}", auth=EVERYBODY, url_name="api-verify-digest", response={200: GenuineOut, **READS},
            operation_id="verify_digest", summary="按文件摘要查验文书", openapi_extra=security(EVERYBODY))
def verify_digest(request: HttpRequest, sha256: Annotated[str, Path(pattern="^[0-9a-f]{64}$")]) -> dict[str, Any]:
    """Whether a file with this SHA-256 is a paper as issued."""
    found = papers.by_digest(sha256)
    paper = Paper.objects.filter(code=found.code).first() if found else None
    if paper is None or not (matters.public(paper) or scope(request.actor, Paper.objects.filter(pk=paper.pk)).exists()):
        raise Http404("paper")
    return _genuine(found)


def _genuine(found: papers.Verified) -> dict[str, Any]:
    names = ("code", "title", "number", "body", "digest", "intact", "void_reason", "demo")
    return {n: getattr(found, n) for n in names} | {"issued_at": base.local(found.issued_at), "amended_by": list(found.amended_by)}


@router.get("/verify/codes/{value}", auth=EVERYBODY, url_name="api-verify-code", response={200: CheckedOut, **READS},
            operation_id="verify_code", summary="查验检查码", openapi_extra=security(EVERYBODY))
def verify_code(request: HttpRequest, value: Annotated[str, Path(min_length=1, max_length=220)]) -> dict[str, Any]:
    """What a token or short code is now. Changes nothing; wrong short codes are counted by address."""
    reading = codes.read(value, where=address_of(request))
    if reading.state == "limited":
        raise TooMany(60 * codes.minutes())
    said: dict[str, Any] = {"state": reading.state, "word": reading.word, "now": timezone.localtime()}
    if reading.code is not None:
        said |= {"revoked_at": base.local(reading.code.revoked_at), "used_at": base.local(reading.code.used_at)}
    return said | (_named(queries.door_page(reading), reading.code) if reading.state == "valid" else {})


def _named(page: queries.DoorPage, code: Any) -> dict[str, Any]:
    if not page.named:
        return {}
    return {
        "body": page.visit.body.name, "subject": page.visit.enterprise.name, "uscc": page.visit.enterprise.uscc,
        "items": [v.name for v in page.items], "window": [base.local(code.window_start), base.local(code.window_end)],
        "officers": [{"name": s.person.name, "certificate": s.certificate.number, "until": s.certificate.valid_until.isoformat(), "role": s.role}
                     for s in page.people],
    }


@router.get("/verify/keys", auth=EVERYBODY, url_name="api-verify-keys", response={200: KeysOut, **READS}, operation_id="verify_keys",
            summary="检查码公钥", openapi_extra=security(EVERYBODY))
def verify_keys(request: HttpRequest) -> dict[str, Any]:
    """Public halves of the keys that sign codes, so that a code can be verified without this server."""
    return {"kind": "jiangcheng code keys v1", "algorithm": "Ed25519", "keys": codes.public_keys()}

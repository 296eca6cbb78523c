"""The record: one's own receipts with their proof, checkpoints and public keys for whoever keeps watch."""

# No postponed annotations: the operations' signatures are read when they are declared.
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from ninja import Path, Router
from pydantic import BaseModel

from jiangcheng.api import base
from jiangcheng.api.errors import READS
from jiangcheng.api.gate import EVERYBODY, PEOPLE, Gate, security
from jiangcheng.kernel import keys, sequencer
from jiangcheng.kernel.models import Checkpoint, Leaf

router = Router(tags=["存证"])


def find(request: HttpRequest, kwargs: dict[str, Any]) -> Leaf:
    """The act that the address names, if the caller did it."""
    number, person = kwargs["number"], request.actor.person
    if not (number.isascii() and number.isdigit() and len(number) < 19) or person is None:
        raise Http404("leaf")
    found = Leaf.objects.filter(pk=int(number), actor=person).first()
    if found is None:
        raise Http404("leaf")
    return found


OWN = Gate(*PEOPLE, find=find)


class CheckpointOut(BaseModel):
    """A signed statement: the first ``size`` acts have this Merkle root."""

    kind: str
    number: int
    size: int
    root: str
    heads: str
    at: str
    key: str
    signature: str


class CheckpointsOut(base.Listed):
    """A page of checkpoints."""

    rows: list[CheckpointOut]


class KeyOut(BaseModel):
    """A public key."""

    id: str
    use: str
    alg: str
    public: str


class LedgerReceiptOut(BaseModel):
    """The promise of an act and, once a checkpoint covers it, the proof that it is in the tree."""

    kind: str
    promise: str
    entry: str
    inclusion: dict[str, Any] | None


@router.get("/ledger/receipts/{number}", auth=OWN, url_name="api-receipt", response={200: LedgerReceiptOut, **READS}, operation_id="receipt",
            summary="本人办理的存证回执", openapi_extra=security(OWN))
def receipt(request: HttpRequest, number: Annotated[str, Path(max_length=20)]) -> dict[str, Any]:
    """The receipt of an act of one's own."""
    return sequencer.receipt(request.found.pk)


@router.get("/ledger/checkpoints", auth=EVERYBODY, url_name="api-checkpoints", response={200: CheckpointsOut, **READS},
            operation_id="checkpoints", summary="存证检查点", openapi_extra=security(EVERYBODY))
def checkpoints(request: HttpRequest, page: base.PageNumber = 1, limit: base.Limit = 20) -> dict[str, Any]:
    """Signed checkpoints, the newest first, to be kept by somebody who does not run this server."""
    return base.listed(Checkpoint.objects.order_by("-size"), page, limit, sequencer.export_checkpoint)


@router.get("/ledger/checkpoints/latest", auth=EVERYBODY, url_name="api-checkpoint", response={200: CheckpointOut, **READS},
            operation_id="checkpoint", summary="最新的存证检查点", openapi_extra=security(EVERYBODY))
def latest(request: HttpRequest) -> dict[str, Any]:
    """The newest checkpoint; 404 before the first one."""
    found = Checkpoint.objects.order_by("-size").first()
    if found is None:
        raise Http404("checkpoint")
    return sequencer.export_checkpoint(found)


@router.get("/ledger/keys", auth=EVERYBODY, url_name="api-ledger-keys", response={200: list[KeyOut], **READS}, operation_id="ledger_keys",
            summary="公钥", openapi_extra=security(EVERYBODY))
def public_keys(request: HttpRequest) -> list[dict[str, str]]:
    """Public keys of ledger and codes, retired ones included."""
    return keys.public_keys()

"""A program that calls the interface with a key: sends JSON, reads JSON."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from jiangcheng.parties import api_keys
from tests.world import World


def key_for(world: World, who: str, *, acts: bool = True, days: int = 30) -> str:
    """A token of the person for the first of its seats."""
    until = timezone.localdate() + dt.timedelta(days=days)
    return api_keys.make_own(world.actor(who), world.seats[who][0], "测试程序", until, acts=acts)[1]


class Program:
    """Calls ``/api/…``; ``token`` empty calls without a key."""

    def __init__(self, token: str = "") -> None:
        self.client = Client(enforce_csrf_checks=True)
        self.head = {"Authorization": f"Bearer {token}"} if token else {}

    def get(self, path: str, **query: Any) -> HttpResponse:
        return self.client.get(f"/api/{path}", query, headers=self.head)

    def post(self, path: str, said: dict[str, Any] | None = None, key: str = "", **head: str) -> HttpResponse:
        more = {"Idempotency-Key": key} if key else {}
        return self.client.post(
            f"/api/{path}", json.dumps(said or {}), content_type="application/json", headers={**self.head, **more, **head})

    def done(self, path: str, said: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        """A call that must succeed; its answer."""
        answer = self.post(path, said, **more)
        assert answer.status_code in (200, 201), answer.content.decode()
        return answer.json()

    def send(self, path: str, name: str, data: bytes, **fields: str) -> HttpResponse:
        """A file."""
        from django.core.files.uploadedfile import SimpleUploadedFile

        return self.client.post(f"/api/{path}", {"file": SimpleUploadedFile(name, data), **fields}, headers=self.head)


def program(world: World, who: str, **more: Any) -> Program:
    """A program with a key of the person; ``anonymous`` without."""
    return Program("" if who == "anonymous" else key_for(world, who, **more))

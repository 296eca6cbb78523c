"""How the log is written. Read by the settings: nothing of Django may be imported here.

``JIANGCHENG_LOG=json`` writes one JSON object a line (time in UTC, level, event, request id, route), for a machine that
collects them; the default is plain lines. No personal data: numbers of people and telephones, e-mail addresses and tokens
are taken out of every value, and of an exception only its kind, its masked words and where it happened are kept.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import Callable, Mapping, MutableMapping
from types import TracebackType
from typing import Any

import structlog

HIDDEN = "…"
_PATTERNS = (
    re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),  # e-mail
    re.compile(r"(?<![0-9A-Za-z])[1-9][0-9]{16}[0-9Xx](?![0-9A-Za-z])"),  # identity card
    re.compile(r"(?<![0-9A-Za-z])(?:\+?86[ -]?)?1[3-9][0-9](?:[ -]?[0-9]{4}){2}(?![0-9A-Za-z])"),  # mobile telephone
    re.compile(r"(?<=/v/)[^/\s?]+"),  # token of an inspection code
    re.compile(r"(?<=/p/)[^/\s?]+"),  # code of a paper
    re.compile(r"(?i)(?<=token=)[^&\s]+|(?<=password=)[^&\s]+|(?<=bearer )\S+|(?<=:)[^:@/\s]+(?=@)"),
)
_IN_WORDS = re.compile(r"[㐀-鿿豈-﫿]+|[0-9]{5,}|(?<==\()[^)]*(?=\))|'[^']{24,}'|\"[^\"]{24,}\"")
"""In the words of an exception a value may stand that nobody foresaw: Chinese words, long numbers, ``Key (name)=(…)``."""
_SECRET = {"password", "secret", "token", "cookie", "authorization", "name", "phone", "person", "breaches", "sentence", "path", "certificate"}
"""Names whose value is never logged. An address may carry a token or a search: the route says enough."""


def masked(text: str) -> str:
    """The text without numbers of people, telephones, e-mail addresses, passwords and tokens."""
    for pattern in _PATTERNS:
        text = pattern.sub(HIDDEN, text)
    return text


def _value(value: Any) -> Any:
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, Mapping):
        return {key: HIDDEN if str(key).lower() in _SECRET else _value(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_value(one) for one in value]
    return value if value is None or isinstance(value, int | float | bool) else masked(str(value))


def without_people(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Processor: what could name a person, or open something, leaves the event."""
    for key in list(event):
        if key.startswith("_") or key in ("exc_info", "stack_info"):
            continue
        event[key] = HIDDEN if key.lower() in _SECRET else _value(event[key])
    return event


def told(kind: type[BaseException], error: BaseException, where: TracebackType | None) -> str:
    """An exception for the log: kind, masked words, and the places it came through; no values of variables."""
    words = _IN_WORDS.sub(HIDDEN, masked(str(error))).strip().replace("\n", " ")[:300]
    frames = [f"{frame.filename.rpartition('site-packages/')[2]}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(where)]
    cause = error.__cause__
    before = told(type(cause), cause, cause.__traceback__) + " → " if cause is not None and cause is not error else ""
    return f"{before}{kind.__name__}: {words} [{' < '.join(reversed(frames[-12:]))}]"


def exceptions(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Processor: ``exc_info`` becomes the text ``exception``."""
    found = event.pop("exc_info", None)
    if isinstance(found, BaseException):
        found = (type(found), found, found.__traceback__)
    elif found is True:
        found = sys.exc_info()
    if found and found[0] is not None:
        event["exception"] = told(*found)
    return event


def _plain(_: Any, __: str, event: MutableMapping[str, Any]) -> str:
    at, level, what = event.pop("at", ""), event.pop("level", ""), event.pop("event", "")
    rest = " ".join(f"{key}={value}" for key, value in event.items() if not key.startswith("_"))
    return f"{at} {level:<7} {what} {rest}".rstrip()


_FIRST: tuple[Callable[..., Any], ...] = (
    structlog.contextvars.merge_contextvars, structlog.stdlib.add_log_level, structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"), exceptions, without_people,
)


class Formatter(logging.Formatter):
    """One line a record, whether it came from structlog, from Django or from a library."""

    def __init__(self, style: str = "plain"):
        super().__init__()
        last = structlog.processors.JSONRenderer(ensure_ascii=False, sort_keys=True) if style == "json" else _plain
        self.inner = structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(allow=()), *_FIRST],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )

    def format(self, record: logging.LogRecord) -> str:
        """The record as its line."""
        return self.inner.format(record)


def logging_settings(style: str, level: str) -> dict[str, Any]:
    """Django's ``LOGGING``, and structlog set to go the same way. ``style`` json or plain, ``level`` e.g. INFO.

    ``ValueError`` for another style or level: better no start than a log that nobody reads.
    """
    level = level.upper()
    if style not in ("json", "plain") or level not in logging.getLevelNamesMapping():
        raise ValueError(f"JIANGCHENG_LOG 应为 json 或 plain，JIANGCHENG_LOG_LEVEL 应为 INFO 等级别；现在是“{style}”“{level}”。")
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *_FIRST, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(), wrapper_class=structlog.stdlib.BoundLogger, cache_logger_on_first_use=False,
    )
    quiet = {"handlers": ["lines"], "level": "WARNING", "propagate": False}
    return {
        "version": 1, "disable_existing_loggers": False,
        "formatters": {"lines": {"()": "jiangcheng.kernel.logs.Formatter", "style": style}},
        "handlers": {"lines": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["lines"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.request": {"handlers": [], "level": "CRITICAL"},  # the middleware and errors.py say it once, with the number
            "django.server": {"handlers": [], "level": "CRITICAL"},
            "django.security.DisallowedHost": {"handlers": [], "level": "CRITICAL"},
            "httpx": quiet, "httpcore": quiet, "PIL": quiet, "fontTools": quiet,
        },
    }  # fmt: skip

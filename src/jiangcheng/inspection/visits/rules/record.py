"""Rules of the record of a visit."""

from __future__ import annotations

from jiangcheng.law.rule import Rule

BREAK_OFF: tuple[Rule, ...] = ()

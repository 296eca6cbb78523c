"""Rules of the end of a visit: finish, tell, close, archive; and of its orders."""

from __future__ import annotations

from jiangcheng.law.rule import Rule

FINISH: tuple[Rule, ...] = ()
TELL: tuple[Rule, ...] = ()
CLOSE: tuple[Rule, ...] = ()
ARCHIVE: tuple[Rule, ...] = ()
ANSWER_ORDER: tuple[Rule, ...] = ()
ASK_MORE_TIME: tuple[Rule, ...] = ()
EXTEND: tuple[Rule, ...] = ()
RECHECK: tuple[Rule, ...] = ()
ORDER_DONE: tuple[Rule, ...] = ()
ORDER_STILL_OPEN: tuple[Rule, ...] = ()

"""Divisions as officials write them: code, name, or the names from above in one (武汉市江岸区台北街道)."""

from __future__ import annotations

import re

from jiangcheng.parties.models import Division
from jiangcheng.sheets import narrow

_MARK = re.compile(r"[(（]演示[)）]|\s|[/／、·>-]")
REMEDY = "填写 6 位区划代码，或者写成“江岸区”“江岸区台北街道”"


def bare(name: str) -> str:
    """A name as it is compared: without marks, blanks and separators."""
    return _MARK.sub("", name)


class Places:
    """All divisions, found by code or by name; loaded once a pass."""

    def __init__(self) -> None:
        self.by_code: dict[str, Division] = {d.code: d for d in Division.objects.all()}
        self.by_name: dict[str, list[Division]] = {}
        for one in self.by_code.values():
            for name in self._ways(one):
                self.by_name.setdefault(name, []).append(one)

    def _ways(self, one: Division) -> set[str]:
        """江岸区, 武汉市江岸区, 湖北省武汉市江岸区: each end of the way from above."""
        names = [bare(self.by_code[code].name) for code in one.path.strip("/").split("/") if code in self.by_code]
        return {"".join(names[i:]) for i in range(len(names))}

    def find(self, text: str) -> tuple[Division | None, str]:
        """The division that is meant, or None with the reason."""
        code = narrow(text).strip()
        if code in self.by_code:
            return self.by_code[code], ""
        if code.isdecimal():  # GB/T 2260 pads what it does not tell apart with noughts
            short = code.rstrip("0")
            found = next((self.by_code[c] for c in (code[:12], code[:9], code[:6]) if c in self.by_code and len(short) <= len(c)), None)
            return found, "" if found else f"没有代码为“{text}”的区划"
        several = self.by_name.get(bare(text), [])
        if len(several) == 1:
            return several[0], ""
        return None, f"“{text}”有 {len(several)} 处同名" if several else f"没有找到区划“{text}”"

    def words(self) -> tuple[str, ...]:
        """Names for a drop-down: districts and zones, then streets with their district."""
        found = []
        for one in sorted(self.by_code.values(), key=lambda d: d.path):
            if one.level >= 3:
                above = self.by_code.get(one.parent_id or "")
                name = one.name if one.level == 3 or above is None else f"{above.name}{one.name}"
                found.append(name)
        return tuple(found[:2000])

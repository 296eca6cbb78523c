"""Credit codes: real shape, category table, generated codes."""

import pytest

from jiangcheng.parties import uscc


@pytest.mark.parametrize(
    ("prefix", "applies"),
    [("91", "yes"), ("92", "analogy"), ("93", "analogy"), ("12", "no"), ("11", "no"), ("51", "no"), ("52", "no"), ("53", "no"),
     ("31", "undecided"), ("N2", "undecided"), ("Y1", "undecided"), ("A1", "no"), ("A9", "undecided"), ("99", "undecided")],
)
def test_department_and_category_decide(prefix, applies):
    found = uscc.check(uscc.make(prefix, "420100", 12345))
    assert (found.valid, found.applies, found.problem) == (True, applies, "")


def test_a_real_code_is_read_however_it_is_typed():
    for typed in ("91420100711954273A", " 9142 0100 7119-5427 3a ", "９１420100711954273A"):
        assert uscc.check(typed).code == "91420100711954273A" and uscc.check(typed).applies == "yes"


@pytest.mark.parametrize(
    ("code", "words"),
    [("", "请填写"), ("9142", "4 位"), ("91420100711954273B", "校验位"), ("9142010071195427IA", "I"), ("91AB0100711954273A", "第 3 至 8 位")],
)
def test_what_is_wrong_is_said(code, words):
    found = uscc.check(code)
    assert not found.valid and words in found.problem and found.applies == "undecided"


def test_one_wrong_character_is_always_found():
    code = "91420100711954273A"
    for place in range(8, 18):
        for other in uscc.ALPHABET:
            if other != code[place]:
                assert not uscc.check(code[:place] + other + code[place + 1:]).valid

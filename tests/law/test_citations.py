"""What cites the law is alive: every rule and every function that claims a duty is used somewhere in the package."""

import inspect
import io
import tokenize
from collections import Counter

import pytest

from jiangcheng.law import loading, registry
from jiangcheng.parties import scope


@pytest.fixture(scope="module")
def names_used():
    """How often each name stands in the package's code (comments and strings left out)."""
    found = Counter()
    for path in registry.PACKAGE.rglob("*.py"):
        if "migrations" in path.parts:
            continue
        tokens = tokenize.generate_tokens(io.StringIO(path.read_text("utf-8")).readline)
        found.update(token.string for token in tokens if token.type == tokenize.NAME)
    return found


def test_no_function_that_claims_a_duty_is_dead_code(names_used):
    loading.load_all()
    claiming = {
        (thing.__name__, where)
        for things in registry.CITED.values()
        for thing in things
        if inspect.isfunction(thing) and "." not in thing.__qualname__
        and "/jiangcheng/" in (where := registry.where(thing)) and where.startswith("src/")
    }
    assert claiming
    registered = {visible.__name__ for visible in scope.VISIBLE.values()}  # called by scope(), never by name
    assert sorted(where for name, where in claiming if names_used[name] < 2 and name not in registered) == []

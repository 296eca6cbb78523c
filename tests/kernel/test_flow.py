"""Flows: the only door to a state, all breaches at once, tables that hang together."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.apps import apps

from jiangcheng.inspection.items.flows import ITEM
from jiangcheng.inspection.plans.flows import PLAN
from jiangcheng.kernel import diagrams
from jiangcheng.kernel.flow import FLOWS, Flow, Step, anyone
from jiangcheng.kernel.records import Stateful
from jiangcheng.law import loading


def test_an_unknown_state_is_an_error_when_the_table_is_read() -> None:
    with pytest.raises(ValueError, match="no such state"):
        Flow("test-unknown", ("a",), (Step("go", ("a",), "b", anyone, "去"),))


def test_a_step_twice_is_an_error() -> None:
    with pytest.raises(ValueError, match="twice"):
        Flow("test-twice", ("a", "b"), (Step("go", ("a",), "b", anyone, "去"), Step("go", ("b",), "a", anyone, "回")))


def test_an_unknown_duty_is_an_import_error() -> None:
    with pytest.raises(ImportError, match="327-99-9"):
        Step("go", ("a",), "b", anyone, "去", (), ("327-99-9",))


@pytest.mark.parametrize("flow", [f for n, f in FLOWS.items() if not n.startswith("test-")], ids=lambda f: f.name)
def test_every_state_can_be_reached(flow: Flow) -> None:
    first = flow.states[0]
    reached, edge = {first}, [first]
    while edge:
        state = edge.pop()
        for step in flow.steps:
            if state in step.source and step.target and step.target not in reached:
                reached.add(step.target)
                edge.append(step.target)
    assert reached == set(flow.states)


def test_the_diagram_names_every_step() -> None:
    drawn = diagrams.mermaid(PLAN)
    assert all(f"（{step.name}）" in drawn for step in PLAN.steps)
    assert ITEM.step("publish").target == "published"


def test_every_state_has_a_staff_word() -> None:
    silent = {
        (model.__name__, flow.name, state)
        for model in apps.get_models() if issubclass(model, Stateful)
        for flow in FLOWS.values() if model._meta.model_name.endswith(flow.name) or flow.name == model._meta.model_name
        for state in flow.states if state not in model.state_words
    }
    assert silent == set()


def test_the_committed_diagrams_are_the_present_ones() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "flows.md").read_text("utf-8")
    loading.load_all()
    real = {name: flow for name, flow in FLOWS.items() if not name.startswith("test-")}
    assert text.count("stateDiagram-v2") == len(real)
    assert [name for name, flow in real.items() if diagrams.mermaid(flow, diagrams.words_of(flow)) not in text] == []

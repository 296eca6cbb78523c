"""Diagrams of the flows, generated from the tables themselves."""

from __future__ import annotations

from django.apps import apps

from jiangcheng.kernel.flow import FLOWS, Flow
from jiangcheng.kernel.records import Stateful


def mermaid(flow: Flow, words: dict[str, str] | None = None) -> str:
    """One flow as a Mermaid state diagram; ``words`` are display words per state."""
    words = words or {}
    lines = ["stateDiagram-v2"]
    lines += [f'  state "{words.get(state, state)}" as {state}' for state in flow.states]
    lines += [
        f"  {source} --> {step.target or source}: {step.word}（{step.name}）" for step in flow.steps for source in step.source
    ]
    return "\n".join(lines)


def words_of(flow: Flow) -> dict[str, str]:
    """Staff words of a flow's states: those of the record that has exactly these states."""
    known = (model.state_words for model in apps.get_models() if issubclass(model, Stateful))
    return next((words for words in known if set(words) == set(flow.states)), {})


def all_flows() -> str:
    """Every registered flow as Markdown with one diagram each."""
    drawn = (f"## {name}\n\n```mermaid\n{mermaid(flow, words_of(flow))}\n```" for name, flow in sorted(FLOWS.items()))
    return "\n\n".join(drawn)

"""Diagrams of the flows, generated from the tables themselves."""

from __future__ import annotations

from jiangcheng.kernel.flow import FLOWS, Flow


def mermaid(flow: Flow, words: dict[str, str] | None = None) -> str:
    """One flow as a Mermaid state diagram; ``words`` are display words per state."""
    words = words or {}
    lines = ["stateDiagram-v2"]
    lines += [f'  state "{words.get(state, state)}" as {state}' for state in flow.states]
    lines += [
        f"  {source} --> {step.target or source}: {step.word}（{step.name}）" for step in flow.steps for source in step.source
    ]
    return "\n".join(lines)


def all_flows() -> str:
    """Every registered flow as Markdown with one diagram each."""
    return "\n\n".join(f"## {name}\n\n```mermaid\n{mermaid(flow)}\n```" for name, flow in sorted(FLOWS.items()))

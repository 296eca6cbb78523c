"""A stop of the checkpoints does not stop lawful inspections: codes go on and are marked (HR-17-8)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from jiangcheng.inspection.visits.actions import scheme
from jiangcheng.kernel import sequencer
from jiangcheng.papers import codes
from tests.visits.stage import Stage


@pytest.mark.duty("HR-17-8", "allowed")
def test_codes_go_on_while_checkpoints_have_stopped_and_are_marked(world, monkeypatch) -> None:
    stage = Stage(world)
    sequencer.checkpoint_now()
    visit = stage.approved()
    assert not sequencer.stalled()
    assert sequencer.stalled(timezone.now() + dt.timedelta(minutes=2))
    monkeypatch.setattr(sequencer, "STALLED_AFTER", dt.timedelta(0))
    scheme.issue_code(stage.lead, visit)
    assert codes.current(visit.number).late_anchored

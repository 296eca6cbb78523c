def test_chain(stage):
    visit = stage.started()
    assert visit.state == "inspecting"

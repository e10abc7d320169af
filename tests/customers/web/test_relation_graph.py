from customers.web.relation_graph import graph


def test_nobody_tied_means_no_drawing() -> None:
    assert graph("Amara Reid", []) is None


def test_four_people_at_most_stand_below_each_in_a_place_of_their_own() -> None:
    drawn = graph("Amara Reid", ["Daniel Reid", "Zola Reid", "Daniel Reid", "A B", "C D", "E F"])

    assert drawn is not None
    assert drawn.me == "AR"
    assert [node.name for node in drawn.nodes] == ["Daniel", "Zola", "A", "C"]
    assert len({node.x for node in drawn.nodes}) == 4

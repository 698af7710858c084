"""Who may use a client."""

import pytest

from scopes.access import AccessContext, AssignmentView, Decision, may_use, resolve
from scopes.context import PersonView


def test_client_without_assignments_serves_everyone(person: PersonView) -> None:
    assert may_use(AccessContext(person)) == Decision(True, "everyone")


@pytest.mark.parametrize(
    "assignment",
    [
        AssignmentView("a", allow_all=True),
        AssignmentView("a", user_ids=frozenset({7})),
        AssignmentView("a", group_ids=frozenset({2})),
    ],
)
def test_one_assignment_is_enough(assignment: AssignmentView, person: PersonView) -> None:
    nobody = AssignmentView("nobody")
    assert may_use(AccessContext(person, (nobody, assignment))) == Decision(True, "a")


@pytest.mark.case("authentik-github-iam C 33")
def test_person_in_no_assignment_is_refused_with_their_names(person: PersonView) -> None:
    assignments = (AssignmentView("staff", user_ids=frozenset({1})), AssignmentView("guests", group_ids=frozenset({7})))
    decision = may_use(AccessContext(person, assignments))
    assert decision == Decision(False, "staff, guests", "This application is only for: staff, guests.")


def test_assignment_that_is_gone_lets_nobody_in(person: PersonView) -> None:
    assert not may_use(AccessContext(person, resolve([5], {}))).allowed
    assert may_use(AccessContext(person, resolve([5], {5: AssignmentView("a", allow_all=True)}))).allowed

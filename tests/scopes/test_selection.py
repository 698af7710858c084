"""The algebra of scopes: what is parsed, granted, dropped, narrowed and refused."""

from collections.abc import Sequence
from itertools import product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from scopes import selection
from scopes.errors import BadScope

CONFIGURED = ("openid", "profile", "email", "offline_access", "storage.read:/a", "user:email", "gatehouse/api")
KNOWN = frozenset({"openid", "profile", "email", "groups", "offline_access"}) | selection.BUILTIN_SCOPES

PLAIN = st.sampled_from(["openid", "profile", "email", "groups", "offline_access", "made-up", "compute.read"])
SEGMENT = st.sampled_from(["a", "b", "ab", "c.d", "%61"])
PATH = st.lists(SEGMENT, max_size=4).map(lambda segments: "/" + "/".join(segments))
PATH_SCOPE = st.builds(lambda name, path: f"{name}:{path}", st.sampled_from(selection.STORAGE_SCOPES), PATH)
SCOPES = st.lists(PLAIN | PATH_SCOPE, max_size=6, unique=True).map(tuple)
SOME_SCOPES = st.lists(PLAIN | PATH_SCOPE, min_size=1, max_size=6, unique=True).map(tuple)


@pytest.mark.row("241")
@pytest.mark.parametrize("text", ["openid\nemail", "openid\temail", 'a"b', "a\\b", "\x7f", "schön", "a\x00b", "\ud800"])
def test_characters_outside_the_grammar_are_refused(text: str) -> None:
    with pytest.raises(BadScope):
        selection.parse(text)


@pytest.mark.row("241")
def test_scopes_are_kept_once_and_in_order() -> None:
    assert selection.parse(" openid  OPENID email openid ") == ("openid", "OPENID", "email")


@pytest.mark.row("238")
@pytest.mark.parametrize("text", ["x " * 100_000, "x" * 20_000, " ".join(map(str, range(201)))])
def test_scope_without_end_is_refused(text: str) -> None:
    with pytest.raises(BadScope):
        selection.parse(text)


def test_nothing_written_is_nothing_requested() -> None:
    assert selection.parse("") == ()


@pytest.mark.case("authentik-github-iam C 19")
def test_unknown_scope_is_dropped_and_named() -> None:
    chosen = selection.select(("openid", "unknown"), CONFIGURED, KNOWN)
    assert chosen == selection.Selection(("openid",), ("unknown",), ("openid", "unknown"))


@pytest.mark.case("authentik-github-iam C 20")
def test_no_scope_means_all_configured_ones_but_the_special() -> None:
    chosen = selection.select((), CONFIGURED, KNOWN | selection.SPECIAL_SCOPES)
    assert chosen.granted == ("openid", "profile", "email", "storage.read:/a")
    assert chosen.dropped == chosen.requested == ()


@pytest.mark.case("authentik-github-iam C 85")
def test_scopes_of_github_mean_nothing_to_an_openid_request() -> None:
    assert selection.select(("openid", "user:email"), CONFIGURED, KNOWN).dropped == ("user:email",)


def test_special_scope_is_granted_when_named() -> None:
    assert selection.select(("openid", "offline_access"), CONFIGURED, KNOWN).granted == ("openid", "offline_access")


def test_known_scope_that_is_not_configured_is_dropped() -> None:
    assert selection.select(("openid", "groups"), CONFIGURED, KNOWN).dropped == ("groups",)


def test_letter_case_matters() -> None:
    assert selection.select(("openid", "OPENID"), CONFIGURED, KNOWN).dropped == ("OPENID",)


@pytest.mark.parametrize("requested", [("unknown",), ("groups",), ("storage.read:/b",)])
def test_nothing_left_of_a_request_is_an_error(requested: tuple[str, ...]) -> None:
    with pytest.raises(BadScope):
        selection.select(requested, CONFIGURED, KNOWN)


@pytest.mark.parametrize(
    "malformed",
    [
        "storage.read",
        "storage.read:",
        "storage.read:a",
        "storage.read:/a/../b",
        "storage.read:/a/./b",
        "storage.read:/a//b",
        "storage.read://a",
        "storage.read:/a/%2e%2E",
        "storage.read:/a/x%2fy",
        "storage.read:/a/x%5cy",
        "storage.read:/a/%00",
        "storage.modify:/..",
        "compute.read:/a",
        "compute.read:",
    ],
)
def test_malformed_known_scope_is_an_error_everywhere(malformed: str) -> None:
    for call in (
        lambda: selection.select(("openid", malformed), (*CONFIGURED, malformed), KNOWN),
        lambda: selection.narrow((malformed,), (malformed,), (malformed,)),
        lambda: selection.strict((malformed,), (malformed,)),
    ):
        with pytest.raises(BadScope) as caught:
            call()
        assert caught.value.scope == malformed
    assert not selection.covers(malformed, malformed)
    assert not selection.covers("storage.read:/", malformed)


@pytest.mark.parametrize(
    "malformed", ["wlcg.groups:bad", "wlcg.groups:", "wlcg.groups:/", "wlcg.groups:/a/", "wlcg.groups:/.a", "wlcg.groups:/a b"]
)
def test_group_scope_that_names_no_group_is_an_error(malformed: str) -> None:
    with pytest.raises(BadScope):
        selection.select((malformed,), ("wlcg.groups",), {"wlcg.groups"})


def test_plain_group_scope_covers_each_group() -> None:
    chosen = selection.select(("wlcg.groups:/vo/a", "wlcg.groups"), ("wlcg.groups",), {"wlcg.groups"})
    assert chosen.granted == ("wlcg.groups:/vo/a", "wlcg.groups")
    assert not selection.covers("wlcg.groups:/vo", "wlcg.groups:/vo/a")
    assert not selection.covers("wlcg.groups:/vo", "wlcg.groups")


@pytest.mark.parametrize(
    ("allowed", "wanted", "covered"),
    [
        ("storage.read:/a", "storage.read:/a", True),
        ("storage.read:/a", "storage.read:/a/", True),
        ("storage.read:/a", "storage.read:/a/b", True),
        ("storage.read:/a/", "storage.read:/a/b", True),
        ("storage.read:/a/", "storage.read:/a", False),
        ("storage.read:/a", "storage.read:/ab", False),
        ("storage.read:/a", "storage.read:/", False),
        ("storage.read:/", "storage.read:/x/y", True),
        ("storage.read:/a/b", "storage.read:/a", False),
        ("storage.read:/a", "storage.modify:/a", False),
        ("storage.modify:/a", "storage.create:/a/b", True),
        ("storage.create:/a", "storage.modify:/a", False),
        ("storage.read", "storage.read:/a", False),
        ("storage.read:/a", "storage.read", False),
        ("compute.read", "compute.read", True),
        ("compute.read", "compute.create", False),
        ("email", "email", True),
        ("email:/a", "email:/a/b", False),
        ("user", "user:email", False),
    ],
)
def test_coverage_follows_whole_segments(allowed: str, wanted: str, covered: bool) -> None:
    assert selection.covers(allowed, wanted) is covered


@pytest.mark.case("cli-clients 53")
def test_refresh_may_name_a_part() -> None:
    assert selection.narrow(("storage.read:/",), ("openid", "storage.read:/", "offline_access")) == ("storage.read:/",)


@pytest.mark.case("cli-clients 54")
def test_narrowing_does_not_stick() -> None:
    granted = ("openid", "storage.read:/", "offline_access")
    selection.narrow(("openid",), granted)
    assert selection.narrow(granted, granted) == granted


@pytest.mark.case("cli-clients 55")
def test_refresh_may_go_down_a_path_and_nowhere_else() -> None:
    granted = ("storage.read:/a",)
    assert selection.narrow(("storage.read:/a/b",), granted, granted) == ("storage.read:/a/b",)
    for outside in ("storage.read:/ab", "storage.read:/a/../c", "storage.read"):
        with pytest.raises(BadScope):
            selection.narrow((outside,), granted, granted)


@pytest.mark.case("cli-clients 56")
def test_refresh_without_offline_access_is_no_error() -> None:
    assert selection.narrow(("openid",), ("openid", "offline_access")) == ("openid",)


def test_refresh_that_names_nothing_gets_everything() -> None:
    assert selection.narrow((), ("openid", "offline_access"), ("openid",)) == ("openid", "offline_access")


@pytest.mark.case("authentik-github-iam C 45")
def test_refresh_beyond_what_was_ever_asked_is_an_error() -> None:
    with pytest.raises(BadScope) as caught:
        selection.narrow(("openid", "email"), ("openid",), ("openid", "groups"))
    assert str(caught.value) == "The scope goes beyond what was granted: 'email'"


def test_refresh_drops_silently_what_was_asked_and_not_granted() -> None:
    assert selection.narrow(("openid", "groups"), ("openid",), ("openid", "groups")) == ("openid",)


def test_refresh_of_only_ungranted_scopes_is_an_error() -> None:
    with pytest.raises(BadScope):
        selection.narrow(("groups",), ("openid",), ("openid", "groups"))


def test_client_for_itself_gets_what_it_names_or_nothing() -> None:
    assert selection.strict(("email", "storage.read:/a/b"), CONFIGURED) == ("email", "storage.read:/a/b")
    with pytest.raises(BadScope):
        selection.strict(("email", "groups"), CONFIGURED)


def test_client_for_itself_that_names_nothing_gets_the_ordinary_ones() -> None:
    assert selection.strict((), CONFIGURED) == ("openid", "profile", "email", "storage.read:/a")


@given(SOME_SCOPES, SCOPES)
def test_every_requested_scope_is_granted_or_dropped(requested: tuple[str, ...], configured: tuple[str, ...]) -> None:
    try:
        chosen = selection.select(requested, configured, KNOWN)
    except BadScope:
        assert not any(selection.covered(one, configured) for one in requested if selection.base(one) in KNOWN)
        return
    assert sorted(chosen.granted + chosen.dropped) == sorted(requested)
    assert all(selection.covered(one, configured) for one in chosen.granted)


@given(SOME_SCOPES, SCOPES)
def test_selecting_again_from_what_was_granted_changes_nothing(requested: tuple[str, ...], configured: tuple[str, ...]) -> None:
    granted = _selected(requested, configured)
    assert selection.select(granted, granted, KNOWN).granted == granted
    assert selection.narrow(granted, granted) == granted


@given(SOME_SCOPES, SOME_SCOPES, SCOPES)
def test_narrowing_never_widens(requested: tuple[str, ...], granted: tuple[str, ...], asked: tuple[str, ...]) -> None:
    try:
        kept = selection.narrow(requested, granted, asked)
    except BadScope:
        return
    assert all(selection.covered(one, granted) for one in kept)
    assert set(kept) <= set(requested)


@given(st.lists(PATH_SCOPE, min_size=1, max_size=6, unique=True))
def test_coverage_is_reflexive_and_transitive(scopes: list[str]) -> None:
    for one, two, three in product(scopes, repeat=3):
        assert selection.covers(one, one)
        if selection.covers(one, two) and selection.covers(two, three):
            assert selection.covers(one, three)


@given(PATH, PATH)
def test_path_coverage_is_a_prefix_of_segments(outer: str, inner: str) -> None:
    expected = _segments(inner)[: len(_segments(outer))] == _segments(outer)
    assert selection.covers(f"storage.read:{outer}", f"storage.read:{inner}") is expected


@given(PATH, PATH, st.sampled_from(["..", ".", "", "%2e%2e", ".%2E"]), PATH)
def test_nothing_covers_a_path_that_climbs(outer: str, inner: str, climb: str, rest: str) -> None:
    wanted = f"storage.read:{inner.rstrip('/')}/{climb}{rest if rest != '/' else '/x'}"
    assert not selection.covers(f"storage.read:{outer}", wanted)


@given(st.text())
def test_parsing_ends_in_clean_names_or_a_refusal(text: str) -> None:
    try:
        names = selection.parse(text)
    except BadScope:
        return
    assert selection.parse(" ".join(names)) == names
    assert len(set(names)) == len(names)


def _selected(requested: Sequence[str], configured: Sequence[str]) -> tuple[str, ...]:
    try:
        granted = selection.select(tuple(requested), configured, KNOWN).granted
    except BadScope:
        granted = ()
    assume(granted)
    return granted


def _segments(path: str) -> list[str]:
    return [segment for segment in path.split("/") if segment]

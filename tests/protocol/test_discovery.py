"""OpenID Connect Discovery 1.0 and RFC 8414: OAuth 2.0 Authorization Server Metadata."""

from typing import Any

import httpx
import pytest

from tests.conftest import MakeClient
from tests.protocol.answers import error
from tests.protocol.conftest import MakeFlow

KNOWN = frozenset(
    # OpenID Connect Discovery 1.0 §3, Core 1.0, RP-Initiated Logout 1.0 §2.1, Prompt Create 1.0
    "issuer authorization_endpoint token_endpoint userinfo_endpoint jwks_uri scopes_supported response_types_supported "
    "response_modes_supported grant_types_supported acr_values_supported subject_types_supported id_token_signing_alg_values_supported "
    "userinfo_signing_alg_values_supported token_endpoint_auth_methods_supported token_endpoint_auth_signing_alg_values_supported "
    "display_values_supported claim_types_supported claims_supported service_documentation claims_locales_supported ui_locales_supported "
    "claims_parameter_supported request_parameter_supported request_uri_parameter_supported require_request_uri_registration "
    "op_policy_uri op_tos_uri end_session_endpoint prompt_values_supported "
    # RFC 8414 §2, RFC 9207 §3
    "revocation_endpoint revocation_endpoint_auth_methods_supported revocation_endpoint_auth_signing_alg_values_supported "
    "introspection_endpoint introspection_endpoint_auth_methods_supported introspection_endpoint_auth_signing_alg_values_supported "
    "code_challenge_methods_supported authorization_response_iss_parameter_supported".split()
)
ROOT = ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"]
APPLICATION = [
    "/application/o/shop/.well-known/openid-configuration",
    "/application/o/shop/.well-known/oauth-authorization-server",
    "/.well-known/openid-configuration/application/o/shop",
    "/.well-known/oauth-authorization-server/application/o/shop",
]


@pytest.mark.parametrize(
    "path", ["/application/o/nobody/.well-known/openid-configuration", "/application/o/nobody/", "/application/o/nobody/jwks/"]
)
def test_an_issuer_of_nobody_is_404(http: httpx.Client, instance: None, path: str) -> None:
    """Discovery §4"""
    assert error(http.get(path), 404) == "not_found"


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_metadata_is_read_only(http: httpx.Client, instance: None, method: str) -> None:
    """Discovery §4.1"""
    answer = http.request(method, ROOT[0])
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS")


@pytest.mark.parametrize(
    "path", [*APPLICATION, APPLICATION[0] + "/", APPLICATION[2] + "/", "/application/o/shop//.well-known/openid-configuration"]
)
def test_all_forms_of_an_applications_address_give_the_same_bytes(http: httpx.Client, make_client: MakeClient, path: str) -> None:
    """Discovery §4, RFC 8414 §3.1, contracts A3"""
    make_client()
    answer = http.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.content == http.get(APPLICATION[0]).content
    assert answer.json()["issuer"] == "http://localhost:8000/application/o/shop/"


def test_both_documents_of_the_root_issuer_are_the_same(http: httpx.Client, instance: None) -> None:
    """RFC 8414 §5"""
    documents = [http.get(path) for path in ROOT]
    assert documents[0].content == documents[1].content
    assert documents[0].json()["issuer"] == "http://localhost:8000/"


@pytest.mark.parametrize("path", [ROOT[0], APPLICATION[0]])
@pytest.mark.parametrize("host", ["evil.example", "localhost:9", "LOCALHOST:8000", "[::1]", "localhost:8000@evil.example", ""])
def test_no_host_header_changes_a_byte(http: httpx.Client, make_client: MakeClient, path: str, host: str) -> None:
    """Discovery §4.3: issuer spoofing; operations, IDP_BASE_URL"""
    make_client()
    forwarded = {"X-Forwarded-Host": host or "evil.example", "X-Forwarded-Proto": "https", "Forwarded": "host=evil.example"}
    answer = http.get(path, headers={"Host": host, **forwarded})
    assert (answer.status_code, answer.content) == (200, http.get(path).content)


@pytest.mark.parametrize("path", [ROOT[0], APPLICATION[0]])
def test_there_are_no_unknown_members_and_none_without_value(http: httpx.Client, make_client: MakeClient, path: str) -> None:
    """Discovery §3: "Claims with zero elements MUST be omitted"; conformance 6.1"""
    make_client()
    members = http.get(path).json()
    assert not set(members) - KNOWN
    assert not [name for name, value in members.items() if value in ([], None, "")]


@pytest.mark.parametrize("path", [ROOT[0], APPLICATION[0]])
def test_required_members_are_there(http: httpx.Client, make_client: MakeClient, path: str) -> None:
    """Discovery §3, RFC 8414 §2"""
    make_client()
    members = http.get(path).json()
    assert members["response_types_supported"] == ["code"]
    assert members["response_modes_supported"] == ["query", "form_post"] or set(members["response_modes_supported"]) >= {
        "query",
        "form_post",
    }
    assert members["grant_types_supported"] == ["authorization_code", "refresh_token", "client_credentials"]
    assert "public" in members["subject_types_supported"]
    assert "RS256" in members["id_token_signing_alg_values_supported"]
    assert members["scopes_supported"][0] == "openid"
    assert members["authorization_response_iss_parameter_supported"] is True
    assert members["request_uri_parameter_supported"] is False
    assert members["request_parameter_supported"] is False
    assert members["claims_parameter_supported"] is True


@pytest.mark.parametrize(
    "word", ["par", "registration", "device", "dpop", "mtls", "backchannel", "frontchannel", "check_session", "encryption"]
)
def test_nothing_is_advertised_that_is_not_built(http: httpx.Client, make_client: MakeClient, word: str) -> None:
    """Rulings 25"""
    make_client()
    for path in (ROOT[0], APPLICATION[0]):
        names = [name for name in http.get(path).json() if name not in ("request_parameter_supported", "claims_parameter_supported")]
        assert not [name for name in names if f"_{word}" in f"_{name}" and not name.startswith(("authorization_response", "request_uri"))]


@pytest.mark.parametrize("path", [ROOT[0], APPLICATION[0]])
def test_every_endpoint_that_is_named_answers(http: httpx.Client, make_client: MakeClient, path: str) -> None:
    """Discovery §3"""
    make_client()
    members = http.get(path).json()
    named = {name: url for name, url in members.items() if name.endswith("_endpoint") or name == "jwks_uri"}
    assert len(named) == 7
    assert all(url.startswith("http://localhost:8000/") for url in named.values())
    answers = {name: http.get(url).status_code for name, url in named.items()}
    assert answers == {
        "authorization_endpoint": 404,  # without a request there is nothing to see
        "token_endpoint": 405,
        "introspection_endpoint": 405,
        "revocation_endpoint": 405,
        "userinfo_endpoint": 401,
        "jwks_uri": 200,
        "end_session_endpoint": 200,
    }


def test_the_introspection_endpoint_needs_more_than_a_client_id(http: httpx.Client, instance: None) -> None:
    """RFC 8414 §2, introspection_endpoint_auth_methods_supported"""
    members = http.get(ROOT[0]).json()
    assert "none" in members["token_endpoint_auth_methods_supported"]
    assert "none" not in members["introspection_endpoint_auth_methods_supported"]


def test_scopes_are_those_of_the_application(make_flow: MakeFlow) -> None:
    """Discovery §3, scopes_supported; contracts A2"""
    assert set(make_flow(scope="email read:org bogus").metadata["scopes_supported"]) == {"openid", "email"}


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA", "HS256"])
def test_the_signing_algorithm_is_the_clients(make_flow: MakeFlow, algorithm: str) -> None:
    """Contracts A2"""
    assert make_flow(id_token_signed_response_alg=algorithm).metadata["id_token_signing_alg_values_supported"] == [algorithm]


def test_an_application_in_root_mode_names_the_root_issuer(http: httpx.Client, make_client: MakeClient) -> None:
    """Contracts A3, details, `issuer_mode: root`"""
    make_client(issuer_mode="root")
    members = http.get(APPLICATION[0]).json()
    assert members["issuer"] == "http://localhost:8000/"
    assert members["token_endpoint"] == "http://localhost:8000/token"


@pytest.mark.parametrize("path", [*ROOT, *APPLICATION, "/jwk", "/application/o/shop/jwks/"])
def test_documents_may_be_kept_and_are_checked_by_etag(http: httpx.Client, make_client: MakeClient, path: str) -> None:
    """RFC 9110 §13.1.2; rulings 29"""
    make_client()
    answer = http.get(path)
    assert "max-age=300" in answer.headers["cache-control"]
    assert answer.headers["access-control-allow-origin"] == "*"
    again = http.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", answer.headers["etag"])
    assert http.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_head_is_get_without_a_body(http: httpx.Client, instance: None) -> None:
    """RFC 9110 §9.3.2"""
    head, get = http.head(ROOT[0]), http.get(ROOT[0])
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", get.headers["content-length"])


def test_the_address_of_an_issuer_leads_to_its_document(http: httpx.Client, make_client: MakeClient) -> None:
    """Contracts A1"""
    make_client()
    answer = http.get("/application/o/shop/")
    assert answer.is_redirect
    assert http.get(answer.headers["location"]).json()["issuer"].endswith("/application/o/shop/")


@pytest.mark.parametrize("path", ["/jwk", "/application/o/shop/jwks/"])
def test_the_key_set_holds_public_keys_with_distinct_kids(http: httpx.Client, make_client: MakeClient, path: str) -> None:
    """RFC 7517 §4, §5"""
    make_client()
    keys: list[dict[str, Any]] = http.get(path).json()["keys"]
    assert len(keys) == 2  # the one that signs and the one that waits
    assert len({key["kid"] for key in keys}) == 2
    assert all((key["kty"], key["use"], key["alg"]) == ("RSA", "sig", "RS256") for key in keys)
    assert not {name for key in keys for name in key} & {"d", "p", "q", "dp", "dq", "qi", "k"}


def test_symmetric_keys_are_never_published(http: httpx.Client, make_client: MakeClient) -> None:
    """RFC 7517 §9.1; contracts C 6"""
    make_client(id_token_signed_response_alg="HS256")
    assert http.get("/application/o/shop/jwks/").json() == {"keys": []}

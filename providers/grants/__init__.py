"""The grants we speak: one module each, one explicit list."""

from collections.abc import Mapping

from providers.grants import authorization_code, client_credentials, refresh_token
from providers.grants.grant import Grant

GRANTS: Mapping[str, Grant] = {
    grant.grant_type: Grant(grant.grant_type, grant.authorize) for grant in (authorization_code, refresh_token, client_credentials)
}

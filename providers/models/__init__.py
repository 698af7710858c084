"""Everything the authorization server keeps."""

from providers.models.application import Application
from providers.models.authorization import Authorization, Consent, Session
from providers.models.authorization_request import AuthorizationRequest
from providers.models.client import Client
from providers.models.code import AuthorizationCode
from providers.models.device import DeviceCode
from providers.models.key import Key, SigningKey
from providers.models.limit import Limit
from providers.models.provider import Provider
from providers.models.registry import Registry
from providers.models.replay import Replay
from providers.models.secret import ClientSecret
from providers.models.token import AccessToken, IDToken, RefreshToken

__all__ = [
    "AccessToken",
    "Application",
    "Authorization",
    "AuthorizationCode",
    "AuthorizationRequest",
    "Client",
    "ClientSecret",
    "Consent",
    "DeviceCode",
    "IDToken",
    "Key",
    "Limit",
    "Provider",
    "RefreshToken",
    "Registry",
    "Replay",
    "Session",
    "SigningKey",
]

"""Django settings. What an operator chooses comes from `idp.environment`; everything else is decided here."""

import ipaddress
import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONCE, NONE, SELF
from django.urls import reverse_lazy

from idp.database import database
from idp.env import EX_CONFIG, BadEnvironment, Environment
from idp.environment import load
from idp.logging import logging_configuration
from idp.mail import mail_settings
from idp.unfold import UNFOLD as UNFOLD

BASE_DIR = Path(__file__).resolve().parent.parent

try:
    IDP = load(Environment(os.environ))
except BadEnvironment as error:
    sys.stderr.write(f"idp: {error}\n")
    raise SystemExit(EX_CONFIG) from None

BASE_URL = IDP.base_url
SECURE = BASE_URL.startswith("https://")
HOST = urlsplit(BASE_URL).hostname or "localhost"


def cookie_name(name: str) -> str:
    """The only place that names cookies: `__Host-` binds them to this origin (RFC 6265bis §4.1.3.2)."""
    return f"__Host-idp-{name}" if SECURE else f"idp-{name}"


DEBUG = False
SECRET_KEY = IDP.secret_key
ALLOWED_HOSTS = ["*"]  # no URL is ever built from the Host header; BASE_URL is the one origin
ROOT_URLCONF = "idp.urls"
WSGI_APPLICATION = "idp.wsgi.application"
APPEND_SLASH = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",  # its templates come before those of Django's admin
    "idp.apps.ProjectConfig",
    "idp.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "audit",
    "accounts",
    "scopes",
    "providers",
    "oauth2_provider",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
]

MIDDLEWARE = [
    "idp.middleware.RequestOrigin",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "idp.middleware.PageHeaders",
    "csp.middleware.CSPMiddleware",
    "idp.middleware.NoNulls",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "idp.middleware.Locale",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "providers.middleware.PendingRequest",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "idp.context.product",
                "providers.context.pending",
            ],
        },
    },
]

DATABASES = {"default": database(IDP.database_url)}
# All six models of the library are swapped for ours, so its migrations would make nothing, in seven seconds of a first start.
MIGRATION_MODULES = {"oauth2_provider": None}
if IDP.redis_url:
    CACHES: dict[str, dict[str, Any]] = {
        "default": {
            "BACKEND": "idp.cache.ForgivingRedisCache",
            "LOCATION": IDP.redis_url,
            "OPTIONS": {"socket_timeout": 0.2, "socket_connect_timeout": 0.2},
        }
    }
else:
    CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "idp_cache", "OPTIONS": {"MAX_ENTRIES": 20000}}
    }

# --- people -----------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.Backend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "accounts.passwords.MaximumLengthValidator"},
]
LOGIN_URL = reverse_lazy("account_login")
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_USERNAME_VALIDATORS = "accounts.adapter.USERNAME_VALIDATORS"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if SECURE else "http"
ACCOUNT_FORMS = {
    "login": "accounts.forms.LoginForm",
    "reauthenticate": "accounts.forms.ReauthenticateForm",
    "change_password": "accounts.forms.ChangePasswordForm",
}
ACCOUNT_RATE_LIMITS: dict[str, str] | bool = {} if IDP.rate_limits else False
ALLAUTH_USER_CODE_FORMAT = {"numeric": False, "length": 8}
ALLAUTH_TRUSTED_PROXY_COUNT = 0
MFA_ADAPTER = "accounts.adapter.MFAAdapter"
MFA_FORMS = {"authenticate": "accounts.forms.CodeForm", "reauthenticate": "accounts.forms.CodeAgainForm"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Gatehouse"
MFA_TOTP_TOLERANCE = 1
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SECURE
USERSESSIONS_ADAPTER = "accounts.adapter.UserSessionsAdapter"
ACCOUNT_HOOKS = {
    "session_ended": "providers.logout.session_ended",
    "user_disabled": "providers.logout.user_disabled",
    "credentials_changed": "providers.logout.credentials_changed",
    "registry_changed": "providers.services.registry.bump",
    "attempt": "providers.limits.attempt",
}

# --- sessions, cookies, headers ---------------------------------------------------------------------------------------
SESSION_COOKIE_NAME = cookie_name("session")
SESSION_COOKIE_AGE = 14 * 86400
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = cookie_name("csrf")
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "providers.views.errors.csrf_failure"
CSRF_TRUSTED_ORIGINS = [BASE_URL]
LANGUAGE_COOKIE_NAME = cookie_name("language")
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
BROWSER_COOKIE_NAME = cookie_name("browser")
PENDING_COOKIE_NAME = cookie_name("pending")
PLAYGROUND_COOKIE_NAME = cookie_name("playground")
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SECURE_CONTENT_TYPE_NOSNIFF = True
# Nothing to other origins. With "no-referrer" browsers send `Origin: null` with our own forms, and no form would pass the CSRF check.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31536000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = False
SECURE_SSL_REDIRECT = False
CONTENT_SECURITY_POLICY = {
    "EXCLUDE_URL_PREFIXES": ["/admin/", "/api/v1/docs/"],
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# --- language, time, files, mail, logs --------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = None  # whitenoise serves the files from where they are
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600
MEDIA_ROOT = IDP.data_dir / "media"
globals().update(mail_settings(IDP.email_url))
DEFAULT_FROM_EMAIL = f"Gatehouse <no-reply@{HOST}>"
LOGGING_CONFIG = "logging.config.dictConfig"
LOGGING = logging_configuration(IDP.log_level, IDP.log_format or ("text" if sys.stderr.isatty() else "json"))
TRUSTED_PROXIES = tuple(ipaddress.ip_network(value, strict=False) for value in IDP.trusted_proxies)
SILENCED_SYSTEM_CHECKS = [
    "oauth2_provider.W008",  # http redirect URIs are for loopback addresses; our own rules decide which
    "security.W002",  # `idp.middleware.PageHeaders` refuses frames
    "security.W008",  # the proxy redirects to https
    *(["security.W005", "security.W021"] if SECURE else ["security.W004", "security.W012", "security.W016"]),
]

# --- the authorization server -----------------------------------------------------------------------------------------
OAUTH2_PROVIDER_APPLICATION_MODEL = "providers.Client"
OAUTH2_PROVIDER_GRANT_MODEL = "providers.AuthorizationCode"
OAUTH2_PROVIDER_ACCESS_TOKEN_MODEL = "providers.AccessToken"
OAUTH2_PROVIDER_REFRESH_TOKEN_MODEL = "providers.RefreshToken"
OAUTH2_PROVIDER_ID_TOKEN_MODEL = "providers.IDToken"
OAUTH2_PROVIDER_DEVICE_GRANT_MODEL = "providers.DeviceCode"
OAUTH2_PROVIDER = {
    "SCOPES_BACKEND_CLASS": "providers.conf.ScopesBackend",
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_REFRESH_TOKEN": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_MATCHING": True,
    "COMPLIANT_BCP_RFC9700_PKCE_REQUIRED": True,
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "APPLICATION_ADMIN_CLASS": "providers.admin.ClientAdmin",
    "ACCESS_TOKEN_ADMIN_CLASS": "providers.admin.AccessTokenAdmin",
    "REFRESH_TOKEN_ADMIN_CLASS": "providers.admin.RefreshTokenAdmin",
    "GRANT_ADMIN_CLASS": "providers.admin.AuthorizationCodeAdmin",
    "ID_TOKEN_ADMIN_CLASS": "providers.admin.IDTokenAdmin",
}

# --- management API ---------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "providers.management.authentication.BearerToken",
        "providers.management.authentication.StaffSession",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["idp.api.permissions.ModelPermissions"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["idp.api.parsers.StrictJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "idp.api.pagination.ById",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "idp.api.problems.handler",
    "PAGE_SIZE": 100,
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Gatehouse management API",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "validatorUrl": None, "docExpansion": "none"},
    "ENUM_NAME_OVERRIDES": {"SigningAlgorithmEnum": "providers.services.client_metadata.SIGNING_ALGORITHMS"},
}

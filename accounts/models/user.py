"""The user: what a person signs in as, and every claim of OpenID Connect Core 1.0 §5.1 about them."""

import secrets
import string
import unicodedata
import uuid
from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import Permission, PermissionsMixin
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone

from accounts.models.group import Group

SUB_ALPHABET = string.ascii_lowercase + string.digits


def canonical_username(username: str) -> str:
    """The form under which two spellings of a user name are the same: NFKC, without outer space, case folded."""
    return unicodedata.normalize("NFKC", username).strip().casefold()


def new_sub() -> str:
    """A public subject identifier that says nothing about the person (OpenID Connect Core 1.0 §2, `sub`)."""
    return "".join(secrets.choice(SUB_ALPHABET) for _ in range(26))


class CanonicalUsernameField(models.CharField):  # type: ignore[type-arg]
    """Follows `username` at each save, so that no caller can forget it."""

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        """Derive the stored value from the user name."""
        value = canonical_username(str(getattr(model_instance, "username", "")))
        setattr(model_instance, self.attname, value)
        return value


class UserManager(BaseUserManager):  # type: ignore[type-arg] # the stubs make it generic, Django does not
    """Finds people by any spelling of their name; making them is the business of `accounts.services`."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find by user name without regard to case or Unicode form; raises `User.DoesNotExist`."""
        user: User = self.get(username_key=canonical_username(username or ""))
        return user

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "User":
        """Make an ordinary user; used by third-party code and tests."""
        user: User = self.model(username=unicodedata.normalize("NFKC", username).strip(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> "User":
        """Make an administrator (Django's `createsuperuser`)."""
        return self.create_user(username, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person. `sub` is the public identity, never reused; `email` mirrors the primary address row."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sub = models.CharField(max_length=64, unique=True, default=new_sub, editable=False)
    username = models.CharField(
        max_length=150,
        unique=True,
        validators=[RegexValidator(r"^[^\s/:\x00-\x1f\x7f]+$", "A user name has no spaces, slashes or colons.")],
    )
    username_key = CanonicalUsernameField(max_length=300, unique=True, editable=False)

    name = models.CharField("full name", max_length=255, blank=True)
    given_name = models.CharField(max_length=150, blank=True)
    family_name = models.CharField(max_length=150, blank=True)
    middle_name = models.CharField(max_length=150, blank=True)
    nickname = models.CharField(max_length=150, blank=True)
    preferred_username = models.CharField(max_length=150, blank=True)
    profile = models.URLField(blank=True)
    picture = models.URLField(blank=True)
    website = models.URLField(blank=True)
    gender = models.CharField(max_length=50, blank=True)
    birthdate = models.CharField(
        max_length=10,
        blank=True,
        validators=[RegexValidator(r"^(\d{4}|0000)(-\d{2}-\d{2})?$", "Use YYYY-MM-DD, 0000-MM-DD or YYYY.")],
    )
    zoneinfo = models.CharField(max_length=64, blank=True)
    locale = models.CharField(max_length=35, blank=True)
    phone_number = models.CharField(max_length=32, blank=True)
    phone_number_verified = models.BooleanField(default=False)
    address = models.JSONField(default=dict, blank=True)
    email = models.EmailField(blank=True, editable=False)
    attributes = models.JSONField(default=dict, blank=True)

    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    groups = models.ManyToManyField(Group, blank=True, related_name="users")  # type: ignore[assignment]
    user_permissions = models.ManyToManyField(Permission, blank=True, related_name="users")  # type: ignore[assignment]
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)
    password_changed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        ordering = ["username_key"]

    def __str__(self) -> str:
        return self.username

    @property
    def disabled(self) -> bool:
        """Whether everything this person holds is refused at once."""
        return not self.is_active

    @property
    def date_joined(self) -> datetime:
        """The name that third-party code knows `created_at` by."""
        return self.created_at

    def get_full_name(self) -> str:
        """The `name` claim: as entered, else composed from its parts, else empty."""
        return self.name or " ".join(filter(None, (self.given_name, self.middle_name, self.family_name)))

    def get_short_name(self) -> str:
        """What pages call the person."""
        return self.given_name or self.nickname or self.username

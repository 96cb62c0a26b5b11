"""Who works here, who owns the cars, and who may sign in."""

from datetime import datetime
from typing import Any, ClassVar, Self
from zoneinfo import available_timezones

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from knox.models import AbstractAuthToken

from common.querysets import ScopedQuerySet

# Whoever asks: a person, or nobody yet.
Viewer = AbstractBaseUser | AnonymousUser


class Role(models.TextChoices):
    """What a person comes here for. One person has one role."""

    CUSTOMER = "CUSTOMER", _("Customer")
    TECHNICIAN = "TECHNICIAN", _("Technician")
    PARTS = "PARTS", _("Parts staff")
    MANAGER = "MANAGER", _("Manager")


HOUSE_ROLES = frozenset({Role.TECHNICIAN, Role.PARTS, Role.MANAGER})
DESK_ROLES = frozenset({Role.PARTS, Role.MANAGER})


def role_of(user: Viewer) -> str | None:
    """Return the role of a signed-in, active person; nobody else has one."""
    if not user.is_authenticated or not user.is_active:
        return None
    return getattr(user, "role", None)


def require_time_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(
            _("%(name)s is not a time zone. Use a name such as Asia/Tokyo."),
            params={"name": name},
        )


class UserManager(BaseUserManager["User"]):
    def create_user(
        self, email: str, password: str | None = None, **fields: Any
    ) -> "User":
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser):  # type: ignore[django-manager-missing]  # knox is untyped
    """One person who may sign in."""

    email = models.EmailField(_("email"), unique=True)
    full_name = models.CharField(_("name"), max_length=120, blank=True)
    role = models.CharField(
        _("role"), max_length=16, choices=Role, default=Role.CUSTOMER
    )
    language = models.CharField(
        _("language"), max_length=5, choices=settings.LANGUAGES, default="en"
    )
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        default="Asia/Tokyo",
        validators=[require_time_zone],
    )
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_demo = models.BooleanField(_("demo"), default=False)
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("person with a login")
        verbose_name_plural = _("people with a login")
        constraints = [
            models.CheckConstraint(
                condition=Q(email=Lower("email")), name="workshop_user_email_lower"
            ),
            models.CheckConstraint(
                condition=Q(role__in=Role.values), name="workshop_user_role_known"
            ),
        ]

    def __str__(self) -> str:
        return self.full_name or self.email

    def get_full_name(self) -> str:
        return str(self)

    @property
    def is_staff(self) -> bool:
        """Whether the admin opens for this person."""
        return self.role in DESK_ROLES

    @property
    def is_house(self) -> bool:
        """Whether this person works here."""
        return self.role in HOUSE_ROLES

    @property
    def is_superuser(self) -> bool:
        """Nobody is above the rules; managers have every right by their role."""
        return False

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Rights follow the role: managers all, parts staff what parts are made of."""
        if not self.is_active:
            return False
        if self.role == Role.MANAGER:
            return True
        return self.role == Role.PARTS and perm.startswith("parts.")

    def has_perms(self, perms: list[str], obj: object = None) -> bool:
        return all(self.has_perm(perm, obj) for perm in perms)

    def has_module_perms(self, app_label: str) -> bool:
        return self.has_perm(f"{app_label}.view")


class RoleGrant(models.Model):
    """One change of a person's role. Never edited."""

    user = models.ForeignKey(
        User, models.PROTECT, related_name="role_grants", verbose_name=_("person")
    )
    role = models.CharField(_("role"), max_length=16, choices=Role)
    granted_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("granted by"),
    )
    reason = models.CharField(_("reason"), max_length=200)
    granted_at = models.DateTimeField(_("granted at"))

    class Meta:
        verbose_name = _("role grant")
        verbose_name_plural = _("role grants")
        indexes = [
            # Serves the history on a person's page, newest first.
            models.Index("user", F("granted_at").desc(), name="workshop_grant_history"),
        ]

    def __str__(self) -> str:
        return f"{self.user} → {self.role}"


class CustomerQuerySet(ScopedQuerySet["Customer"]):
    def visible_to(self, user: Viewer) -> Self:
        role = role_of(user)
        if role in DESK_ROLES:
            return self
        if role == Role.CUSTOMER:
            return self.filter(user_id=user.pk)
        return self.none()


class Customer(models.Model):
    """One person or company that cars or parts are worked for."""

    user = models.OneToOneField(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="customer",
        verbose_name=_("login"),
    )
    name = models.CharField(_("name"), max_length=120)
    name_kana = models.CharField(
        _("reading"), max_length=120, blank=True, help_text=_("Sorts the list.")
    )
    email = models.EmailField(_("email"), blank=True)
    phone = models.CharField(_("phone"), max_length=32, blank=True)
    country = models.CharField(_("country"), max_length=2, default="JP")
    address = models.TextField(_("address"), blank=True)
    language = models.CharField(
        _("language"), max_length=5, choices=settings.LANGUAGES, default="en"
    )
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        default="Asia/Tokyo",
        validators=[require_time_zone],
    )
    currency = models.CharField(_("currency"), max_length=3, default="JPY")
    is_demo = models.BooleanField(_("demo"), default=False)
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    objects = CustomerQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        constraints = [
            models.CheckConstraint(
                condition=Q(country__regex=r"^[A-Z]{2}$"),
                name="workshop_customer_country_iso",
            ),
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[A-Z]{3}$"),
                name="workshop_customer_currency_iso",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Invitation(models.Model):
    """A single-use link that lets one person in. Only the link's hash is kept."""

    email = models.EmailField(_("email"))
    role = models.CharField(_("role"), max_length=16, choices=Role)
    customer = models.ForeignKey(
        Customer,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="invitations",
        verbose_name=_("customer"),
    )
    language = models.CharField(
        _("language"), max_length=5, choices=settings.LANGUAGES, default="en"
    )
    # The link's secret is derived from it with the house's key.
    token_salt = models.CharField(max_length=64, default="")
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("invited by")
    )
    invited_at = models.DateTimeField(_("invited at"))
    expires_at = models.DateTimeField(_("opens until"))
    used_at = models.DateTimeField(_("used at"), null=True)
    revoked_at = models.DateTimeField(_("withdrawn at"), null=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.CheckConstraint(
                condition=~Q(role=Role.CUSTOMER) | Q(customer__isnull=False),
                name="workshop_invitation_customer_named",
            ),
        ]

    def __str__(self) -> str:
        return self.email

    def is_open(self, at: datetime) -> bool:
        untouched = self.used_at is None and self.revoked_at is None
        return untouched and at < self.expires_at


class ApiToken(AbstractAuthToken):  # type: ignore[misc]  # knox is untyped
    """A machine's key. It acts as its user, and only as far as its scope says."""

    class Scope(models.TextChoices):
        READ = "READ", _("Read")
        WRITE = "WRITE", _("Read and write")

    name = models.CharField(_("name"), max_length=80, blank=True)
    scope = models.CharField(
        _("scope"), max_length=8, choices=Scope, default=Scope.READ
    )

    class Meta:
        verbose_name = _("machine token")
        verbose_name_plural = _("machine tokens")

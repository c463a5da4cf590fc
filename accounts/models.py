"""Tenants, their settings, users, and the links between patients and doctors."""

from typing import Any, ClassVar
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.states import Language, UserType


def validate_zone(name: str) -> None:
    """Refuse anything but an IANA time zone name such as ``Europe/Berlin``."""
    if name not in available_timezones():
        raise ValidationError(_("Use an IANA time zone name such as Europe/Berlin."), code="invalid_zone")


class Tenant(models.Model):
    """A clinic."""

    name = models.CharField(_("name"), max_length=200)
    timezone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[validate_zone])
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.ENGLISH)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("clinic")
        verbose_name_plural = _("clinics")

    def __str__(self) -> str:
        return self.name


class TenantSettings(models.Model):
    """What a clinic has chosen; ``features`` holds only the flags somebody has switched."""

    tenant = models.OneToOneField(
        Tenant, models.CASCADE, related_name="settings", primary_key=True, verbose_name=_("clinic")
    )
    features = models.JSONField(_("features"), default=dict, blank=True)

    class Meta:
        verbose_name = _("feature flags")
        verbose_name_plural = _("feature flags")

    def __str__(self) -> str:
        return str(self.tenant)


class FlagChange(models.Model):
    """
    One flag of a clinic was switched: who, which, to what, when. Rows are added and nothing else.

    ``by`` is nobody where the product itself set the clinic up.
    """

    tenant = models.ForeignKey(Tenant, models.PROTECT, related_name="+", db_index=False, verbose_name=_("clinic"))
    key = models.CharField(_("feature"), max_length=64)
    on = models.BooleanField(_("switched on"))
    by = models.ForeignKey("User", models.PROTECT, null=True, related_name="+", verbose_name=_("switched by"))
    at = models.DateTimeField(_("switched at"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("switched feature")
        verbose_name_plural = _("switched features")
        indexes = [
            # For the page of a clinic's features: what was switched last, and by whom each flag was.
            models.Index(fields=["tenant", "-at", "-id"], name="flagchange_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.on}"


class SignInEmail(models.EmailField):  # type: ignore[type-arg]  # not subscriptable at run time
    """
    An e-mail address kept, compared and looked up in lower case.

    One spelling everywhere: PostgreSQL can use the index, and nobody gets a fresh count of failed
    sign-ins by typing another case.
    """

    def get_prep_value(self, value: str | None) -> str | None:
        spelled: str | None = super().get_prep_value(value)
        return spelled.lower() if spelled is not None else None

    def pre_save(self, model_instance: models.Model, add: bool) -> str | None:
        spelled = self.get_prep_value(getattr(model_instance, self.attname))
        setattr(model_instance, self.attname, spelled)
        return spelled


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a person who signs in with ``email``; without a password they cannot sign in yet."""
        user = self.model(email=email, **fields)
        user.set_password(password)
        user.save(force_insert=True)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create an operator, who belongs to no clinic and may pick any in admin."""
        return self.create_user(email, password, user_type=UserType.ADMIN, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person: patient, doctor or clinic administrator."""

    tenant = models.ForeignKey(
        Tenant, models.PROTECT, null=True, blank=True, related_name="users", verbose_name=_("clinic")
    )
    email = SignInEmail(_("e-mail"))
    user_type = models.CharField(_("role"), max_length=16, choices=UserType)
    first_name = models.CharField(_("first name"), max_length=100)
    last_name = models.CharField(_("last name"), max_length=100, blank=True)
    timezone = models.CharField(
        _("time zone"),
        max_length=64,
        blank=True,
        validators=[validate_zone],
        help_text=_("Empty: the clinic's time zone."),
    )
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.ENGLISH)
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("may open the admin"), default=False)
    archived_at = models.DateTimeField(
        _("archived at"), null=True, blank=True, help_text=_("An archived patient has no connected doctors.")
    )
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["first_name"]

    objects = UserManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(fields=["email"], name="one_user_per_email"),
            # Only an operator stands above the clinics.
            models.CheckConstraint(
                condition=Q(tenant__isnull=False) | Q(is_superuser=True), name="user_belongs_to_a_tenant"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """First and last name, as cards and pushes show it."""
        return f"{self.first_name} {self.last_name}".strip()

    def get_full_name(self) -> str:
        """The same, under the name Django's admin knows."""
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        """The person's time zone, else the clinic's, else UTC."""
        return ZoneInfo(self.timezone or (self.tenant.timezone if self.tenant else "UTC"))

    @property
    def may_sign_in(self) -> bool:
        """The account is active, and so is the clinic unless the person stands above the clinics."""
        return self.is_active and (self.tenant is None or self.tenant.is_active)


class CareLink(models.Model):
    """One doctor's care for one patient; *connected* = accepted and not ended."""

    tenant = models.ForeignKey(Tenant, models.PROTECT, related_name="+", verbose_name=_("clinic"))
    patient = models.ForeignKey(User, models.CASCADE, related_name="links_to_doctors", verbose_name=_("patient"))
    doctor = models.ForeignKey(User, models.CASCADE, related_name="links_to_patients", verbose_name=_("doctor"))
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("care link")
        verbose_name_plural = _("care links")
        constraints = [
            models.UniqueConstraint(fields=["patient", "doctor"], name="one_link_per_pair"),
            models.CheckConstraint(condition=~Q(patient=F("doctor")), name="nobody_cares_for_themselves"),
        ]
        indexes = [
            # For connected_patients(): who a doctor sees.
            models.Index(
                fields=["doctor", "patient"],
                name="carelink_connected",
                condition=Q(accepted_at__isnull=False, ended_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.doctor} – {self.patient}"

    def clean(self) -> None:
        """Refuse a link between people of two clinics, or in the wrong roles."""
        if self.patient.user_type != UserType.PATIENT:
            raise ValidationError({"patient": _("Choose a patient.")})
        if self.doctor.user_type != UserType.DOCTOR:
            raise ValidationError({"doctor": _("Choose a doctor.")})
        if {self.patient.tenant_id, self.doctor.tenant_id} != {self.tenant_id}:
            raise ValidationError(_("Patient and doctor must belong to this clinic."))


class Reading(models.Model):
    """
    Somebody has looked at a page: who, what, whose, when. Rows are added and nothing else.

    ``tenant`` is the clinic whose administrators must know: the reader's, for an operator the patient's.
    ``what`` is the lasting name of the page and ``row`` the key of what it showed; ``patient`` is nobody
    where the page was about no one patient, or about one whom we do not know; then an operator's reading is
    told to the row's clinic.
    """

    # Nobody leaves the record by being deleted. Hidden from the people: having been looked at ties nobody to a role.
    reader = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("reader"))
    tenant = models.ForeignKey(
        Tenant, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name=_("clinic")
    )
    patient = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name=_("patient")
    )
    what = models.CharField(_("page"), max_length=64)
    row = models.TextField(_("row"))
    at = models.DateTimeField(_("read at"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("reading")
        verbose_name_plural = _("who read what")
        indexes = [
            # For the page of a clinic's administrators, for the operators', and for either about one patient.
            models.Index(fields=["tenant", "-at", "-id"], name="reading_newest_in_clinic"),
            models.Index(fields=["-at", "-id"], name="reading_newest"),
            models.Index(fields=["patient", "-at", "-id"], name="reading_newest_of_patient"),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.row}"

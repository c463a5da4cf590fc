"""The forms behind the admin pages of clinics and people."""

from typing import Any, ClassVar, cast

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.forms import AdminOwnPasswordChangeForm, AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import INPUT_CLASSES

from accounts.actions.save_password import save_password
from accounts.flags import REGISTRY
from accounts.models import CareLink, TenantSettings, User
from accounts.queries import is_on
from accounts.states import UserType


class DayInput(forms.DateInput):
    """A day, chosen with what the browser has for it; the theme's calendar is for a mouse."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(attrs={"class": " ".join(INPUT_CLASSES)}, format="%Y-%m-%d")


class ClinicForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """
    A form whose row belongs to one clinic.

    ``clinic_id`` is the administrator's clinic, set for each request; an operator has none, and the
    row goes to the clinic that was chosen, or that of the person named by ``about``.
    """

    clinic_id: ClassVar[int | None] = None
    about: ClassVar[str] = ""

    def clean(self) -> dict[str, Any] | None:
        """Give a new row its clinic before the constraints are asked."""
        data = super().clean()
        if self.instance._state.adding and hasattr(self.instance, "tenant_id"):
            person = self.cleaned_data.get(self.about)
            clinic_id = self.clinic_id or (person.tenant_id if person else None)
            if clinic_id is not None:
                self.instance.tenant_id = clinic_id
        return data

    def _get_validation_exclusions(self) -> set[str]:
        # A constraint over clinic and name would not be asked otherwise, and saving would fail.
        exclusions: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        known = getattr(self.instance, "tenant_id", None) is not None
        return exclusions - {"tenant"} if known else exclusions


class CareLinkForm(ClinicForm):
    """Who cares for whom; the people decide the clinic."""

    about = "patient"

    class Meta:
        model = CareLink
        fields = ("patient", "doctor")

    def _post_clean(self) -> None:
        # The row's own checks read both people; without them there is nothing to check yet.
        if {"patient", "doctor"} <= set(self.cleaned_data):
            super()._post_clean()  # type: ignore[misc]


class _PersonForm(ClinicForm):
    def clean_is_staff(self) -> bool:
        """Patients have nothing to do in the admin."""
        staff: bool = self.cleaned_data["is_staff"]
        if staff and self.cleaned_data.get("user_type") not in (UserType.ADMIN, UserType.DOCTOR):
            raise forms.ValidationError(_("Only clinic administrators and doctors may open the admin."))
        return staff


class NewPersonForm(_PersonForm, UserCreationForm):  # type: ignore[misc]  # unfold has no types
    class Meta:
        model = User
        fields = ("tenant", "email", "user_type", "first_name", "last_name", "timezone", "language", "is_staff")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["usable_password"].label = _("Sign-in with a password")
        self.fields["usable_password"].help_text = _("Without one the person cannot sign in yet.")


class PersonForm(_PersonForm, UserChangeForm):  # type: ignore[misc]
    class Meta:
        model = User
        fields = ("email", "user_type", "first_name", "last_name", "timezone", "language", "is_active", "is_staff")

    def clean_user_type(self) -> str:
        """Rows that name somebody as a patient or a doctor would be wrong about anybody else."""
        role: str = self.cleaned_data["user_type"]
        if role != self.initial["user_type"] and _is_named(self.instance):
            raise forms.ValidationError(
                _("The role stays: there are care links, workouts or other records with this person in it.")
            )
        return role


def _is_named(person: User) -> bool:
    """Whether any row of any app, such as a care link or a workout, names somebody as its patient or doctor."""
    relations = [one for one in User._meta.related_objects if one.field.name in {"patient", "doctor"}]
    return any(
        cast(Any, one.related_model)._base_manager.filter(**{one.field.name: person}).exists() for one in relations
    )


class _SigningOut:
    """Whoever knew the old password is signed out everywhere."""

    def save(self, commit: bool = True) -> User:
        user: User = super().save(commit=False)  # type: ignore[misc]
        save_password(user=user)
        return user


class PasswordForm(_SigningOut, AdminPasswordChangeForm):  # type: ignore[misc]
    """A new password for somebody."""


class OwnPasswordForm(_SigningOut, AdminOwnPasswordChangeForm):  # type: ignore[misc]
    """A new password for oneself, against the old one."""


def _switch(key: str) -> forms.BooleanField:
    flag = REGISTRY[key]
    return forms.BooleanField(
        label=cast(str, flag.label),
        help_text=cast(str, flag.help),
        required=False,
        # What the person saw comes back with what they chose: a page that was open for a while must
        # not turn back what somebody else has switched since.
        show_hidden_initial=True,
        widget=forms.CheckboxInput(
            attrs={
                "class": "okta-toggle",
                "role": "switch",
                "aria-describedby": f"id_{key}_helptext id_{key}_last",
            }
        ),
    )


class _Switches(forms.ModelForm):  # type: ignore[type-arg]
    clinic_id: ClassVar[int | None] = None

    class Meta:
        model = TenantSettings
        fields = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key, flag in REGISTRY.items():
            self.initial[key] = is_on(self.instance.features, flag)

    def switched(self) -> dict[str, bool]:
        """The flags that were switched on this page, and how."""
        return {key: self.cleaned_data[key] for key in self.changed_data if key in REGISTRY}


FlagsForm = type("FlagsForm", (_Switches,), {key: _switch(key) for key in REGISTRY})
"""Every known flag as a switch; a flag added to the registry is here without another line."""

__all__ = ["CareLinkForm", "ClinicForm", "FlagsForm", "NewPersonForm", "OwnPasswordForm", "PasswordForm", "PersonForm"]

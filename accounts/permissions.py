"""Roles at the door: the wrong role for a URL is answered 403 before any row is looked up."""

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.authentication import caller
from accounts.states import UserType


class ClinicMember(BasePermission):
    """Anybody signed in who belongs to a clinic; operators use the admin."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return bool(request.user.is_authenticated and request.user.tenant_id is not None)


class _RoleOnly(ClinicMember):
    role: UserType

    def has_permission(self, request: Request, view: APIView) -> bool:
        return super().has_permission(request, view) and caller(request).user_type == self.role


class PatientOnly(_RoleOnly):
    role = UserType.PATIENT


class DoctorOnly(_RoleOnly):
    role = UserType.DOCTOR

"""Keys to a clinic's tables: made here, shown once, revoked here."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.admin import tell
from accounts.clinic_admin import ClinicAdmin, badge
from accounts.models import User
from followups.actions.make_key import make_key, revoke_key
from followups.models import ApiKey


@admin.register(ApiKey)
class ApiKeyPage(ClinicAdmin):
    """Who may use a clinic's tables from outside; a key is shown once, when it is made, and never again."""

    can_add = True
    list_display = ("name", "prefix", "standing", "created_by", "created_at", "last_used_at")
    list_select_related = ("created_by",)
    list_filter = (("revoked_at", admin.EmptyFieldListFilter),)
    search_fields = ("name", "prefix")
    ordering = ("-created_at", "-pk")
    readonly_fields = ("prefix", "standing", "created_by", "created_at", "last_used_at", "revoked_at")
    actions = ("revoke",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return ["tenant", "name", *(self.readonly_fields if obj is not None else ())]

    def buttons(self, row: ApiKey) -> Sequence[str]:
        return () if row.revoked_at else ("revoke",)

    @admin.display(description=_("standing"), ordering="revoked_at")
    def standing(self, key: ApiKey) -> SafeString:
        return badge(_("revoked"), "red") if key.revoked_at else badge(_("in use"), "emerald")

    @admin.action(description=_("Revoke"))
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        standing = list(queryset.filter(revoked_at=None).values_list("pk", flat=True))
        chosen = queryset.count()
        for pk in standing:
            revoke_key(key_id=pk)
        tell(self, request, len(standing), chosen)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        assert isinstance(request.user, User)  # noqa: S101
        made, obj.shown_once = make_key(tenant=obj.tenant, name=obj.name, made_by=request.user)
        obj.pk, obj.prefix = made.pk, made.prefix

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> Any:
        """The key, in the answer itself: neither a session nor a cookie ever holds it."""
        context = {"title": _("The new key"), "key": obj.shown_once, "name": obj.name}
        return self.own_page(request, "followups/admin/new_key.html", about=obj, context=context)

"""The ground of every page of the admin that is a model's: what it answers where there is nothing to show."""

from typing import TYPE_CHECKING, Any, NoReturn

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin

    _Page = ModelAdmin[Any]
else:
    from unfold.admin import ModelAdmin as _Page


class AdminPage(_Page):
    """The wrong role gets 403, as everywhere; after that, a row that is not there for the person is 404."""

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> NoReturn:
        # Django would lead to the first page and say the key there: an answer like that to a change.
        raise Http404

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        # Django looks for the row first, and the wrong role sees none.
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        return super().history_view(request, object_id, extra_context)

"""What the browser is answered when a button was pressed: where to go, or for htmx what has changed on its page."""

from typing import Any

from django.http import HttpRequest, HttpResponseRedirect, QueryDict
from django.urls import reverse

from console.conversations.forms import ScheduleForm
from console.conversations.listing import listing_of
from console.conversations.live import around, part_of_thread
from console.doors import part
from console.reader import Reader
from messaging.models import Conversation


def back(request: HttpRequest, shown: Conversation) -> HttpResponseRedirect:
    """To where the button was: the page of the conversation, or the list with its search and its tab."""
    if on_page(request):
        return HttpResponseRedirect(reverse("console:conversation", args=[shown.pk]))
    query = _query(request).urlencode()
    address = reverse("console:conversations")
    return HttpResponseRedirect(f"{address}?{query}" if query else address)


def changed(request: HttpRequest, reader: Reader, shown: Conversation, *, form: ScheduleForm | None = None) -> Any:
    """
    For htmx: the list as it is now, or what stands around the thread; and what the person is told.

    ``form`` is the one that was sent and has errors.
    """
    template = "console/conversations/changed.html"
    if on_page(request):
        return part_of_thread(request, reader, shown, template, around(reader, shown, form=form))
    # Buttons do not know the address of the page they are on; their form does.
    request.GET = _query(request)  # type: ignore[assignment]
    context = listing_of(request, reader, wrong=(shown.pk, form) if form else None)
    return part(request, reader, template, context=context)


def on_page(request: HttpRequest) -> bool:
    """Whether the button was on the page of one conversation."""
    return request.POST.get("back") == "page"


def _query(request: HttpRequest) -> QueryDict:
    return QueryDict(request.POST.get("query", ""))

"""How long something takes or took, in words."""

from datetime import timedelta

from django.utils.translation import gettext as _


def span(length: timedelta) -> str:
    """In the unit that leaves two figures or so."""
    seconds = round(length.total_seconds())
    if seconds < 120:
        return _("%d s") % seconds
    if seconds < 2 * 3600:
        return _("%d min") % (seconds // 60)
    if seconds < 2 * 86_400:
        return _("%d h") % (seconds // 3600)
    return _("%d d") % (seconds // 86_400)


def ago(since: timedelta | None) -> str:
    """How long ago; None is never."""
    return _("never") if since is None else _("%s ago") % span(since)

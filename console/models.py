"""No tables: conversations under another name, so that the admin can show them on a second page."""

from django.utils.translation import gettext_lazy as _

from messaging.models import Conversation


class FollowedConversation(Conversation):
    """A conversation with what is still to be said in it."""

    class Meta:
        proxy = True
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")

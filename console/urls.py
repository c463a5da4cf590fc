"""The console's addresses, below the admin's and before them, and what the record of readings calls them."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from accounts.readings import PAGES
from console import front
from console.conversations import live, talk
from console.conversations import views as conversations
from console.sessions import views as sessions
from console.status import views as status
from console.today import views as today
from console.viewer import steering
from console.viewer import views as viewer

app_name = "console"
urlpatterns = [
    path("", front.front, name="front"),
    path("clinic/", front.clinic, name="clinic"),
    path("today/", today.today, name="today"),
    path("today/now/", today.today_now, name="today_now"),
    path("conversations/", conversations.conversations, name="conversations"),
    path("conversations/rows/", conversations.rows, name="rows"),
    path("conversations/<uuid:conversation_id>/", conversations.conversation, name="conversation"),
    path("conversations/<uuid:conversation_id>/since/", live.since, name="since"),
    path("conversations/<uuid:conversation_id>/reply/", talk.reply, name="reply"),
    path("conversations/<uuid:conversation_id>/read/", talk.read, name="read"),
    path("conversations/<uuid:conversation_id>/schedule/", conversations.schedule, name="schedule"),
    path("conversations/<uuid:conversation_id>/cancel/", conversations.cancel, name="cancel"),
    path("conversations/<uuid:conversation_id>/restore/", conversations.restore, name="restore"),
    path("conversations/<uuid:conversation_id>/retry/", conversations.retry, name="retry"),
    path("status/", status.status, name="status"),
    path("status/now/", status.status_now, name="status-now"),
    path("sessions/", sessions.sessions, name="sessions"),
    path("sessions/<int:workout_id>/", viewer.session, name="session"),
    path("sessions/<int:workout_id>/notes/<int:exercise_id>/", viewer.note, name="note"),
    path("sessions/<int:workout_id>/delivery/", steering.delivery, name="delivery"),
    path("sessions/<int:workout_id>/send-now/", steering.send_now, name="send-now"),
    path("sessions/<int:workout_id>/hold/", steering.hold, name="hold"),
    path("sessions/<int:workout_id>/resume/", steering.resume, name="resume"),
    path("sessions/<int:workout_id>/preview/", steering.preview, name="preview"),
]

PAGES.update(
    {
        "console.conversation": _("Conversation"),
        "console.session": _("Session"),
        "console.sessions": _("Sessions"),
        "console.sessions.expanded": _("Sessions: expanded"),
        "console.note": _("Session: a note"),
        "console.preview": _("Session: preview"),
    }
)

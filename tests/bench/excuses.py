"""What may be so as well: changes of a world in which every promise is kept, after which every promise is kept."""

from tests.bench.tamperings import MIRROR, OMAR, TRAINED

THE_LAST_CARD = "notifications_notification AS n WHERE n.key LIKE 'notes:%:3'"
UNANSWERED = "UPDATE disturbances SET began = began - interval '1 hour', ended = ended + interval '1 hour'"
SECOND_FIRST = (
    "UPDATE follow_up_messages SET timestamp = timestamp - interval '1 hour' WHERE message_content = 'Second';"
    "UPDATE messaging_message SET seq = 0 WHERE content = 'Second'"
)

EXCUSED = {
    "the database was away and not the web": "UPDATE disturbances SET target = 'postgres'",
    "a save without an answer was written over the last": (
        "UPDATE saves SET note = 'Another' WHERE note = 'Slowest';"
        "INSERT INTO saves SELECT s.workout, s.exercise, 'Slowest', d.began, d.ended, false"
        " FROM saves AS s, disturbances AS d WHERE s.note = 'Another'"
    ),
    "a card comes in the middle of saves when the first has waited for the longest time": (
        "INSERT INTO saves SELECT s.workout, s.exercise, s.note, n.created_at - interval '1 second',"
        f" n.created_at - interval '0.5 seconds', true FROM saves AS s, {THE_LAST_CARD} AND s.note = 'Slowest'"
    ),
    "a save was answered when its card was there": (
        "UPDATE saves SET began = n.created_at - interval '1 second', ended = n.created_at + interval '1 second'"
        f" FROM {THE_LAST_CARD} AND note = 'Slowest'"
    ),
    "a save without an answer came too late for its quiet period": (
        f"{UNANSWERED};UPDATE saves SET began = n.created_at - interval '1 second',"
        f" ended = n.created_at - interval '0.5 seconds', kept = false FROM {THE_LAST_CARD} AND note = 'Slowest'"
    ),
    "a save without an answer was written after the card that followed it": (
        f"{UNANSWERED};UPDATE saves SET began = began - interval '90 seconds',"
        " ended = ended - interval '90 seconds', kept = false WHERE note = 'Slowest'"
    ),
    "a promise without an answer was not written": (
        "INSERT INTO promises (words, began, ended, kept) SELECT 'Never written', began, ended, false FROM disturbances"
    ),
    "a promise was tried twice": (
        "INSERT INTO promises SELECT p.follow_up, p.words, p.conversation, p.scheduled_for, p.token, p.place, d.began,"
        " d.ended, false FROM promises AS p, disturbances AS d WHERE p.words = 'First'"
    ),
    "what was promised first was promised for later": (
        f"{SECOND_FIRST};UPDATE promises SET scheduled_for = scheduled_for + interval '1 hour' WHERE words = 'First'"
    ),
    "two were promised at the same time": (
        f"{SECOND_FIRST};UPDATE promises SET ended = ended + interval '1 hour' WHERE words = 'First'"
    ),
    "it was nearly said when it was taken back": (
        "INSERT INTO cancellations SELECT p.conversation, p.ended + interval '1 microsecond', now(), true"
        " FROM promises AS p WHERE p.words = 'Second'"
    ),
    "it was taken back before it was promised": (
        "INSERT INTO cancellations SELECT p.conversation, p.ended - interval '1 hour', p.ended - interval '1 hour',"
        " true FROM promises AS p WHERE p.words = 'Second'"
    ),
    "a phone was registered later": (
        "INSERT INTO notifications_device (user_id, platform, token, registered_at)"
        f" SELECT {OMAR}, 'EXPO', 'omar', now() + interval '1 hour'"
    ),
    "a phone was given up before": (
        "INSERT INTO notifications_device (user_id, platform, token, registered_at, retired_at)"
        f" SELECT {OMAR}, 'EXPO', 'omar', now() - interval '1 day', now() - interval '1 hour'"
    ),
    "a push failed and says why": "UPDATE notifications_push SET status = 'FAILED', last_error = 'DeviceNotRegistered'",
    "a push was repeated": "INSERT INTO taken SELECT * FROM taken",
    "a follow-up is taken twice where there is no phone": (
        "INSERT INTO followups_followupattempt (follow_up_id, number, channel, outcome)"
        " SELECT follow_up_id, 2, channel, outcome FROM followups_followupattempt WHERE channel = 'IN_APP'"
    ),
    "a visit on a day of training is not recorded": (
        "INSERT INTO visits SELECT id, 'already_completed', now(), now(), true FROM accounts_user"
        " WHERE first_name = 'Pat'"
    ),
    "a visit on a settled day moves nothing": (
        "INSERT INTO visits SELECT patient, 'settled', now(), now(), true FROM visitors"
    ),
    "a real workout came after the inferred one": (
        f"{TRAINED};UPDATE workouts_workout SET superseded_at = now() WHERE id = {MIRROR}"
    ),
}

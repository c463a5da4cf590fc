"""
For every promise of the audit, what breaks it and no other.

Each is one statement over a world in which all are kept (``world.py``), or a few with a semicolon
between; what the harness remembers are tables as well.
"""

HURT = "(SELECT workout FROM completions WHERE flagged)"
MIRROR = "(SELECT inferred_workout_id FROM entrances_appentrance WHERE inferred_workout_id IS NOT NULL)"
OMAR = "(SELECT id FROM accounts_user WHERE first_name = 'Omar')"
SKIPPED, CANCELED = "SKIPPED_NO_SOURCE_WORKOUT", "CANCELED_BY_REAL_WORKOUT"
LATER = "(now() + interval '1 hour', now() + interval '1 hour', false)"
ASKED = ("saves", "completions", "visits", "promises", "cancellations")
# In a table whose constraint would otherwise refuse it: the audit does not rely on the schema alone.
UNCONSTRAINED = "ALTER TABLE messaging_message DROP CONSTRAINT one_message_per_seq"


def follow_up(words: str) -> str:
    return f"(SELECT follow_up FROM promises WHERE words = '{words}')"


# The patient of the inferred workout has really trained that day.
TRAINED = f"""
    INSERT INTO workouts_workout (
        tenant_id, patient_id, doctor_id, date_scheduled, status, completed_at, completed_on, completed_via_app_entrance
    )
    SELECT tenant_id, patient_id, doctor_id, date_scheduled, status, completed_at, completed_on, false
    FROM workouts_workout WHERE id = {MIRROR}
"""
TAMPERINGS: dict[tuple[str, str], list[str]] = {
    ("answers", "no state of Redis, of a worker or of the push service keeps a request from its answer"): [
        "DELETE FROM disturbances",
        "UPDATE disturbances SET target = 'valkey'",
        "UPDATE disturbances SET began = began - interval '1 hour', ended = ended - interval '1 hour'",
        "UPDATE disturbances SET began = began + interval '1 hour', ended = ended + interval '1 hour'",
        *(f"INSERT INTO {table} (began, ended, kept) VALUES {LATER}" for table in ASKED),
    ],
    ("notes", "a note that was saved stands as it was saved last"): [
        "UPDATE saves SET note = 'Another' WHERE note = 'Slowest'"
    ],
    ("notes", "nothing is owed to a patient any more"): [
        "UPDATE feedback_notedelivery SET due_at = now()",
        "UPDATE feedback_notedelivery SET dead_at = now()",
    ],
    ("notes", "a patient has one card of a session, and it says what the notes say"): [
        "DELETE FROM messaging_message WHERE type = 'DOCTOR_FEEDBACK_NOTE'",
        "UPDATE messaging_message SET metadata = replace(metadata::text, 'Slowest', 'Slower')::jsonb"
        " WHERE type = 'DOCTOR_FEEDBACK_NOTE'",
        "INSERT INTO messaging_message (conversation_id, seq, type, sender_id, content, metadata)"
        " SELECT conversation_id, 0, type, sender_id, content, metadata FROM messaging_message"
        " WHERE type = 'DOCTOR_FEEDBACK_NOTE'",
        # Saved without a debt: no delivery knows of it.
        "DELETE FROM feedback_notedelivery;DELETE FROM messaging_message WHERE type = 'DOCTOR_FEEDBACK_NOTE'",
    ],
    ("notes", "the save that was delivered is the last one, and the patient was told of it"): [
        "UPDATE feedback_notedelivery SET delivered_rev = 2",
        "UPDATE feedback_notedelivery SET rev = 4",
        "UPDATE notifications_notification SET key = regexp_replace(key, ':3$', ':9') WHERE type = 'DOCTOR_FEEDBACK'",
    ],
    ("notes", "no card comes before the quiet period is over"): [
        "UPDATE notifications_notification SET created_at = s.ended + interval '1 second' FROM saves AS s"
        " WHERE key LIKE 'notes:%:3' AND s.note = 'Slowest'"
    ],
    ("notes", "saves of one quiet period are told once"): [
        # To somebody without a phone, so that no push is missing.
        "INSERT INTO notifications_notification (recipient_id, type, key, title, body, data)"
        f" SELECT {OMAR}, type, key || '0', title, body, data FROM notifications_notification"
        " WHERE key LIKE 'notes:%:3'",
        # What came after it does not excuse it.
        "UPDATE notifications_notification AS second SET created_at = first.created_at + interval '1 microsecond'"
        " FROM notifications_notification AS first WHERE second.key LIKE 'notes:%:3' AND first.key LIKE 'notes:%:2'",
    ],
    ("workouts", "a workout that was completed is completed"): [
        "INSERT INTO completions SELECT id, patient_id, false, now(), now(), true FROM workouts_workout"
        " WHERE id = (SELECT max(id) FROM workouts_workout WHERE status = 'PLANNED')"
    ],
    ("workouts", "nothing is owed to a therapist any more"): [
        f"UPDATE feedback_feedbacksummary SET due_at = now() WHERE workout_id = {HURT}",
        f"UPDATE feedback_feedbacksummary SET dead_at = now() WHERE workout_id = {HURT}",
    ],
    ("workouts", "a workout has one card when something stands out in it, and every doctor was told once"): [
        "DELETE FROM messaging_message WHERE type = 'PATIENT_FEEDBACK_SUMMARY'",
        f"DELETE FROM notifications_notification WHERE type = 'PATIENT_FEEDBACK' AND recipient_id = {OMAR}",
        "INSERT INTO messaging_message (conversation_id, seq, type, sender_id, content, metadata)"
        " SELECT conversation_id, 0, type, sender_id, content, metadata FROM messaging_message"
        " WHERE type = 'PATIENT_FEEDBACK_SUMMARY'",
    ],
    ("workouts", "a therapist reads what the patient felt, all that stands out and nothing else"): [
        f"UPDATE workouts_exerciseinworkout SET pain = 9 WHERE workout_id = {HURT} AND position = 1",
        f"UPDATE workouts_exerciseinworkout SET exertion = 9 WHERE workout_id = {HURT} AND position = 2",
        f"UPDATE workouts_exerciseinworkout SET patient_notes = 'It clicked.' WHERE workout_id = {HURT}"
        " AND position = 2",
        f"UPDATE workouts_exerciseinworkout SET pain = 1 WHERE workout_id = {HURT} AND position = 1",
    ],
    ("workouts", "a conversation counts as far as its newest message, and no number is given twice"): [
        "UPDATE messaging_conversation SET last_seq = last_seq - 1 WHERE id ="
        " (SELECT conversation FROM promises WHERE words = 'In the app')",
        f"{UNCONSTRAINED};UPDATE messaging_message SET seq = 1",
    ],
    ("visits", "a visit that was logged is there"): [
        "INSERT INTO visits SELECT id, 'pending', now(), now(), true FROM accounts_user WHERE first_name = 'Pat'"
    ],
    ("visits", "every visit is settled"): [
        f"UPDATE entrances_appentrance SET status = 'PENDING', settled_at = NULL WHERE status = '{SKIPPED}'"
    ],
    ("visits", "no visit is settled before its window closes"): [
        "UPDATE entrances_appentrance SET settled_at = window_ends_at - interval '1 second'"
        f" WHERE status = '{SKIPPED}'",
        "UPDATE entrances_appentrance SET settled_at = window_ends_at - interval '1 second'"
        " WHERE inferred_workout_id IS NOT NULL",
    ],
    ("visits", "coming back moves the window"): [
        "UPDATE entrances_appentrance SET window_ends_at = window_ends_at - interval '1 hour'"
        " WHERE inferred_workout_id IS NOT NULL"
    ],
    ("visits", "a visit becomes what the day was"): [
        f"UPDATE entrances_appentrance SET status = 'SKIPPED_FEATURE_DISABLED' WHERE status = '{SKIPPED}'",
        f"UPDATE entrances_appentrance SET status = '{CANCELED}' WHERE status = '{SKIPPED}'",
        # Its window, too, has closed.
        f"UPDATE entrances_appentrance SET status = '{SKIPPED}', window_ends_at = settled_at"
        f" WHERE status = '{CANCELED}'",
    ],
    ("visits", "an inferred workout is there once, whole, and not beside a real one"): [
        f"DELETE FROM workouts_exerciseinworkout WHERE workout_id = {MIRROR} AND position = 2",
        TRAINED,
    ],
    ("visits", "an inferred workout copies what was planned, and nothing that was done or felt"): [
        f"UPDATE workouts_exerciseinworkout SET pain = 3 WHERE workout_id = {MIRROR}",
        f"UPDATE workouts_exerciseinworkout SET patient_notes = 'It clicked.' WHERE workout_id = {MIRROR}",
        f"UPDATE workouts_exerciseinworkout SET doctor_notes_post_exercise = 'Slow' WHERE workout_id = {MIRROR}",
        f"UPDATE workouts_exerciseinworkout SET planned_sets = 4 WHERE workout_id = {MIRROR}",
        f"UPDATE workouts_workout SET duration_minutes = 20 WHERE id = {MIRROR}",
        f"UPDATE workouts_workout SET mirrored_from_id = {HURT} WHERE id = {MIRROR}",
    ],
    ("visits", "streaks are what the workouts say"): [
        "UPDATE workouts_streak SET daily_streak = daily_streak + 1",
        "UPDATE workouts_streak SET last_workout_on = last_workout_on - 1",
    ],
    ("visits", "whoever trained or was inferred to has their streak and their day of evidence"): [
        "DELETE FROM workouts_streak",
        "DELETE FROM rtm_evidenceday WHERE patient_id = (SELECT patient FROM completions WHERE flagged)",
        f"DELETE FROM rtm_evidenceday WHERE patient_id = (SELECT patient_id FROM workouts_workout WHERE id = {MIRROR})",
        "UPDATE rtm_evidenceday SET counted = true, grade = 'therapeutic' WHERE patient_id ="
        f" (SELECT patient_id FROM workouts_workout WHERE id = {MIRROR})",
    ],
    ("promises", "what was promised is there, once"): [
        "INSERT INTO promises (words, began, ended, kept) SELECT 'Never written', now(), now(), true",
        # Twice there, though never said.
        "INSERT INTO follow_up_requests (conversation_id, user_id, scheduled_for, display_text, status, created_at)"
        " SELECT conversation_id, user_id, scheduled_for, display_text, status, created_at"
        " FROM follow_up_requests WHERE status = 'cancelled'",
    ],
    ("promises", "every promise is settled"): [
        "UPDATE follow_up_requests SET status = 'scheduled' WHERE status = 'failed'"
    ],
    ("promises", "what is sent was said once, everywhere it belongs; what is not sent was not said"): [
        "DELETE FROM follow_up_messages WHERE message_content = 'In the app'",
        "DELETE FROM messaging_message WHERE content = 'In the app'",
        "INSERT INTO messaging_message (conversation_id, seq, type, sender_id, content)"
        " SELECT conversation_id, 0, type, sender_id, content FROM messaging_message WHERE content = 'In the app'",
        "INSERT INTO follow_up_messages (conversation_id, user_id, message_content)"
        " SELECT conversation_id, user_id, display_text FROM follow_up_requests WHERE status = 'failed'",
        "INSERT INTO follow_up_messages (conversation_id, user_id, message_content)"
        " SELECT conversation_id, user_id, display_text FROM follow_up_requests WHERE display_text = 'In the app'",
    ],
    ("promises", "nothing is said before its time"): [
        "UPDATE follow_up_requests SET sent_at = scheduled_for - interval '1 second' WHERE display_text = 'First'"
    ],
    ("promises", "nothing is pushed before its time"): [
        f"UPDATE taken SET at = at - interval '1 hour' WHERE follow_up = {follow_up('First')}::text"
    ],
    ("promises", "what is sent is in the feed of a parent whom the clinic knows, once"): [
        "DELETE FROM notifications_notification WHERE type = 'FOLLOW_UP'",
        "INSERT INTO notifications_notification (recipient_id, type, key, title, body, data)"
        " SELECT user_id::bigint, 'FOLLOW_UP', 'follow-up:' || id, '', '', '{}' FROM follow_up_requests"
        " WHERE status = 'cancelled'",
    ],
    ("promises", "a conversation's messages come in the order of their times"): [
        "UPDATE follow_up_messages SET timestamp = timestamp - interval '1 hour' WHERE message_content = 'Second'"
    ],
    ("promises", "the clinic's own thread has them in the same order"): [
        "UPDATE messaging_message SET seq = 0 WHERE content = 'Second'"
    ],
    ("promises", "what was taken back in time is never said"): [
        "INSERT INTO cancellations SELECT conversation_id, p.ended + interval '1 microsecond',"
        " p.ended + interval '2 microseconds', true FROM follow_up_requests AS r"
        " JOIN promises AS p ON p.follow_up = r.id WHERE r.display_text = 'Second'"
    ],
    ("promises", "nothing is taken back that nobody took back"): ["DELETE FROM cancellations"],
    (
        "promises",
        "what failed says why: it was refused for good or tried three times, and not for an outage",
    ): [
        "UPDATE follow_up_requests SET last_error = '' WHERE status = 'failed'",
        f"UPDATE followups_followupattempt SET outcome = 'TRY_AGAIN' WHERE follow_up_id = {follow_up('To nobody')}",
        f"UPDATE followups_followupattempt SET outcome = 'DOWN' WHERE follow_up_id = {follow_up('To nobody')}"
        ";UPDATE follow_up_requests SET attempts = 3 WHERE status = 'failed'",
    ],
    ("pushes", "every push was taken by the service, or has failed and says why"): [
        "UPDATE notifications_push SET status = 'PENDING'",
        "UPDATE notifications_push SET status = 'FAILED', last_error = ''",
        "DELETE FROM taken WHERE about = 'PATIENT_FEEDBACK'",
    ],
    ("pushes", "everybody who is told something and has a phone is pushed to"): [
        f"INSERT INTO notifications_device (user_id, platform, token, registered_at) SELECT {OMAR}, 'EXPO', 'omar',"
        " now() - interval '1 day'"
    ],
    ("pushes", "nobody is pushed anything but what they were told or promised"): [
        "INSERT INTO taken (recipient, collapse_id) SELECT recipient, 'nothing' FROM taken LIMIT 1",
        "INSERT INTO taken (recipient) SELECT recipient FROM taken LIMIT 1",
        # Another's, word for word.
        "INSERT INTO taken (recipient, collapse_id) SELECT 'ExponentPushToken[dana]', collapse_id FROM taken"
        " WHERE about = 'DOCTOR_FEEDBACK'",
        "INSERT INTO taken (recipient, collapse_id) SELECT 'ExponentPushToken[dana]', collapse_id FROM taken"
        f" WHERE follow_up = {follow_up('First')}::text",
    ],
    ("pushes", "a follow-up is repeated under the same collapse id only"): [
        "INSERT INTO taken (recipient, collapse_id, follow_up, at)"
        f" SELECT recipient, 'follow-up:' || {follow_up('Second')}, follow_up, at FROM taken"
        f" WHERE follow_up = {follow_up('First')}::text"
    ],
    ("pushes", "a follow-up is repeated only when its worker could not write down that it was taken"): [
        "INSERT INTO followups_followupattempt (follow_up_id, number, channel, outcome, token)"
        " SELECT follow_up_id, 2, channel, outcome, token FROM followups_followupattempt"
        f" WHERE follow_up_id = {follow_up('First')}"
    ],
    ("pushes", "what the record says was taken was taken"): [
        f"DELETE FROM taken WHERE follow_up = {follow_up('First')}::text",
        f"UPDATE followups_followupattempt SET token = 'another' WHERE follow_up_id = {follow_up('First')}",
    ],
    ("pushes", "a follow-up that was sent is recorded as taken, by the service or in the app"): [
        f"DELETE FROM followups_followupattempt WHERE follow_up_id = {follow_up('First')}",
        f"DELETE FROM followups_followupattempt WHERE follow_up_id = {follow_up('In the app')}",
    ],
}

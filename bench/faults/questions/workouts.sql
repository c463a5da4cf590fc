-- Patients' workouts: what stands out is told to every connected doctor, once.

-- promise: a workout that was completed is completed
SELECT format('workout %s was completed at %s', c.workout, c.ended)
FROM completions AS c JOIN workouts_workout AS w ON w.id = c.workout
WHERE c.kept AND w.status <> 'COMPLETED';

-- promise: nothing is owed to a therapist any more
SELECT format('%s: due %s, dead %s, %s', key, due_at, dead_at, last_error)
FROM feedback_feedbacksummary
WHERE due_at IS NOT NULL OR dead_at IS NOT NULL;

-- promise: a workout has one card when something stands out in it, and every doctor was told once
SELECT format('workout %s: remarkable %s, %s cards, %s told', w.id, c.flagged, shown.cards, told.people)
FROM (SELECT DISTINCT workout, flagged FROM completions) AS c
JOIN workouts_workout AS w ON w.id = c.workout AND w.status = 'COMPLETED'
CROSS JOIN LATERAL (
    SELECT count(*) AS cards FROM messaging_message AS m
    WHERE m.type = 'PATIENT_FEEDBACK_SUMMARY' AND (m.metadata ->> 'workoutId')::bigint = w.id
) AS shown
CROSS JOIN LATERAL (
    SELECT count(*) AS people FROM notifications_notification AS n WHERE n.key = format('summary:%s', w.id)
) AS told
CROSS JOIN LATERAL (
    SELECT count(*) AS doctors FROM accounts_carelink AS link WHERE link.patient_id = w.patient_id
) AS care
WHERE shown.cards <> c.flagged::int OR told.people <> c.flagged::int * care.doctors;

-- promise: messages of a conversation are numbered without a gap at the end and without a double
SELECT format('conversation %s counts to %s, its newest message is %s', c.id, c.last_seq, newest.seq)
FROM messaging_conversation AS c
CROSS JOIN LATERAL (SELECT max(m.seq) AS seq FROM messaging_message AS m WHERE m.conversation_id = c.id) AS newest
WHERE newest.seq > c.last_seq;

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

-- promise: a therapist reads what the patient felt, all that stands out and nothing else
SELECT format('workout %s: felt %s, shown %s', (m.metadata ->> 'workoutId'), felt.exercises, shown.exercises)
FROM messaging_message AS m
CROSS JOIN LATERAL (
    SELECT jsonb_object_agg(e.id::text, jsonb_build_array(e.pain, e.exertion, trim(e.patient_notes))) AS exercises
    FROM workouts_exerciseinworkout AS e
    WHERE e.workout_id = (m.metadata ->> 'workoutId')::bigint
        AND (e.pain >= 7 OR e.exertion >= 9 OR trim(e.patient_notes) <> '')
) AS felt
CROSS JOIN LATERAL (
    SELECT jsonb_object_agg(
        x ->> 'exerciseInWorkoutId', jsonb_build_array(x -> 'pain', x -> 'exertion', x -> 'patientNotes')
    ) AS exercises
    FROM jsonb_array_elements(m.metadata -> 'exercises') AS x
) AS shown
WHERE m.type = 'PATIENT_FEEDBACK_SUMMARY' AND felt.exercises IS DISTINCT FROM shown.exercises;

-- promise: a conversation counts as far as its newest message, and no number is given twice
SELECT format('conversation %s counts to %s, its messages are %s', c.id, c.last_seq, given.numbers)
FROM messaging_conversation AS c
CROSS JOIN LATERAL (
    SELECT array_agg(m.seq ORDER BY m.seq) AS numbers, max(m.seq) AS newest, count(m.seq) AS messages,
        count(DISTINCT m.seq) AS different
    FROM messaging_message AS m WHERE m.conversation_id = c.id
) AS given
WHERE given.newest > c.last_seq OR given.messages <> given.different;

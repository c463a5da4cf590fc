-- Therapists' notes: one card with what was saved last, and one push, a quiet period after the last save.

-- promise: a note that was saved stands as it was saved last
SELECT format('exercise %s says %L, saved last was %L', e.id, e.doctor_notes_post_exercise, last.note)
FROM (SELECT DISTINCT ON (exercise) exercise, note FROM saves WHERE kept ORDER BY exercise, ended DESC) AS last
JOIN workouts_exerciseinworkout AS e ON e.id = last.exercise
WHERE e.doctor_notes_post_exercise <> last.note
    AND NOT EXISTS (
        SELECT FROM saves AS perhaps
        WHERE perhaps.exercise = e.id AND perhaps.note = e.doctor_notes_post_exercise AND NOT perhaps.kept
    );

-- promise: nothing is owed to a patient any more
SELECT format('delivery %s of workout %s: due %s, dead %s, %s', id, workout_id, due_at, dead_at, last_error)
FROM feedback_notedelivery
WHERE due_at IS NOT NULL OR dead_at IS NOT NULL;

-- promise: a patient has one card of a session, and it says what the notes say
SELECT format('workout %s: notes %s, %s cards with %s', reviewed.id, owed.notes, shown.cards, shown.notes)
FROM (SELECT workout AS id FROM saves WHERE kept UNION SELECT workout_id FROM feedback_notedelivery) AS reviewed
CROSS JOIN LATERAL (
    SELECT jsonb_object_agg(e.id::text, e.doctor_notes_post_exercise) AS notes
    FROM workouts_exerciseinworkout AS e
    WHERE e.workout_id = reviewed.id AND e.doctor_notes_post_exercise <> ''
) AS owed
CROSS JOIN LATERAL (
    SELECT count(DISTINCT m.id) AS cards,
        jsonb_object_agg(x ->> 'exerciseInWorkoutId', x ->> 'doctorNotesPostExercise')
            FILTER (WHERE x IS NOT NULL) AS notes
    FROM messaging_message AS m LEFT JOIN LATERAL jsonb_array_elements(m.metadata -> 'exercises') AS x ON true
    WHERE m.type = 'DOCTOR_FEEDBACK_NOTE' AND (m.metadata ->> 'workoutId')::bigint = reviewed.id
) AS shown
WHERE owed.notes IS DISTINCT FROM shown.notes OR shown.cards <> (owed.notes IS NOT NULL)::int;

-- promise: the save that was delivered is the last one, and the patient was told of it
SELECT format('delivery %s: saved %s times, delivered %s', d.id, d.rev, d.delivered_rev)
FROM feedback_notedelivery AS d
WHERE d.delivered_rev IS NOT NULL AND (
    d.delivered_rev <> d.rev
    OR NOT EXISTS (
        SELECT FROM notifications_notification AS n
        WHERE n.key = format('notes:%s:%s:%s', d.workout_id, d.doctor_id, d.delivered_rev)
    )
);

-- promise: no card comes before the quiet period is over
SELECT format('%s at %s, saved %s to %s', n.key, n.created_at, s.began, s.ended)
FROM notifications_notification AS n
JOIN saves AS s ON s.workout = split_part(n.key, ':', 2)::bigint AND s.kept
CROSS JOIN LATERAL (
    SELECT coalesce(max(before.created_at), '-infinity') AS at FROM notifications_notification AS before
    WHERE before.key LIKE format('notes:%s:%%', s.workout) AND before.created_at < n.created_at
) AS previous
WHERE n.key LIKE 'notes:%' AND s.ended < n.created_at
    AND s.began > n.created_at - make_interval(secs => :quiet)
    AND NOT EXISTS (
        SELECT FROM saves AS first
        WHERE first.workout = s.workout AND first.ended > previous.at
            AND first.began < n.created_at - make_interval(secs => :longest)
    );

-- promise: saves of one quiet period are told once
SELECT format('%s at %s, and before at %s: nothing was saved in between', n.key, n.created_at, previous.at)
FROM notifications_notification AS n
CROSS JOIN LATERAL (
    SELECT max(before.created_at) AS at FROM notifications_notification AS before
    WHERE before.key LIKE format('notes:%s:%%', split_part(n.key, ':', 2))
        AND (before.created_at, before.id) < (n.created_at, n.id)
) AS previous
WHERE n.key LIKE 'notes:%' AND NOT EXISTS (
    SELECT FROM saves AS s
    WHERE s.workout = split_part(n.key, ':', 2)::bigint AND s.began < n.created_at
        -- One without an answer may have waited for its turn.
        AND (s.ended > coalesce(previous.at, '-infinity') OR NOT s.kept)
);

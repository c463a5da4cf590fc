-- App visits: settled once, when their window has closed, as what the day was.

-- promise: a visit that was logged is there
SELECT format('patient %s opened the app at %s', v.patient, v.began)
FROM visits AS v
WHERE v.kept AND v.said = 'pending'
    AND NOT EXISTS (SELECT FROM entrances_appentrance AS e WHERE e.patient_id = v.patient);

-- promise: every visit is settled
SELECT format('entrance %s: window ended %s, %s', id, window_ends_at, last_error)
FROM entrances_appentrance
WHERE status = 'PENDING';

-- promise: no visit is settled before its window closes
SELECT format('entrance %s: %s at %s, window ends %s', id, status, settled_at, window_ends_at)
FROM entrances_appentrance
WHERE status NOT IN ('PENDING', 'CANCELED_BY_REAL_WORKOUT') AND settled_at < window_ends_at;

-- promise: coming back moves the window
SELECT format('entrance %s: opened at %s, window ends %s', e.id, v.began, e.window_ends_at)
FROM visits AS v JOIN entrances_appentrance AS e ON e.patient_id = v.patient
WHERE v.kept AND v.said = 'pending' AND e.window_ends_at < v.began + make_interval(secs => :window);

-- promise: a visit becomes what the day was
SELECT format('entrance %s: %s, source %s, trained at %s', e.id, e.status, v.source, really.at)
FROM entrances_appentrance AS e
JOIN visitors AS v ON v.patient = e.patient_id
CROSS JOIN LATERAL (
    SELECT max(w.completed_at) AS at FROM workouts_workout AS w
    WHERE w.patient_id = e.patient_id AND w.completed_on = e.local_date AND NOT w.completed_via_app_entrance
) AS really
WHERE e.status NOT IN ('PENDING', CASE
    WHEN really.at IS NOT NULL AND e.status <> 'FINALIZED_TO_INFERRED_WORKOUT' THEN 'CANCELED_BY_REAL_WORKOUT'
    WHEN v.source IS NOT NULL THEN 'FINALIZED_TO_INFERRED_WORKOUT'
    ELSE 'SKIPPED_NO_SOURCE_WORKOUT'
END);

-- promise: an inferred workout is there once, whole, and not beside a real one
SELECT format('entrance %s: %s workouts inferred, %s beside a real one, %s exercises', e.id, many, beside, exercises)
FROM entrances_appentrance AS e
CROSS JOIN LATERAL (
    SELECT count(*) AS many,
        count(*) FILTER (
            WHERE w.superseded_at IS NULL AND EXISTS (
                SELECT FROM workouts_workout AS really
                WHERE really.patient_id = w.patient_id AND really.completed_on = w.completed_on
                    AND NOT really.completed_via_app_entrance
            )
        ) AS beside,
        coalesce(sum((SELECT count(*) FROM workouts_exerciseinworkout AS x WHERE x.workout_id = w.id)), 0) AS exercises
    FROM workouts_workout AS w
    WHERE w.patient_id = e.patient_id AND w.completed_on = e.local_date AND w.completed_via_app_entrance
) AS inferred
WHERE many <> (e.status = 'FINALIZED_TO_INFERRED_WORKOUT')::int OR beside > 0 OR exercises <> 2 * many;

-- promise: an inferred workout copies what was planned, and nothing that was done or felt
SELECT format('workout %s of %s, copied from %s: %s exercises differ', w.id, w.completed_on, v.source, copied.wrongly)
FROM entrances_appentrance AS e
JOIN workouts_workout AS w ON w.id = e.inferred_workout_id
JOIN visitors AS v ON v.patient = e.patient_id
CROSS JOIN LATERAL (
    SELECT count(*) AS wrongly
    FROM workouts_exerciseinworkout AS x
    LEFT JOIN workouts_exerciseinworkout AS plan ON plan.workout_id = v.source AND plan.position = x.position
    WHERE x.workout_id = w.id AND (
        (x.exercise_id, x.planned_sets, x.planned_reps) IS DISTINCT FROM
            (plan.exercise_id, plan.planned_sets, plan.planned_reps)
        OR num_nonnulls(x.actual_sets, x.actual_reps, x.actual_duration_seconds, x.pain, x.exertion) > 0
        OR x.patient_notes <> '' OR x.doctor_notes_post_exercise <> ''
    )
) AS copied
WHERE w.mirrored_from_id IS DISTINCT FROM v.source OR w.completed_on <> e.local_date
    OR w.duration_minutes IS DISTINCT FROM 0 OR copied.wrongly > 0;

-- promise: streaks are what the workouts say
SELECT format(
    'patient %s: streak of %s to %s, workouts say %s to %s',
    s.patient_id, s.daily_streak, s.last_workout_on, days.streak, days.last
)
FROM workouts_streak AS s
CROSS JOIN LATERAL (
    SELECT max(day) AS last, count(*) FILTER (WHERE day - place = newest - places) AS streak
    FROM (
        SELECT day, row_number() OVER (ORDER BY day)::int AS place, max(day) OVER () AS newest,
            (count(*) OVER ())::int AS places
        FROM (
            SELECT DISTINCT w.completed_on AS day FROM workouts_workout AS w
            WHERE w.patient_id = s.patient_id AND w.status = 'COMPLETED' AND w.superseded_at IS NULL
        ) AS done
    ) AS numbered
) AS days
WHERE s.daily_streak <> days.streak OR s.last_workout_on <> days.last;

-- promise: whoever trained or was inferred to has their streak and their day of evidence
SELECT format('patient %s on %s: streak %s, evidence %s', w.patient_id, w.completed_on, s.patient_id, e.grade)
FROM workouts_workout AS w
LEFT JOIN workouts_streak AS s ON s.patient_id = w.patient_id
LEFT JOIN rtm_evidenceday AS e ON e.patient_id = w.patient_id AND e.day = w.completed_on
WHERE (w.completed_via_app_entrance AND w.superseded_at IS NULL OR w.id IN (SELECT workout FROM completions))
    AND w.status = 'COMPLETED'
    AND (s.patient_id IS NULL OR e.day IS NULL OR (e.counted AND w.completed_via_app_entrance));

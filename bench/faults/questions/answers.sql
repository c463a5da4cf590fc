-- Answers: a request has its answer unless the web or the database is out of order while it is made.

-- promise: no state of Redis, of a worker or of the push service keeps a request from its answer
SELECT format('%s from %s to %s had no answer', asked.what, asked.began, asked.ended)
FROM (
    SELECT 'a save' AS what, began, ended FROM saves WHERE NOT kept
    UNION ALL SELECT 'a completion', began, ended FROM completions WHERE NOT kept
    UNION ALL SELECT 'a visit', began, ended FROM visits WHERE NOT kept
    UNION ALL SELECT 'a promise', began, ended FROM promises WHERE NOT kept
    UNION ALL SELECT 'a cancellation', began, ended FROM cancellations WHERE NOT kept
) AS asked
WHERE NOT EXISTS (
    SELECT FROM disturbances AS d
    WHERE d.target IN ('web', 'postgres')
        AND d.began <= asked.ended AND d.ended + interval '3 seconds' >= asked.began
);

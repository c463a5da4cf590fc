-- Pushes: each accepted by the service or failed with a reason; repeated only under the same collapse id.

-- promise: every push was taken by the service, or has failed and says why
SELECT format('push %s %s after %s attempts: %s', p.id, p.status, p.attempts, p.last_error)
FROM notifications_push AS p JOIN notifications_device AS d ON d.id = p.device_id
WHERE CASE
    WHEN p.status IN ('SENT', 'DELIVERED') THEN NOT EXISTS (
        SELECT FROM taken AS t WHERE t.recipient = d.token AND t.collapse_id = p.collapse_id
    )
    ELSE p.status <> 'FAILED' OR p.last_error = ''
END;

-- promise: everybody who is told something and has a phone is pushed to
SELECT format('notification %s (%s) has no push', n.id, n.key)
FROM notifications_notification AS n
WHERE n.type IN ('PATIENT_FEEDBACK', 'DOCTOR_FEEDBACK')
    AND NOT EXISTS (SELECT FROM notifications_push AS p WHERE p.notification_id = n.id)
    AND EXISTS (
        SELECT FROM notifications_device AS d
        WHERE d.user_id = n.recipient_id AND d.registered_at <= n.created_at
            AND (d.retired_at IS NULL OR d.retired_at > n.created_at)
    );

-- promise: nobody is pushed anything but what they were told or promised
SELECT format('%s got %s', t.recipient, t.collapse_id)
FROM taken AS t LEFT JOIN notifications_device AS d ON d.token = t.recipient
WHERE t.collapse_id IS NULL OR (
    NOT EXISTS (SELECT FROM notifications_push AS p WHERE p.collapse_id = t.collapse_id AND p.device_id = d.id)
    AND NOT EXISTS (
        SELECT FROM follow_up_requests AS r
        WHERE t.collapse_id = format('follow-up:%s', r.id)
            AND (r.device_token = t.recipient OR r.user_id = d.user_id::text)
    )
);

-- promise: a follow-up is repeated under the same collapse id only
SELECT format('%s got follow-up %s as %s', recipient, follow_up, string_agg(DISTINCT collapse_id, ' and '))
FROM taken
WHERE follow_up IS NOT NULL
GROUP BY recipient, follow_up
HAVING count(DISTINCT collapse_id) <> 1;

-- promise: a follow-up is repeated only when its worker could not write down that it was taken
SELECT format('follow-up %s is recorded as taken %s times by %s', follow_up_id, count(*), token)
FROM followups_followupattempt
WHERE outcome = 'ACCEPTED' AND token <> ''
GROUP BY follow_up_id, token
HAVING count(*) > 1;

-- promise: what the record says was taken was taken
SELECT format('follow-up %s, %s', a.follow_up_id, a.token)
FROM followups_followupattempt AS a
WHERE a.outcome = 'ACCEPTED' AND a.token <> '' AND NOT EXISTS (
    SELECT FROM taken AS t WHERE t.recipient = a.token AND t.collapse_id = format('follow-up:%s', a.follow_up_id)
);

-- promise: a follow-up that was sent is recorded as taken, by the service or in the app
SELECT format('follow-up %s', r.id)
FROM follow_up_requests AS r
WHERE r.status = 'sent'
    AND NOT EXISTS (
        SELECT FROM followups_followupattempt AS a
        WHERE a.follow_up_id = r.id AND a.outcome = 'ACCEPTED'
    );

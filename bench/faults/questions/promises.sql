-- Follow-ups: said on time, once, in order; taken back means never said.

-- promise: what was promised is there, once
SELECT format('%L was promised at %s and is there %s times', p.words, min(p.began), count(DISTINCT r.id))
FROM promises AS p LEFT JOIN follow_up_requests AS r ON r.display_text = p.words
GROUP BY p.words
HAVING count(DISTINCT r.id) > 1 OR (bool_or(p.kept) AND count(DISTINCT r.id) = 0);

-- promise: every promise is settled
SELECT format('%s is due %s, %s attempts, lease %s, %s', id, scheduled_for, attempts, leased_until, last_error)
FROM follow_up_requests
WHERE status NOT IN ('sent', 'failed', 'cancelled');

-- promise: what is sent was said once, everywhere it belongs; what is not sent was not said
SELECT format('%s %s: %s messages, %s cards of %s', r.id, r.status, said.times, cards.times, known.id)
FROM follow_up_requests AS r
LEFT JOIN messaging_conversation AS known ON known.id = r.conversation_id
CROSS JOIN LATERAL (
    SELECT count(*) AS times FROM follow_up_messages AS m
    WHERE m.follow_up_id = r.id OR m.message_content = r.display_text
) AS said
CROSS JOIN LATERAL (
    SELECT count(*) AS times FROM messaging_message AS m
    WHERE m.card_key = format('follow-up:%s', r.id) OR m.content = r.display_text
) AS cards
WHERE said.times <> (r.status = 'sent')::int OR cards.times <> (r.status = 'sent' AND known.id IS NOT NULL)::int;

-- promise: nothing is said before its time
SELECT format('%s was promised for %s and sent at %s', id, scheduled_for, sent_at)
FROM follow_up_requests
WHERE status = 'sent' AND sent_at < scheduled_for;

-- promise: nothing is pushed before its time
SELECT format('%s was promised for %s and pushed at %s', r.id, r.scheduled_for, t.at)
FROM taken AS t JOIN follow_up_requests AS r ON r.id::text = t.follow_up
WHERE t.at < r.scheduled_for;

-- promise: what is sent is in the feed of a parent whom the clinic knows, once
SELECT format('%s of parent %s is in the feed %s times', r.id, person.user_id, feed.times)
FROM follow_up_requests AS r
JOIN messaging_participant AS person ON person.conversation_id = r.conversation_id AND person.user_id::text = r.user_id
CROSS JOIN LATERAL (
    SELECT count(*) AS times FROM notifications_notification AS n
    WHERE n.recipient_id = person.user_id AND n.key = format('follow-up:%s', r.id)
) AS feed
WHERE feed.times <> (r.status = 'sent')::int;

-- promise: a conversation's messages come in the order of their times
SELECT format(
    'in %s %s of %s, promised %s, came %s; %s of %s, promised %s, came %s', a.conversation,
    first.follow_up_id, first.tenant_id, a.ended, first.created_at,
    second.follow_up_id, second.tenant_id, b.began, second.created_at
)
FROM promises AS a
JOIN promises AS b ON b.conversation = a.conversation AND a.ended < b.began AND a.scheduled_for < b.scheduled_for
JOIN follow_up_messages AS first ON first.message_content = a.words
JOIN follow_up_messages AS second ON second.message_content = b.words
WHERE a.kept AND (first.timestamp, first.created_at, first.id) > (second.timestamp, second.created_at, second.id);

-- promise: the clinic's own thread has them in the same order
SELECT format('in %s %L came after %L', a.conversation, a.words, b.words)
FROM promises AS a
JOIN promises AS b ON b.conversation = a.conversation AND a.ended < b.began AND a.scheduled_for < b.scheduled_for
JOIN messaging_message AS first ON first.conversation_id = a.conversation AND first.content = a.words
JOIN messaging_message AS second ON second.conversation_id = b.conversation AND second.content = b.words
WHERE a.kept AND first.seq > second.seq;

-- promise: what was taken back in time is never said
SELECT format('%s was taken back at %s and sent at %s', r.id, c.ended, r.sent_at)
FROM cancellations AS c
JOIN promises AS p ON p.conversation = c.conversation AND p.kept AND p.ended < c.began
JOIN follow_up_requests AS r ON r.display_text = p.words
WHERE c.kept AND r.status = 'sent' AND r.sent_at > c.ended;

-- promise: nothing is taken back that nobody took back
SELECT format('%s is cancelled', r.id)
FROM follow_up_requests AS r
WHERE r.status = 'cancelled' AND NOT EXISTS (
    SELECT FROM cancellations AS c WHERE c.conversation = r.conversation_id AND c.ended > r.created_at
);

-- promise: what failed says why: it was refused for good or tried three times, and not for an outage
SELECT format('%s failed after %s attempts: %s', r.id, r.attempts, r.last_error)
FROM follow_up_requests AS r
CROSS JOIN LATERAL (
    SELECT coalesce(bool_or(a.outcome = 'REFUSED'), false) AS for_good,
        coalesce(bool_or(a.outcome NOT IN ('DOWN', 'ACCEPTED')), false) AS by_itself
    FROM followups_followupattempt AS a WHERE a.follow_up_id = r.id
) AS tried
WHERE r.status = 'failed' AND (r.last_error = '' OR (r.attempts < 3 AND NOT tried.for_good) OR NOT tried.by_itself);

-- audit_without_gaps: A chain's entries count from one to its length.
SELECT c.subject, c.length, count(e.id) AS entries, max(e.sequence) AS last
FROM common_auditchain c LEFT JOIN common_auditentry e ON e.chain_id = c.id
GROUP BY c.id
HAVING count(e.id) <> c.length OR coalesce(max(e.sequence), 0) <> c.length;

-- audit_links: Every entry names the hash of the entry before it.
SELECT c.subject, e.sequence
FROM common_auditentry e JOIN common_auditchain c ON c.id = e.chain_id
LEFT JOIN common_auditentry p ON p.chain_id = e.chain_id AND p.sequence = e.sequence - 1
WHERE e.previous_hash <> coalesce(p.hash, '');

-- audit_heads: A chain's head is the hash of its last entry.
SELECT c.subject, c.length, c.head_hash
FROM common_auditchain c
LEFT JOIN common_auditentry e ON e.chain_id = c.id AND e.sequence = c.length
WHERE c.head_hash <> coalesce(e.hash, '');

-- outbox_finished: An event that is done or given up says when, and no other does.
SELECT id, task, state, finished_at
FROM common_outboxevent
WHERE (state IN ('DONE', 'DEAD')) <> (finished_at IS NOT NULL);

-- outbox_attempted: Nothing is done without an attempt that was counted first.
SELECT id, task, attempts
FROM common_outboxevent
WHERE state IN ('DONE', 'RUNNING') AND attempts = 0;

-- outbox_explained: What was given up or set aside says why.
SELECT id, task, state
FROM common_outboxevent
WHERE state IN ('DEAD', 'UNKNOWN') AND last_error = '';

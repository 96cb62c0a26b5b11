-- approval_names_what_was_sent: A signature names the hash of the version it stands under.
SELECT a.id, a.estimate_id, e.state
FROM restoration_approval a JOIN restoration_estimate e ON e.id = a.estimate_id
WHERE a.content_hash <> e.content_hash OR e.state <> 'APPROVED';

-- approved_is_signed: An approved version has a signature.
SELECT e.id FROM restoration_estimate e
LEFT JOIN restoration_approval a ON a.estimate_id = e.id
WHERE e.state = 'APPROVED' AND a.id IS NULL;

-- approval_adds_up: A signature's sum and counts are those of the lines.
SELECT a.id, a.accepted_lines, a.amount_likely
FROM restoration_approval a JOIN restoration_estimateline l ON l.estimate_id = a.estimate_id
GROUP BY a.id
HAVING a.accepted_lines <> count(*) FILTER (WHERE l.decision = 'ACCEPTED')
    OR a.declined_lines <> count(*) FILTER (WHERE l.decision = 'DECLINED')
    OR a.amount_likely <> coalesce(sum(l.amount_likely) FILTER (WHERE l.decision = 'ACCEPTED'), 0);

-- decided_lines: Every line of an answered version is decided.
SELECT l.id, l.estimate_id
FROM restoration_estimateline l JOIN restoration_estimate e ON e.id = l.estimate_id
WHERE e.state IN ('APPROVED', 'DECLINED') AND l.decision = 'PENDING';

-- accepted_work_has_card: Accepted work is a job card; declined work is none.
SELECT l.id, l.estimate_id, l.decision
FROM restoration_estimateline l JOIN restoration_estimate e ON e.id = l.estimate_id
LEFT JOIN restoration_jobcard c ON c.estimate_line_id = l.id
WHERE e.state = 'APPROVED' AND l.kind <> 'PART'
  AND (l.decision = 'ACCEPTED') <> (c.id IS NOT NULL);

-- accepted_part_is_wanted: An accepted part that is surely needed stands on a card.
SELECT l.id, l.estimate_id
FROM restoration_estimateline l JOIN restoration_estimate e ON e.id = l.estimate_id
LEFT JOIN restoration_jobcardpart p ON p.estimate_line_id = l.id
WHERE e.state = 'APPROVED' AND l.kind = 'PART' AND NOT l.is_contingent
  AND l.decision = 'ACCEPTED' AND p.id IS NULL;

-- card_part_has_demand: A card's part is one demand under its own key, for its project.
SELECT p.id, d.demand_key, d.subject_key
FROM restoration_jobcardpart p JOIN restoration_jobcard c ON c.id = p.card_id
LEFT JOIN parts_demand d ON d.id = p.demand_id
WHERE d.id IS NULL OR d.demand_key <> 'card-part:' || p.id
   OR d.subject_key <> 'project:' || c.project_id;

-- card_events_tell_state: A card's state is what its last event says, its version counts those that changed it.
SELECT c.id, c.state, c.version
FROM restoration_jobcard c
LEFT JOIN LATERAL (
    SELECT count(*) FILTER (WHERE command <> 'parts_arrived') AS n,
        (array_agg(became ORDER BY id DESC))[1] AS became
    FROM restoration_jobcardevent WHERE card_id = c.id
) e ON true
WHERE c.version <> 1 + e.n OR c.state <> coalesce(e.became, 'OPEN');

-- done_card_is_clocked: A finished card of ours has time on it, and no clock runs there.
SELECT c.id, c.project_id
FROM restoration_jobcard c
WHERE c.state = 'DONE' AND (
    NOT c.is_outside AND NOT EXISTS (
        SELECT FROM restoration_timeentry t WHERE t.card_id = c.id)
    OR EXISTS (
        SELECT FROM restoration_timeentry t WHERE t.card_id = c.id AND t.ended_at IS NULL));

-- running_clock_on_running_card: A clock runs on a running card, and only there.
SELECT c.id, c.state, count(t.id) AS clocks
FROM restoration_jobcard c
LEFT JOIN restoration_timeentry t ON t.card_id = c.id AND t.ended_at IS NULL
GROUP BY c.id
HAVING (c.state = 'RUNNING') <> (count(t.id) > 0);

-- time_does_not_overlap: One technician's clocked times do not overlap.
SELECT a.id AS one, b.id AS other, a.technician_id
FROM restoration_timeentry a JOIN restoration_timeentry b
  ON a.technician_id = b.technician_id AND a.id < b.id
 AND tstzrange(a.started_at, a.ended_at) && tstzrange(b.started_at, b.ended_at);

-- bookings_bind_in_force: Only the plan in force takes people's and bays' time.
SELECT r.id AS run, b.what, b.id AS booking
FROM (
    SELECT 'technician' AS what, id, assignment_id FROM restoration_technicianbooking
    WHERE is_binding
    UNION ALL
    SELECT 'bay', id, assignment_id FROM restoration_baybooking WHERE is_binding
) b
JOIN restoration_assignment a ON a.id = b.assignment_id
JOIN restoration_planrun r ON r.id = a.run_id
WHERE NOT r.is_in_force OR a.is_fixed;

-- bookings_mirror_assignments: A booking takes exactly the time of its assignment.
SELECT b.what, b.id AS booking, a.id AS assignment
FROM (
    SELECT 'technician' AS what, id, assignment_id, period FROM restoration_technicianbooking
    UNION ALL
    SELECT 'bay', id, assignment_id, period FROM restoration_baybooking
) b
JOIN restoration_assignment a ON a.id = b.assignment_id
WHERE b.period <> tstzrange(a.starts_at, a.ends_at);

-- nobody_twice: The plan in force books no technician twice at once.
SELECT a.id AS one, b.id AS other, a.technician_id
FROM restoration_technicianbooking a JOIN restoration_technicianbooking b
  ON a.technician_id = b.technician_id AND a.id < b.id
 AND a.is_binding AND b.is_binding AND a.period && b.period;

-- no_bay_twice: The plan in force books no bay twice at once.
SELECT a.id AS one, b.id AS other, a.bay_id
FROM restoration_baybooking a JOIN restoration_baybooking b
  ON a.bay_id = b.bay_id AND a.id < b.id
 AND a.is_binding AND b.is_binding AND a.period && b.period;

-- plan_keeps_order: In the plan in force no movable card begins before what it waits for.
SELECT x.id AS before, y.id AS after
FROM restoration_jobcardlink l
JOIN restoration_assignment x ON x.card_id = l.before_id
JOIN restoration_assignment y ON y.card_id = l.after_id AND y.run_id = x.run_id
JOIN restoration_planrun r ON r.id = x.run_id
WHERE r.is_in_force AND NOT y.is_fixed
  AND y.starts_at < x.ends_at + l.min_lag_minutes * interval '1 minute';

-- plan_says_what_it_changes: The plan in force lists what it changes, card by card, and as many as it says.
SELECT r.id, r.change_count, count(c.id)
FROM restoration_planrun r LEFT JOIN restoration_planchange c ON c.run_id = r.id
WHERE r.is_in_force GROUP BY r.id HAVING r.change_count <> count(c.id)
UNION ALL
SELECT y.run_id, y.card_id, 0
FROM restoration_planrun r
JOIN restoration_assignment y ON y.run_id = r.id
JOIN restoration_assignment x ON x.run_id = r.compared_with_id AND x.card_id = y.card_id
LEFT JOIN restoration_planchange c ON c.run_id = r.id AND c.card_id = y.card_id
WHERE r.is_in_force AND c.id IS NULL
  AND (x.starts_at, x.ends_at) <> (y.starts_at, y.ends_at);

-- pins_hold_something: A pin holds a time or people.
SELECT p.id, p.card_id
FROM restoration_pin p
WHERE p.starts_at IS NULL AND NOT EXISTS (
    SELECT FROM restoration_pin_technicians t WHERE t.pin_id = p.id);

-- pinned_stands_where_it_is_held: A pinned card of the plan in force is with those people who are held for it.
SELECT a.id, a.card_id, t.technician_id
FROM restoration_assignment a
JOIN restoration_planrun r ON r.id = a.run_id AND r.is_in_force
JOIN restoration_pin p ON p.card_id = a.card_id AND p.released_at IS NULL
 AND p.pinned_at < r.started_at
JOIN restoration_pin_technicians t ON t.pin_id = p.id
WHERE a.is_pinned AND NOT EXISTS (
    SELECT FROM restoration_technicianbooking b
    WHERE b.assignment_id = a.id AND b.technician_id = t.technician_id);

-- failed_plan_says_why: A run that failed says why.
SELECT id FROM restoration_planrun WHERE state = 'FAILED' AND error = '';

-- milestones_add_up: The milestones of a project are what was approved.
SELECT m.project_id, m.net, a.amount
FROM (SELECT project_id, sum(net) AS net FROM restoration_projectmilestone GROUP BY 1) m
JOIN (
    SELECT e.project_id, sum(a.amount_likely) AS amount
    FROM restoration_approval a JOIN restoration_estimate e ON e.id = a.estimate_id
    GROUP BY 1
) a USING (project_id)
WHERE m.net <> a.amount;

-- milestone_invoice_matches: An invoice of a milestone asks for its share, no more.
SELECT m.id, m.net, i.net AS invoiced
FROM restoration_projectmilestone m JOIN workshop_invoice i ON i.id = m.invoice_id
WHERE i.net <> m.net OR i.currency <> m.currency
   OR i.subject_key <> 'project:' || m.project_id;

-- handed_over_is_closed: What was handed over has nothing open and a sealed dossier.
SELECT p.id, p.number
FROM restoration_project p
WHERE p.state = 'HANDED_OVER' AND (
    EXISTS (SELECT FROM restoration_jobcard c WHERE c.project_id = p.id
            AND NOT c.is_after_hand_over AND c.state NOT IN ('DONE', 'CANCELLED'))
    OR EXISTS (SELECT FROM restoration_removedpart o WHERE o.project_id = p.id
               AND o.fate = 'OPEN')
    OR NOT EXISTS (SELECT FROM restoration_dossierentry d WHERE d.project_id = p.id
                   AND d.kind = 'SEAL'));

-- dossier_without_gaps: The lines of a dossier count from one.
SELECT project_id, count(*) AS lines, max(sequence) AS last
FROM restoration_dossierentry GROUP BY project_id
HAVING count(*) <> max(sequence);

-- promise_of_project: A promise of a project is of one that exists.
SELECT q.id, q.subject_key
FROM workshop_promise q
WHERE q.subject_key LIKE 'project:%' AND NOT EXISTS (
    SELECT FROM restoration_project p WHERE 'project:' || p.id = q.subject_key);

-- arbitration_names_its_claims: A decision on a scarce part ranks its claims from one without gaps, all for its part.
SELECT a.id, count(c.id), max(c.rank)
FROM restoration_arbitration a
LEFT JOIN restoration_arbitrationclaim c ON c.arbitration_id = a.id
LEFT JOIN parts_demand d ON d.id = c.demand_id
GROUP BY a.id, a.part_id, a.site_id
HAVING count(c.id) = 0 OR max(c.rank) <> count(c.id)
    OR bool_or(d.site_id <> a.site_id);

-- decided_claims_keep_their_turn: A decision orders its claims by the priorities it gives.
SELECT one.arbitration_id, one.rank, other.rank
FROM restoration_arbitrationclaim one
JOIN restoration_arbitrationclaim other
  ON other.arbitration_id = one.arbitration_id AND other.rank = one.rank + 1
JOIN restoration_arbitration a ON a.id = one.arbitration_id
WHERE a.kind = 'DECIDED' AND other.priority <= one.priority;

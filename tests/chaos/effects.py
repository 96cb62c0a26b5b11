"""What is asked of the database past all code of ours: what is there, and how often."""

OPEN_EVENTS = (
    "SELECT id FROM common_outboxevent"
    " WHERE state IN ('PENDING', 'PUBLISHED', 'RUNNING') LIMIT 1"
)
PROJECTS = "SELECT number FROM restoration_project"
DOUBLES = {
    "events given up": """
        SELECT task, state, last_error FROM common_outboxevent WHERE state <> 'DONE'""",
    "two approvals of one project's version": """
        SELECT estimate_id, count(*) FROM restoration_approval
        GROUP BY 1 HAVING count(*) > 1""",
    "cards are not the accepted operations": """
        SELECT e.id, count(l.id), count(c.id)
        FROM restoration_estimate e
        JOIN restoration_estimateline l ON l.estimate_id = e.id
             AND l.kind <> 'PART' AND l.decision = 'ACCEPTED'
        LEFT JOIN restoration_jobcard c ON c.estimate_line_id = l.id
        WHERE e.state = 'APPROVED' GROUP BY 1 HAVING count(l.id) <> count(c.id)""",
    "not one demand per part": """
        SELECT p.project_id, p.n, d.n
        FROM (SELECT c.project_id, count(*) AS n FROM restoration_jobcardpart r
              JOIN restoration_jobcard c ON c.id = r.card_id GROUP BY 1) p
        LEFT JOIN (SELECT subject_key, count(*) AS n FROM parts_demand
                   WHERE demand_key LIKE 'card-part:%' GROUP BY 1) d
             ON d.subject_key = 'project:' || p.project_id
        WHERE d.n IS DISTINCT FROM p.n""",
    "one command's movement twice": """
        SELECT command_id, level_id, kind, count(*) FROM parts_stockmovement
        GROUP BY 1, 2, 3 HAVING count(*) > 1""",
    "one command's posting twice": """
        SELECT command_id, count(*) FROM workshop_posting
        GROUP BY 1 HAVING count(*) > 1""",
    "drawn is not what the ledger says": """
        SELECT d.id, d.drawn, m.n FROM parts_demand d
        LEFT JOIN (SELECT subject_key, -sum(quantity) AS n FROM parts_stockmovement
                   WHERE kind IN ('ISSUE', 'RETURN') GROUP BY 1) m
             ON m.subject_key = d.demand_key
        WHERE d.subject_key LIKE 'project:%' AND d.drawn <> coalesce(m.n, 0)""",
    "one plan's promise twice": """
        SELECT subject_key, evidence -> 'plan_run', count(*) FROM workshop_promise
        GROUP BY 1, 2 HAVING count(*) > 1""",
    "one promise announced twice": """
        SELECT payload, count(*) FROM common_outboxevent
        WHERE task = 'restoration.mail_promise' GROUP BY 1 HAVING count(*) > 1""",
    "a run that never ended": """
        SELECT id, state FROM restoration_planrun WHERE state IN ('QUEUED', 'RUNNING')
        """,
}
# Of one finished story, whatever died on its way: each thing once.
OF_ONE_STORY = {
    "customers": (
        1,
        """
        SELECT count(*) FROM workshop_customer c
        JOIN workshop_user u ON u.id = c.user_id
        WHERE u.email = 'story-' || lower({frame}) || '@example.com'""",
    ),
    "cars": (
        1,
        "SELECT count(*) FROM restoration_vehicle WHERE frame_number = {frame}",
    ),
    "projects, whatever their state": (
        2,
        "SELECT count(*) FROM ({projects}) p",
    ),
    "projects handed over": (
        1,
        "SELECT count(*) FROM ({projects}) p WHERE state = 'HANDED_OVER'",
    ),
    "projects given up": (
        0,
        "SELECT count(*) FROM ({projects}) p WHERE state = 'CANCELLED'",
    ),
    "estimates": (
        2,
        """
        SELECT count(*) FROM restoration_estimate e
        JOIN ({projects}) p ON p.id = e.project_id""",
    ),
    "orders since it began": (
        1,
        """
        SELECT count(*) FROM parts_purchaseorder
        WHERE created_at >= (SELECT min(opened_at) FROM ({projects}) p)
          AND created_at <= (SELECT max(handed_over_at) FROM ({projects}) p)""",
    ),
    "moves of its order's date": (
        1,
        """
        SELECT count(*) FROM parts_duedatechange
        WHERE changed_at >= (SELECT min(opened_at) FROM ({projects}) p)
          AND changed_at <= (SELECT max(handed_over_at) FROM ({projects}) p)""",
    ),
    "cards clocked twice, for the break": (
        1,
        """
        SELECT count(*) FROM (
            SELECT t.card_id FROM restoration_timeentry t
            JOIN restoration_jobcard c ON c.id = t.card_id
            JOIN ({projects}) p ON p.id = c.project_id
            GROUP BY 1 HAVING count(*) > 1) twice""",
    ),
    "cards finished in the long job": (
        3,
        """
        SELECT count(*) FROM restoration_jobcardevent e
        JOIN restoration_jobcard c ON c.id = e.card_id
        JOIN ({projects}) p ON p.id = c.project_id
        WHERE e.command = 'finish' AND p.state <> 'HANDED_OVER'""",
    ),
    "originals": (
        1,
        """
        SELECT count(*) FROM restoration_removedpart r
        JOIN ({projects}) p ON p.id = r.project_id""",
    ),
    "pieces drawn twice": (
        0,
        """
        SELECT count(*) FROM (
            SELECT m.subject_key FROM parts_stockmovement m
            JOIN parts_demand d ON d.demand_key = m.subject_key
            JOIN ({projects}) p ON d.subject_key = 'project:' || p.id
            WHERE m.kind = 'ISSUE'
            GROUP BY 1, d.quantity HAVING -sum(m.quantity) > d.quantity) twice""",
    ),
    "invoices not paid exactly once": (
        0,
        """
        SELECT count(*) FROM workshop_invoice i
        JOIN ({projects}) p ON i.subject_key = 'project:' || p.id
        WHERE p.state = 'HANDED_OVER' AND
              (SELECT count(*) FROM workshop_payment WHERE invoice_id = i.id) <> 1""",
    ),
}
PROJECTS_OF_FRAME = """
    SELECT p.* FROM restoration_project p
    JOIN restoration_vehicle v ON v.id = p.vehicle_id WHERE v.frame_number = {frame}"""

-- postings_balance: A posting's entries add up to zero in each currency.
SELECT posting_id, currency, sum(amount) AS left_over
FROM workshop_accountentry
GROUP BY posting_id, currency HAVING sum(amount) <> 0;

-- postings_have_sides: A posting has at least two entries.
SELECT p.id, count(e.id) AS entries
FROM workshop_posting p LEFT JOIN workshop_accountentry e ON e.posting_id = p.id
GROUP BY p.id HAVING count(e.id) < 2;

-- entries_in_account_currency: An entry is in its account's currency.
SELECT e.id, e.currency, a.currency AS account_currency
FROM workshop_accountentry e JOIN workshop_account a ON a.id = e.account_id
WHERE e.currency <> a.currency;

-- invoices_add_up: An invoice's total is its net and its tax.
SELECT id, net, tax, total FROM workshop_invoice WHERE total <> net + tax;

-- invoices_posted: An issued or paid invoice stands on its customer's account in full.
SELECT i.id, i.number, i.total
FROM workshop_invoice i
WHERE i.state IN ('ISSUED', 'PAID') AND NOT EXISTS (
    SELECT 1 FROM workshop_accountentry e
    JOIN workshop_account a ON a.id = e.account_id
    WHERE e.posting_id = i.posting_id AND e.amount = i.total
      AND e.currency = i.currency
      AND a.kind = 'CUSTOMER' AND a.customer_id = i.customer_id);

-- payments_posted: A payment's posting takes its amount off its customer's account.
SELECT p.id, p.amount, p.currency
FROM workshop_payment p JOIN workshop_invoice i ON i.id = p.invoice_id
WHERE p.currency <> i.currency OR NOT EXISTS (
    SELECT 1 FROM workshop_accountentry e
    JOIN workshop_account a ON a.id = e.account_id
    WHERE e.posting_id = p.posting_id AND e.amount = -p.amount
      AND a.kind = 'CUSTOMER' AND a.customer_id = i.customer_id);

-- invoices_paid: An invoice is paid if and only if its payments make up its total.
SELECT i.id, i.number, i.state, i.total, coalesce(sum(p.amount), 0) AS paid
FROM workshop_invoice i LEFT JOIN workshop_payment p ON p.invoice_id = i.id
WHERE i.state IN ('ISSUED', 'PAID')
GROUP BY i.id
HAVING (i.state = 'PAID') <> (coalesce(sum(p.amount), 0) = i.total)
    OR coalesce(sum(p.amount), 0) > i.total;

-- payments_on_issued: Nobody has paid on a draft or a void invoice.
SELECT i.id, i.number, i.state
FROM workshop_invoice i JOIN workshop_payment p ON p.invoice_id = i.id
WHERE i.state IN ('DRAFT', 'VOID');

-- deposits_held: No more of a deposit is applied than is held.
SELECT a.id, a.subject_key, sum(e.amount) AS balance
FROM workshop_account a JOIN workshop_accountentry e ON e.account_id = a.id
WHERE a.kind = 'DEPOSITS'
GROUP BY a.id HAVING sum(e.amount) > 0;

-- promises_without_gaps: A subject's promises are numbered from one without a gap.
SELECT subject_key, count(*) AS promises, max(sequence) AS last
FROM workshop_promise
GROUP BY subject_key HAVING count(*) <> max(sequence);

-- promises_moved: A promise says how far it moved from the one before.
SELECT id, subject_key, sequence, moved_days FROM (
    SELECT id, subject_key, sequence, moved_days, promised_on
        - lag(promised_on) OVER (PARTITION BY subject_key ORDER BY sequence) AS moved
    FROM workshop_promise) p
WHERE moved_days <> coalesce(moved, 0);

-- promises_first: The first promise of a subject, and no other, has the cause FIRST.
SELECT id, subject_key, sequence, cause
FROM workshop_promise WHERE (sequence = 1) <> (cause = 'FIRST');

-- roles_granted: A person's role is the one granted last.
SELECT u.id, u.role, g.role AS granted
FROM workshop_user u JOIN LATERAL (
    SELECT role FROM workshop_rolegrant r
    WHERE r.user_id = u.id ORDER BY granted_at DESC, id DESC LIMIT 1) g ON true
WHERE u.role <> g.role;

-- customers_are_customers: Who signs in for a customer has the role of one.
SELECT c.id, u.role
FROM workshop_customer c JOIN workshop_user u ON u.id = c.user_id
WHERE u.role <> 'CUSTOMER';

-- technicians_work_here: Who signs in for a technician works here.
SELECT t.id, u.role
FROM workshop_technician t JOIN workshop_user u ON u.id = t.user_id
WHERE u.role = 'CUSTOMER';

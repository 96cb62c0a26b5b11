from django.db import migrations

from common.database import append_only

BALANCE = """
CREATE FUNCTION workshop_posting_balances() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    off record;
BEGIN
    SELECT e.currency, sum(e.amount) AS rest INTO off
    FROM workshop_accountentry e
    WHERE e.posting_id = NEW.posting_id
    GROUP BY e.currency HAVING sum(e.amount) <> 0
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'posting % does not balance: % % left over',
            NEW.posting_id, off.rest, off.currency
            USING ERRCODE = 'check_violation',
                  CONSTRAINT = 'workshop_posting_balances';
    END IF;
    PERFORM 1 FROM workshop_account a
    WHERE a.id = NEW.account_id AND a.currency = NEW.currency;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'entry of posting % is not in its account''s currency',
            NEW.posting_id
            USING ERRCODE = 'check_violation',
                  CONSTRAINT = 'workshop_entry_in_account_currency';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER workshop_posting_balances
    AFTER INSERT ON workshop_accountentry
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION workshop_posting_balances();
"""

UNBALANCE = """
DROP TRIGGER workshop_posting_balances ON workshop_accountentry;
DROP FUNCTION workshop_posting_balances();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("common", "0001_refuse_change"),
        ("workshop", "0001_initial"),
    ]

    operations = [
        append_only("workshop_rolegrant"),
        append_only("workshop_posting"),
        append_only("workshop_accountentry"),
        append_only("workshop_promise"),
        migrations.RunSQL(BALANCE, UNBALANCE),
        migrations.RunSQL(
            "CREATE SEQUENCE workshop_invoice_number",
            "DROP SEQUENCE workshop_invoice_number",
        ),
    ]

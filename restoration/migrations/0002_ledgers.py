from django.db import migrations

from common.database import append_only

SEAL = """
CREATE FUNCTION restoration_estimate_is_sealed() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    line restoration_estimateline;
    estimate_state text;
BEGIN
    IF TG_OP = 'DELETE' THEN line := OLD; ELSE line := NEW; END IF;
    SELECT state INTO estimate_state FROM restoration_estimate
    WHERE id = line.estimate_id;
    IF estimate_state = 'DRAFT' OR estimate_state IS NULL THEN
        RETURN line;
    END IF;
    -- Once sent, a line only takes its decision, and only while the page is open.
    IF TG_OP = 'UPDATE' AND estimate_state = 'SENT' THEN
        OLD.decision := NEW.decision;
        OLD.decided_at := NEW.decided_at;
        IF OLD IS NOT DISTINCT FROM NEW THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '% refused: estimate % was sent and is sealed',
        TG_OP, line.estimate_id
        USING ERRCODE = 'restrict_violation',
              CONSTRAINT = 'restoration_estimate_is_sealed';
END
$$;
CREATE TRIGGER restoration_estimate_is_sealed
    BEFORE INSERT OR UPDATE OR DELETE ON restoration_estimateline
    FOR EACH ROW EXECUTE FUNCTION restoration_estimate_is_sealed();
"""

UNSEAL = """
DROP TRIGGER restoration_estimate_is_sealed ON restoration_estimateline;
DROP FUNCTION restoration_estimate_is_sealed();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("common", "0001_refuse_change"),
        ("restoration", "0001_initial"),
    ]

    operations = [
        append_only("restoration_projectevent"),
        append_only("restoration_approval"),
        append_only("restoration_jobcardevent"),
        append_only("restoration_measurement"),
        append_only("restoration_dossierentry"),
        migrations.RunSQL(SEAL, UNSEAL),
        migrations.RunSQL(
            "CREATE SEQUENCE restoration_project_number;"
            "CREATE SEQUENCE restoration_removedpart_tag;",
            "DROP SEQUENCE restoration_project_number;"
            "DROP SEQUENCE restoration_removedpart_tag;",
        ),
    ]

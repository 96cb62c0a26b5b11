from django.db import migrations

# The same pieces as before, without a regular expression per letter: the index asks
# for them with every part that is written.
QUICK = """
CREATE OR REPLACE FUNCTION parts_grams(folded text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    letters text[] := string_to_array(
        regexp_replace(folded, '[[:space:]]', ' ', 'g'), NULL
    );
    one text;
    two text;
    three text;
    grams text[] := '{}';
BEGIN
    FOR i IN 1 .. coalesce(array_length(letters, 1), 0) - 1 LOOP
        one := letters[i];
        two := letters[i + 1];
        CONTINUE WHEN one = ' ' OR two = ' ';
        IF ascii(one) NOT BETWEEN 32 AND 126 OR ascii(two) NOT BETWEEN 32 AND 126 THEN
            grams := grams || (one || two);
        ELSE
            three := letters[i + 2];
            CONTINUE WHEN three IS NULL OR three = ' ';
            grams := grams || (one || two || three);
        END IF;
    END LOOP;
    RETURN grams;
END $$;
"""
BEFORE = """
CREATE OR REPLACE FUNCTION parts_grams(folded text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN (
    SELECT coalesce(array_agg(DISTINCT gram), '{}')
    FROM (
        SELECT CASE
            WHEN substr(folded, i, 2) ~ '[^ -~]' THEN substr(folded, i, 2)
            ELSE substr(folded, i, 3)
        END AS gram
        FROM generate_series(1, greatest(length(folded) - 1, 0)) AS i
    ) AS pieces
    WHERE gram !~ '[[:space:]]' AND (length(gram) = 3 OR gram ~ '[^ -~]')
);
"""


class Migration(migrations.Migration):
    dependencies = [("parts", "0007_arrivals")]

    operations = [migrations.RunSQL(QUICK, BEFORE)]

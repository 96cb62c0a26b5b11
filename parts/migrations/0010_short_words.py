from django.db import migrations, models

# Besides the pieces of before, what shorter words are found by: each letter that is not
# ASCII and, after a space, the two that begin a word ("N1"). The price keeps the planner
# from working pieces out row by row.
GRAMS = """
DROP INDEX parts_part_searched;

CREATE OR REPLACE FUNCTION parts_grams(folded text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 2000 AS $$
DECLARE
    letters text[] := string_to_array(folded, NULL);
    grams text[] := '{}';
    before int := 32;
    one text := letters[1];
    two text := letters[2];
    three text;
BEGIN
    FOR i IN 1 .. coalesce(cardinality(letters), 0) LOOP
        three := letters[i + 2];
        IF ascii(one) > 126 THEN
            grams := grams || one;
        END IF;
        IF ascii(one) > 32 AND ascii(two) > 32 THEN
            IF ascii(one) > 126 OR ascii(two) > 126 THEN
                grams := grams || (one || two);
            ELSE
                IF ascii(three) > 32 THEN
                    grams := grams || (one || two || three);
                END IF;
                IF before NOT BETWEEN 48 AND 126 THEN
                    grams := grams || (' ' || one || two);
                END IF;
            END IF;
        END IF;
        before := ascii(one);
        one := two;
        two := three;
    END LOOP;
    RETURN grams;
END $$;

CREATE INDEX parts_part_searched ON parts_part USING gin (parts_grams(search_text));
"""

AS_BEFORE = """
DROP INDEX parts_part_searched;

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

CREATE INDEX parts_part_searched ON parts_part USING gin (parts_grams(search_text));
"""


class Migration(migrations.Migration):
    dependencies = [("parts", "0009_quotes_and_parcels")]

    operations = [
        migrations.RunSQL(GRAMS, AS_BEFORE),
        migrations.AddField(
            "supersession",
            "condition_ja",
            models.CharField(
                blank=True, max_length=200, verbose_name="only when, in Japanese"
            ),
        ),
    ]

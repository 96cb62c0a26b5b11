from django.db import migrations

from common.database import append_only

LEDGERS = [
    "lifechange",
    "observation",
    "partsorderevent",
    "unitmove",
    "landedcost",
    "landedshare",
    "replacement",
    "chase",
]

# Hiragana is read as katakana, full width as half width, capitals as small letters.
SEARCH = """
CREATE FUNCTION parts_fold(given text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    translate(
        lower(normalize(given, NFKC)),
        'ぁあぃいぅうぇえぉおかがきぎくぐけげこごさざしじすずせぜそぞただちぢっつづてでとど'
        'なにぬねのはばぱひびぴふぶぷへべぺほぼぽまみむめもゃやゅゆょよらりるれろゎわゐゑをんゔ',
        'ァアィイゥウェエォオカガキギクグケゲコゴサザシジスズセゼソゾタダチヂッツヅテデトド'
        'ナニヌネノハバパヒビピフブプヘベペホボポマミムメモャヤュユョヨラリルレロヮワヰヱヲンヴ'
    );

-- Three letters in a row, or two where one of them is not ASCII: enough for an index
-- that finds any piece of a number or a name.
CREATE FUNCTION parts_grams(folded text) RETURNS text[]
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

CREATE FUNCTION parts_text_of(part parts_part) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT parts_fold(concat_ws(
        E'\n', part.code, part.name_en, part.name_ja, part.name_kana,
        (SELECT string_agg(as_printed || E'\n' || normalised, E'\n' ORDER BY id)
         FROM parts_partnumber WHERE part_id = part.id)
    ))
$$;

CREATE FUNCTION parts_part_is_searched() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.search_text = parts_text_of(NEW);
    RETURN NEW;
END $$;

CREATE TRIGGER parts_part_search BEFORE INSERT
    OR UPDATE OF code, name_en, name_ja, name_kana ON parts_part
    FOR EACH ROW EXECUTE FUNCTION parts_part_is_searched();

CREATE FUNCTION parts_number_is_searched() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE parts_part p SET search_text = parts_text_of(p)
    WHERE p.id IN (
        CASE WHEN TG_OP <> 'DELETE' THEN NEW.part_id END,
        CASE WHEN TG_OP <> 'INSERT' THEN OLD.part_id END
    );
    RETURN NULL;
END $$;

CREATE TRIGGER parts_number_search AFTER INSERT OR UPDATE OR DELETE ON parts_partnumber
    FOR EACH ROW EXECUTE FUNCTION parts_number_is_searched();

UPDATE parts_part p SET search_text = parts_text_of(p);

-- Serves the search box: any piece of three letters or two Japanese ones.
CREATE INDEX parts_part_searched ON parts_part USING gin (parts_grams(search_text));
"""

NO_SEARCH = """
DROP INDEX parts_part_searched;
DROP TRIGGER parts_number_search ON parts_partnumber;
DROP FUNCTION parts_number_is_searched;
DROP TRIGGER parts_part_search ON parts_part;
DROP FUNCTION parts_part_is_searched;
DROP FUNCTION parts_text_of;
DROP FUNCTION parts_grams;
DROP FUNCTION parts_fold;
"""

# Pieces, sets and pairs are whole; only what is poured, cut or weighed has fractions.
WHOLE = """
CREATE FUNCTION parts_refuse_fraction() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    counted_in text;
BEGIN
    IF NEW.quantity = trunc(NEW.quantity) THEN
        RETURN NEW;
    END IF;
    IF TG_TABLE_NAME = 'parts_stockmovement' THEN
        SELECT p.unit INTO counted_in FROM parts_stocklevel l
        JOIN parts_part p ON p.id = l.part_id WHERE l.id = NEW.level_id;
    ELSE
        SELECT unit INTO counted_in FROM parts_part WHERE id = NEW.part_id;
    END IF;
    IF counted_in IN ('EACH', 'SET', 'PAIR') THEN
        RAISE EXCEPTION '% of % is not a whole number', NEW.quantity, counted_in
            USING ERRCODE = 'check_violation', CONSTRAINT = 'parts_whole_pieces';
    END IF;
    RETURN NEW;
END $$;
"""
COUNTED = ["stockmovement", "demand", "purchaseorderline", "partsorderline", "rfqline"]

# What a customer left with the house goes back to them or into their car.
OWNED = """
CREATE FUNCTION parts_refuse_sale_of_owned() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM parts_stocklevel WHERE id = NEW.level_id AND owner_id IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'position % belongs to a customer', NEW.level_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'parts_owned_is_not_sold';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER parts_movement_owned BEFORE INSERT ON parts_stockmovement
    FOR EACH ROW WHEN (NEW.kind = 'SHIP')
    EXECUTE FUNCTION parts_refuse_sale_of_owned();
CREATE TRIGGER parts_shipmentline_owned BEFORE INSERT OR UPDATE ON parts_shipmentline
    FOR EACH ROW EXECUTE FUNCTION parts_refuse_sale_of_owned();
"""

NOT_OWNED = """
DROP TRIGGER parts_shipmentline_owned ON parts_shipmentline;
DROP TRIGGER parts_movement_owned ON parts_stockmovement;
DROP FUNCTION parts_refuse_sale_of_owned;
"""


NO_CIRCLE = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Two rows that would close a circle together wait for each other.
    PERFORM pg_advisory_xact_lock('{table}'::regclass::oid::bigint);
    IF EXISTS (
        WITH RECURSIVE steps (at) AS (
            SELECT {end} FROM {table} WHERE id = NEW.id AND {where}
            UNION
            SELECT t.{end} FROM steps s JOIN {table} t ON t.{start} = s.at
            WHERE {where}
        )
        SELECT FROM steps WHERE at = NEW.{start}
    ) THEN
        RAISE EXCEPTION '{table} % closes a circle', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = '{name}';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER {name} AFTER INSERT OR UPDATE ON {table}
    FOR EACH ROW EXECUTE FUNCTION {name}();
"""


def no_circle(table: str, start: str, end: str, where: str) -> migrations.RunSQL:
    """Refuse a row that closes a circle of ``start`` → ``end`` in its table."""
    name = f"{table}_no_circle"
    return migrations.RunSQL(
        NO_CIRCLE.format(name=name, table=table, start=start, end=end, where=where),
        f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name};",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("common", "0001_refuse_change"),
        ("parts", "0004_genuine_parts"),
    ]

    operations = [
        *[append_only(f"parts_{name}") for name in LEDGERS],
        migrations.RunSQL(SEARCH, NO_SEARCH),
        migrations.RunSQL(WHOLE, "DROP FUNCTION parts_refuse_fraction"),
        *[
            migrations.RunSQL(
                f"CREATE TRIGGER parts_{name}_whole BEFORE INSERT OR UPDATE OF quantity"
                f" ON parts_{name} FOR EACH ROW"
                " EXECUTE FUNCTION parts_refuse_fraction()",
                f"DROP TRIGGER parts_{name}_whole ON parts_{name}",
            )
            for name in COUNTED
        ],
        migrations.RunSQL(OWNED, NOT_OWNED),
        no_circle("parts_supersession", "old_id", "new_id", "kind = 'ONE_WAY'"),
        no_circle("parts_kitline", "kit_id", "component_id", "true"),
        no_circle("parts_bin", "id", "parent_id", "parent_id IS NOT NULL"),
    ]

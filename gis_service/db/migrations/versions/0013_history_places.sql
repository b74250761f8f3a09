-- Past rows by where they lie; what a version held elsewhere is not read for a tile of it. Does nothing where they are.
CREATE FUNCTION gis.place_history(of_layer text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM pg_index AS held
        JOIN pg_class AS named ON named.oid = held.indexrelid
        JOIN pg_am AS kind ON kind.oid = named.relam AND kind.amname = 'gist'
        WHERE held.indrelid = format('history.%I', of_layer)::regclass AND held.indpred IS NULL
    ) THEN
        EXECUTE format('CREATE INDEX ON history.%I USING gist (geom)', of_layer);
    END IF;
END
$$;

-- Make the empty history of a layer's table and write down what the table holds, as its first version that is kept.
-- A table that had versions before gets one even when it is empty: what comes next has a state to go back to.
CREATE OR REPLACE FUNCTION gis.begin_history(of_layer text, by_author text DEFAULT NULL, why text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    obliged text;
    names text;
    of_version bigint;
    any_row boolean;
BEGIN
    EXECUTE format('CREATE TABLE history.%1$I (LIKE layer.%1$I, version_from bigint NOT NULL, version_to bigint)', of_layer);
    -- The past may lack what the table demands of today, and be of another kind.
    SELECT string_agg(format('ALTER COLUMN %I DROP NOT NULL', attname), ', ') INTO obliged
    FROM pg_attribute
    WHERE attrelid = format('history.%I', of_layer)::regclass AND attnum > 0 AND attnotnull
        AND attname NOT IN ('fid', 'version_from');
    IF obliged IS NOT NULL THEN
        EXECUTE format('ALTER TABLE history.%I %s', of_layer, obliged);
    END IF;
    EXECUTE format('ALTER TABLE history.%I ALTER COLUMN geom TYPE geometry', of_layer);
    EXECUTE format('ALTER TABLE history.%I ADD PRIMARY KEY (fid, version_from)', of_layer);
    EXECUTE format('CREATE INDEX ON history.%I (version_from)', of_layer);
    EXECUTE format('CREATE INDEX ON history.%I (version_to) WHERE version_to IS NOT NULL', of_layer);
    -- Whatever an earlier history held is gone.
    PERFORM set_config('gis.history_writes', 'on', true);
    UPDATE gis.version SET kept = false WHERE layer = of_layer AND kept;
    PERFORM set_config('gis.history_writes', 'off', true);
    EXECUTE format('SELECT EXISTS (SELECT FROM layer.%I)', of_layer) INTO any_row;
    IF any_row OR EXISTS (SELECT FROM gis.version WHERE layer = of_layer) THEN
        of_version := gis.version_of_write(of_layer, by_author, why);
        names := gis.history_names(of_layer);
        PERFORM set_config('gis.history_writes', 'on', true);
        UPDATE gis.version SET kept = true WHERE id = of_version;
        EXECUTE format('INSERT INTO history.%1$I (%2$s, version_from) SELECT %2$s, $1 FROM layer.%1$I', of_layer, names)
            USING of_version;
        PERFORM set_config('gis.history_writes', 'off', true);
        INSERT INTO gis.dirty (layer, version) VALUES (of_layer, of_version);
    END IF;
    PERFORM gis.place_history(of_layer);
    PERFORM gis.history_is_level(of_layer);
    PERFORM gis.guard_history(of_layer);
END
$$;

DO $$
DECLARE
    of_layer text;
BEGIN
    FOR of_layer IN SELECT relname FROM pg_class WHERE relnamespace = 'history'::regnamespace AND relkind = 'r' LOOP
        PERFORM gis.place_history(of_layer);
    END LOOP;
END
$$;

SELECT gis.close_rights();

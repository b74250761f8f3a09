-- Row history of the tables in schema layer: versions, triggers, dirty cells.
--
-- history.<id> holds every state of every row, the current ones too: a row of it is valid from the version that
-- wrote it until the version that changed or removed it. The triggers run with the rights of the owner, so that
-- whoever may edit a layer can neither avoid nor write its history.

-- Which transaction made a version; its begin beside its number, because numbers begin anew in a restored cluster.
ALTER TABLE gis.version
    ADD COLUMN xact bigint,
    ADD COLUMN begun_at timestamptz,
    ADD COLUMN kept boolean NOT NULL DEFAULT false;

-- Cells of zoom 14 that a version touched; x and y are null where it may have touched any.
CREATE TABLE gis.dirty (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT dirty_pkey PRIMARY KEY,
    layer text NOT NULL,
    version bigint NOT NULL,
    x integer,
    y integer
);
CREATE INDEX dirty_layer_version_idx ON gis.dirty (layer, version) INCLUDE (x, y);

-- The cells that the box of a geometry meets; a box over more than 4,096 of them counts as everywhere.
CREATE FUNCTION gis.cells_of(geom geometry) RETURNS TABLE (x integer, y integer)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    WITH sides AS (
        SELECT
            floor((ST_XMin(geom) + 180) / 360 * 16384) AS west,
            floor((ST_XMax(geom) + 180) / 360 * 16384) AS east,
            floor((1 - asinh(tan(radians(least(greatest(ST_YMax(geom), -85.05), 85.05)))) / pi()) / 2 * 16384) AS north,
            floor((1 - asinh(tan(radians(least(greatest(ST_YMin(geom), -85.05), 85.05)))) / pi()) / 2 * 16384) AS south
        WHERE NOT ST_IsEmpty(geom)
    ),
    box AS (
        SELECT
            least(greatest(west, 0), 16383)::integer AS west, least(greatest(east, 0), 16383)::integer AS east,
            least(greatest(north, 0), 16383)::integer AS north, least(greatest(south, 0), 16383)::integer AS south
        FROM sides
    )
    SELECT across, down
    FROM box, generate_series(box.west, box.east) AS across, generate_series(box.north, box.south) AS down
    WHERE (box.east - box.west + 1)::bigint * (box.south - box.north + 1) <= 4096
    UNION ALL
    SELECT NULL, NULL FROM box WHERE (box.east - box.west + 1)::bigint * (box.south - box.north + 1) > 4096
$$;

-- One writer at a time per layer, until the transaction ends: so the order of versions is the order of commits.
CREATE FUNCTION gis.lock_layer(of_layer text) RETURNS void
LANGUAGE sql
AS $$ SELECT pg_advisory_xact_lock(hashtext('gis.layer'), hashtext(of_layer)) $$;

-- The version that this transaction has made of a layer; null when it has made none.
CREATE FUNCTION gis.own_version(of_layer text) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT newest.id
    FROM (SELECT id, xact, begun_at FROM gis.version WHERE layer = of_layer ORDER BY id DESC LIMIT 1) AS newest
    WHERE newest.xact = pg_current_xact_id_if_assigned()::text::bigint AND newest.begun_at = transaction_timestamp()
$$;

-- The version that this transaction makes of a layer, made at its first write. Whoever says nothing else is the
-- author by the name of the session.
CREATE FUNCTION gis.version_of_write(of_layer text, by_author text DEFAULT NULL, why text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    made bigint;
BEGIN
    PERFORM gis.lock_layer(of_layer);
    made := gis.own_version(of_layer);
    IF made IS NULL THEN
        INSERT INTO gis.version (layer, author, message, committed_at, xact, begun_at, kept)
        VALUES (of_layer, coalesce(by_author, session_user), coalesce(why, ''), clock_timestamp(),
                pg_current_xact_id()::text::bigint, transaction_timestamp(), to_regclass(format('history.%I', of_layer)) IS NOT NULL)
        RETURNING id INTO made;
    ELSIF by_author IS NOT NULL THEN
        UPDATE gis.version SET author = by_author, message = coalesce(why, message) WHERE id = made;
    END IF;
    RETURN made;
END
$$;

-- The time of a version is that of its commit, and never before that of the version before it.
CREATE FUNCTION gis.version_commit() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE gis.version AS made
    SET committed_at = greatest(clock_timestamp(), (
        SELECT earlier.committed_at + interval '1 microsecond'
        FROM gis.version AS earlier
        WHERE earlier.layer = NEW.layer AND earlier.id < NEW.id
        ORDER BY earlier.id DESC LIMIT 1))
    WHERE made.id = NEW.id;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER version_commit AFTER INSERT ON gis.version
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.xact IS NOT NULL) EXECUTE FUNCTION gis.version_commit();

-- Names of the columns of a layer's table; the history gets those that it lacks.
CREATE FUNCTION gis.history_columns(of_layer text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    names text;
    lacking text;
BEGIN
    SELECT
        string_agg(quote_ident(current.attname), ', ' ORDER BY current.attnum),
        string_agg(format('ADD COLUMN %I %s', current.attname, format_type(current.atttypid, current.atttypmod)), ', ')
            FILTER (WHERE past.attname IS NULL)
    INTO names, lacking
    FROM pg_attribute AS current
    LEFT JOIN pg_attribute AS past
        ON past.attrelid = format('history.%I', of_layer)::regclass AND past.attname = current.attname
        AND NOT past.attisdropped
    WHERE current.attrelid = format('layer.%I', of_layer)::regclass AND current.attnum > 0 AND NOT current.attisdropped;
    IF lacking IS NOT NULL THEN
        EXECUTE format('ALTER TABLE history.%I %s', of_layer, lacking);
    END IF;
    RETURN names;
END
$$;

-- Before any write: wait for the others.
CREATE FUNCTION gis.history_lock() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM gis.lock_layer(TG_TABLE_NAME);
    RETURN NULL;
END
$$;

-- The table never gives a number twice, whatever numbers its writers have given by themselves.
CREATE FUNCTION gis.history_number(of_layer text, highest bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    numbers text := pg_get_serial_sequence(format('layer.%I', of_layer), 'fid');
BEGIN
    IF numbers IS NOT NULL AND highest IS NOT NULL THEN
        EXECUTE format(
            'SELECT setval(%L, $1) FROM %s WHERE last_value < $1 OR (last_value = $1 AND NOT is_called)',
            numbers, numbers) USING highest;
    END IF;
END
$$;

-- After any write: end the states of rows that are no more, begin those that are new, and note the cells.
CREATE FUNCTION gis.history_write() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    begun boolean := gis.own_version(TG_TABLE_NAME) IS NOT NULL;
    of_version bigint;
    highest bigint;
    names text;
BEGIN
    -- A statement that met no row makes no version.
    IF TG_OP = 'INSERT' THEN
        PERFORM FROM gis_new LIMIT 1;
    ELSE
        PERFORM FROM gis_old LIMIT 1;
    END IF;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    of_version := gis.version_of_write(TG_TABLE_NAME);
    IF TG_OP <> 'INSERT' THEN
        IF begun THEN
            -- What this same transaction had written was never a state of its own.
            EXECUTE format('DELETE FROM history.%I AS h USING gis_old AS o WHERE h.fid = o.fid AND h.version_from = $1',
                TG_TABLE_NAME) USING of_version;
        END IF;
        EXECUTE format('UPDATE history.%I AS h SET version_to = $1 FROM gis_old AS o'
            ' WHERE h.fid = o.fid AND h.version_to IS NULL', TG_TABLE_NAME) USING of_version;
        INSERT INTO gis.dirty (layer, version, x, y)
        SELECT DISTINCT TG_TABLE_NAME, of_version, c.x, c.y FROM gis_old AS o, gis.cells_of(o.geom) AS c;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        names := gis.history_columns(TG_TABLE_NAME);
        EXECUTE format('INSERT INTO history.%I (%s, version_from) SELECT %s, $1 FROM gis_new', TG_TABLE_NAME, names, names)
            USING of_version;
        INSERT INTO gis.dirty (layer, version, x, y)
        SELECT DISTINCT TG_TABLE_NAME, of_version, c.x, c.y FROM gis_new AS n, gis.cells_of(n.geom) AS c;
        SELECT max(n.fid) INTO highest FROM gis_new AS n;
        PERFORM gis.history_number(TG_TABLE_NAME, highest);
    END IF;
    RETURN NULL;
END
$$;

-- After the table was emptied as a whole, which tells no rows; the numbers may have been asked to begin anew.
CREATE FUNCTION gis.history_truncate() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    any_row boolean;
    highest bigint;
    of_version bigint;
BEGIN
    EXECUTE format('SELECT EXISTS (SELECT FROM history.%I WHERE version_to IS NULL)', TG_TABLE_NAME) INTO any_row;
    EXECUTE format('SELECT max(fid) FROM history.%I', TG_TABLE_NAME) INTO highest;
    PERFORM gis.history_number(TG_TABLE_NAME, highest);
    IF any_row THEN
        of_version := gis.version_of_write(TG_TABLE_NAME);
        EXECUTE format('DELETE FROM history.%I WHERE version_from = $1', TG_TABLE_NAME) USING of_version;
        EXECUTE format('UPDATE history.%I SET version_to = $1 WHERE version_to IS NULL', TG_TABLE_NAME) USING of_version;
        INSERT INTO gis.dirty (layer, version) VALUES (TG_TABLE_NAME, of_version);
    END IF;
    RETURN NULL;
END
$$;

-- Put a layer's table under history. The rows that it holds become its first version that is kept.
CREATE FUNCTION gis.keep_history(of_layer text, by_author text DEFAULT NULL, why text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    event text;
    names text;
    of_version bigint;
    any_row boolean;
BEGIN
    PERFORM gis.lock_layer(of_layer);
    IF to_regclass(format('history.%I', of_layer)) IS NULL THEN
        EXECUTE format('CREATE TABLE history.%1$I (LIKE layer.%1$I, version_from bigint NOT NULL, version_to bigint)', of_layer);
        EXECUTE format('ALTER TABLE history.%I ALTER COLUMN geom TYPE geometry(Geometry, 4326)', of_layer);
        EXECUTE format('ALTER TABLE history.%I ADD PRIMARY KEY (fid, version_from)', of_layer);
        EXECUTE format('CREATE INDEX ON history.%I (version_from)', of_layer);
        EXECUTE format('CREATE INDEX ON history.%I (version_to) WHERE version_to IS NOT NULL', of_layer);
        EXECUTE format('SELECT EXISTS (SELECT FROM layer.%I)', of_layer) INTO any_row;
        IF any_row THEN
            of_version := gis.version_of_write(of_layer, by_author, why);
            names := gis.history_columns(of_layer);
            EXECUTE format('INSERT INTO history.%1$I (%2$s, version_from) SELECT %2$s, $1 FROM layer.%1$I', of_layer, names)
                USING of_version;
            INSERT INTO gis.dirty (layer, version) VALUES (of_layer, of_version);
        END IF;
    END IF;
    EXECUTE format('CREATE OR REPLACE TRIGGER gis_history_lock BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON layer.%I'
        ' FOR EACH STATEMENT EXECUTE FUNCTION gis.history_lock()', of_layer);
    EXECUTE format('CREATE OR REPLACE TRIGGER gis_history_insert AFTER INSERT ON layer.%I REFERENCING NEW TABLE AS gis_new'
        ' FOR EACH STATEMENT EXECUTE FUNCTION gis.history_write()', of_layer);
    EXECUTE format('CREATE OR REPLACE TRIGGER gis_history_update AFTER UPDATE ON layer.%I REFERENCING OLD TABLE AS gis_old'
        ' NEW TABLE AS gis_new FOR EACH STATEMENT EXECUTE FUNCTION gis.history_write()', of_layer);
    EXECUTE format('CREATE OR REPLACE TRIGGER gis_history_delete AFTER DELETE ON layer.%I REFERENCING OLD TABLE AS gis_old'
        ' FOR EACH STATEMENT EXECUTE FUNCTION gis.history_write()', of_layer);
    EXECUTE format('CREATE OR REPLACE TRIGGER gis_history_truncate AFTER TRUNCATE ON layer.%I'
        ' FOR EACH STATEMENT EXECUTE FUNCTION gis.history_truncate()', of_layer);
    -- Also for those who replay what others wrote.
    FOREACH event IN ARRAY ARRAY['lock', 'insert', 'update', 'delete', 'truncate'] LOOP
        EXECUTE format('ALTER TABLE layer.%I ENABLE ALWAYS TRIGGER %I', of_layer, 'gis_history_' || event);
    END LOOP;
END
$$;

-- The tables that are there already.
DO $$
DECLARE
    name text;
    newest record;
BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'layer' ORDER BY tablename LOOP
        -- Its newest version once more, now with its rows; who wrote it has not changed.
        SELECT author, message INTO newest FROM gis.version WHERE layer = name ORDER BY id DESC LIMIT 1;
        PERFORM gis.keep_history(name, newest.author, newest.message);
    END LOOP;
END
$$;

-- Row history of the tables in schema layer: versions, triggers, dirty cells.
--
-- history.<id> holds every state of every row, the current ones too: a row of it is valid from the version that
-- wrote it until the version that changed or removed it. The triggers run with the rights of the owner, so that
-- whoever may edit a layer can neither avoid nor write its history. The functions that do write it say so by the
-- setting gis.history_writes, which they end again: without it the tables of the past let nobody write, their owner
-- no more than others.

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

-- Which table a history is level with: another one may have got its name since.
CREATE TABLE gis.history_of (
    layer text CONSTRAINT history_of_pkey PRIMARY KEY,
    table_oid bigint NOT NULL
);

-- Column and row of the cell of zoom 14 that holds a longitude and a latitude; beyond the grid the nearest one.
CREATE FUNCTION gis.cell_x(longitude double precision) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN least(greatest(floor((longitude + 180) / 360 * 16384), 0), 16383)::bigint;
CREATE FUNCTION gis.cell_y(latitude double precision) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN least(greatest(
    floor((1 - asinh(tan(radians(least(greatest(latitude, -85.05), 85.05)))) / pi()) / 2 * 16384), 0), 16383)::bigint;

-- The range of cells that a box meets, as one number, so that the many boxes of a bulk load, which meet few cells,
-- are told apart quickly: 14 bits each for west, east, north and south.
CREATE FUNCTION gis.cell_range(box box3d) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (gis.cell_x(ST_XMin(box)) << 42) | (gis.cell_x(ST_XMax(box)) << 28)
    | (gis.cell_y(ST_YMax(box)) << 14) | gis.cell_y(ST_YMin(box));

-- The cells of a range; one of more than 4,096 counts as everywhere.
CREATE FUNCTION gis.cells_in(cells bigint) RETURNS TABLE (x integer, y integer)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    WITH box AS (
        SELECT (cells >> 42)::integer AS west, ((cells >> 28) & 16383)::integer AS east,
            ((cells >> 14) & 16383)::integer AS north, (cells & 16383)::integer AS south
    )
    SELECT across, down
    FROM box, generate_series(box.west, box.east) AS across, generate_series(box.north, box.south) AS down
    WHERE (box.east - box.west + 1)::bigint * (box.south - box.north + 1) <= 4096
    UNION ALL
    SELECT NULL, NULL FROM box WHERE (box.east - box.west + 1)::bigint * (box.south - box.north + 1) > 4096
$$;

-- The cells that the box of a geometry meets.
CREATE FUNCTION gis.cells_of(geom geometry) RETURNS TABLE (x integer, y integer)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT one.x, one.y
    FROM (SELECT Box3D(geom) AS box WHERE NOT ST_IsEmpty(geom) OFFSET 0) AS whole,
        gis.cells_in(gis.cell_range(whole.box)) AS one
$$;

-- One writer at a time per layer, until the transaction ends: so the order of versions is the order of commits.
CREATE FUNCTION gis.lock_layer(of_layer text) RETURNS void
LANGUAGE sql
AS $$ SELECT pg_advisory_xact_lock(hashtext('gis.layer'), hashtext(of_layer)) $$;

-- The same for a writer that is still to come to the table. The lock of the table is first: a statement takes it
-- before its triggers run, and two that take two locks the other way round would wait for each other.
CREATE FUNCTION gis.hold_layer(of_layer text) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    IF to_regclass(format('layer.%I', of_layer)) IS NOT NULL THEN
        -- Where its history lacks a column, its triggers are made again, which waits for every writer.
        EXECUTE format('LOCK TABLE layer.%I IN %s MODE', of_layer,
            CASE WHEN gis.history_names(of_layer) IS NULL THEN 'SHARE ROW EXCLUSIVE' ELSE 'ROW EXCLUSIVE' END);
    END IF;
    PERFORM gis.lock_layer(of_layer);
END
$$;

-- The version that this transaction has made of a layer; null when it has made none.
-- (PL/pgSQL keeps the plan of a query for the session; a function in SQL makes it anew at each call.)
CREATE FUNCTION gis.own_version(of_layer text) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT newest.id
        FROM (SELECT id, xact, begun_at FROM gis.version WHERE layer = of_layer ORDER BY id DESC LIMIT 1) AS newest
        WHERE newest.xact = pg_current_xact_id_if_assigned()::text::bigint AND newest.begun_at = transaction_timestamp()
    );
END
$$;

-- Make the version of a transaction that has made none of the layer yet.
CREATE FUNCTION gis.new_version(of_layer text, by_author text, why text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    made bigint;
BEGIN
    -- As gis.lock_layer, which would be planned at each call.
    PERFORM pg_advisory_xact_lock(hashtext('gis.layer'), hashtext(of_layer));
    INSERT INTO gis.version (layer, author, message, committed_at, xact, begun_at, kept)
    VALUES (of_layer, coalesce(by_author, session_user), coalesce(why, ''), clock_timestamp(),
            pg_current_xact_id()::text::bigint, transaction_timestamp(), to_regclass(format('history.%I', of_layer)) IS NOT NULL)
    RETURNING id INTO made;
    RETURN made;
END
$$;

-- The version that this transaction makes of a layer, made at its first write. Whoever says nothing else is the
-- author by the name of the session.
CREATE FUNCTION gis.version_of_write(of_layer text, by_author text DEFAULT NULL, why text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    made bigint;
BEGIN
    -- As gis.lock_layer, which would be planned at each call.
    PERFORM pg_advisory_xact_lock(hashtext('gis.layer'), hashtext(of_layer));
    made := gis.own_version(of_layer);
    IF made IS NULL THEN
        made := gis.new_version(of_layer, by_author, why);
    ELSIF by_author IS NOT NULL THEN
        PERFORM set_config('gis.history_writes', 'on', true);
        UPDATE gis.version SET author = by_author, message = coalesce(why, message) WHERE id = made;
        PERFORM set_config('gis.history_writes', 'off', true);
    END IF;
    RETURN made;
END
$$;

-- Replace the message of a version.
CREATE FUNCTION gis.tell_version(of_version bigint, why text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM set_config('gis.history_writes', 'on', true);
    UPDATE gis.version SET message = why WHERE id = of_version;
    PERFORM set_config('gis.history_writes', 'off', true);
END
$$;

-- The time of a version is that of its commit, and never before that of the version before it.
CREATE FUNCTION gis.version_commit() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    mark text;
BEGIN
    mark := set_config('gis.history_writes', 'on', true);
    UPDATE gis.version AS made
    SET committed_at = greatest(clock_timestamp(), (
        SELECT earlier.committed_at + interval '1 microsecond'
        FROM gis.version AS earlier
        WHERE earlier.layer = NEW.layer AND earlier.id < NEW.id
        ORDER BY earlier.id DESC LIMIT 1))
    WHERE made.id = NEW.id;
    mark := set_config('gis.history_writes', 'off', true);
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER version_commit AFTER INSERT ON gis.version
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.xact IS NOT NULL) EXECUTE FUNCTION gis.version_commit();
ALTER TABLE gis.version ENABLE ALWAYS TRIGGER version_commit;

-- The past is nobody's to write. (With a search path of its own, or with its condition at the trigger, every write
-- would take longer: the function is called several times in each.)
CREATE FUNCTION gis.history_guard() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    IF pg_catalog.current_setting('gis.history_writes', true) IS DISTINCT FROM 'on' THEN
        RAISE EXCEPTION 'the history of layer % is written by its triggers alone', TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege', HINT = 'Write to the table of the layer.';
    END IF;
    RETURN NULL;
END
$$;
CREATE FUNCTION gis.guard_history(of_layer text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    EXECUTE format('CREATE OR REPLACE TRIGGER gis_history_guard BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON history.%I'
        ' FOR EACH STATEMENT EXECUTE FUNCTION gis.history_guard()', of_layer);
    EXECUTE format('ALTER TABLE history.%I ENABLE ALWAYS TRIGGER gis_history_guard', of_layer);
END
$$;

-- Say that a history is level with the table that has its name now, and that no other one is.
CREATE FUNCTION gis.history_is_level(of_layer text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    here bigint := to_regclass(format('layer.%I', of_layer))::oid::bigint;
BEGIN
    DELETE FROM gis.history_of WHERE table_oid = here AND layer <> of_layer;
    INSERT INTO gis.history_of AS told (layer, table_oid) VALUES (of_layer, here)
    ON CONFLICT (layer) DO UPDATE SET table_oid = excluded.table_oid WHERE told.table_oid <> excluded.table_oid;
END
$$;

-- Whether a table of the schema layer can be under history: its key is fid alone, a bigint, it has a geometry, no
-- column bears a name that the history needs for itself, and it is ours to put triggers on.
CREATE FUNCTION gis.fits_history(of_layer text) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT EXISTS (
        SELECT FROM pg_index AS unique_
        JOIN pg_attribute AS number
            ON number.attrelid = unique_.indrelid AND number.attnum = unique_.indkey[0]
        WHERE unique_.indrelid = to_regclass(format('layer.%I', of_layer)) AND unique_.indisprimary
            AND unique_.indnkeyatts = 1 AND number.attname = 'fid' AND number.atttypid = 'bigint'::regtype
    ) AND EXISTS (
        SELECT FROM pg_attribute AS shape
        WHERE shape.attrelid = to_regclass(format('layer.%I', of_layer)) AND shape.attname = 'geom'
            AND shape.atttypid = 'geometry'::regtype
    ) AND NOT EXISTS (
        SELECT FROM pg_attribute AS taken
        WHERE taken.attrelid = to_regclass(format('layer.%I', of_layer)) AND taken.attnum > 0
            AND NOT taken.attisdropped AND taken.attname IN ('version_from', 'version_to')
    ) AND EXISTS (
        SELECT FROM pg_class AS relation
        WHERE relation.oid = to_regclass(format('layer.%I', of_layer))
            AND pg_has_role(current_user, relation.relowner, 'USAGE')
    )
$$;

-- Names of the columns of a layer's table; null when its history lacks one of them, or has it in another type.
CREATE FUNCTION gis.history_names(of_layer text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    here regclass := to_regclass(format('layer.%I', of_layer));
    history regclass := to_regclass(format('history.%I', of_layer));
    names text;
    taken boolean;
BEGIN
    SELECT CASE WHEN bool_and(past.attname IS NOT NULL AND (current.attname IN ('fid', 'geom')
            OR (current.atttypid = past.atttypid AND current.atttypmod = past.atttypmod)))
        THEN string_agg(quote_ident(current.attname), ', ' ORDER BY current.attnum) END,
        bool_or(current.attname IN ('version_from', 'version_to'))
    INTO names, taken
    FROM pg_attribute AS current
    LEFT JOIN pg_attribute AS past
        ON past.attrelid = history AND past.attname = current.attname AND NOT past.attisdropped
    WHERE current.attrelid = here AND current.attnum > 0 AND NOT current.attisdropped;
    IF taken THEN
        RAISE EXCEPTION 'layer %: columns version_from and version_to belong to its history', of_layer
            USING ERRCODE = 'invalid_table_definition', HINT = 'Give the column another name.';
    END IF;
    RETURN names;
END
$$;

-- Bring the columns of a history in line with those of the table, and name them. Old values that do not come
-- through the new type unchanged stay beside it, in a column whose name ends in the version.
CREATE FUNCTION gis.history_columns(of_layer text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    lacking text;
BEGIN
    IF gis.history_names(of_layer) IS NULL THEN
        PERFORM gis.history_types(of_layer);
        SELECT string_agg(format('ADD COLUMN %I %s', current.attname,
            format_type(current.atttypid, current.atttypmod)), ', ' ORDER BY current.attnum)
        INTO lacking
        FROM pg_attribute AS current
        WHERE current.attrelid = format('layer.%I', of_layer)::regclass AND current.attnum > 0
            AND NOT current.attisdropped AND NOT EXISTS (
                SELECT FROM pg_attribute AS past
                WHERE past.attrelid = format('history.%I', of_layer)::regclass
                    AND past.attname = current.attname AND NOT past.attisdropped);
        IF lacking IS NOT NULL THEN
            EXECUTE format('ALTER TABLE history.%I %s', of_layer, lacking);
        END IF;
    END IF;
    RETURN gis.history_names(of_layer);
END
$$;

-- Give the columns of a history the types of those of the table, or put them aside.
CREATE FUNCTION gis.history_types(of_layer text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    differing record;
    lossy boolean;
    aside text;
    writes text := coalesce(current_setting('gis.history_writes', true), '');
    newest bigint := (SELECT coalesce(max(id), 0) FROM gis.version WHERE layer = of_layer);
BEGIN
    FOR differing IN
        SELECT current.attname::text AS name, format_type(current.atttypid, current.atttypmod) AS wanted,
            format_type(past.atttypid, past.atttypmod) AS found
        FROM pg_attribute AS current
        JOIN pg_attribute AS past
            ON past.attrelid = format('history.%I', of_layer)::regclass AND past.attname = current.attname
            AND NOT past.attisdropped
        WHERE current.attrelid = format('layer.%I', of_layer)::regclass AND current.attnum > 0
            AND NOT current.attisdropped AND current.attname NOT IN ('fid', 'geom')
            AND (current.atttypid, current.atttypmod) <> (past.atttypid, past.atttypmod)
    LOOP
        BEGIN
            EXECUTE format('SELECT EXISTS (SELECT FROM history.%I AS h'
                ' WHERE h.%2$I::%3$s::%4$s::text IS DISTINCT FROM h.%2$I::text)',
                of_layer, differing.name, differing.wanted, differing.found) INTO lossy;
            IF NOT lossy THEN
                -- A new column beside the old one: a change of type would write the table anew in a way that
                -- older snapshots do not see, and a past that is being read would be empty.
                EXECUTE format('ALTER TABLE history.%I ADD COLUMN %I %s', of_layer, '_gis_new', differing.wanted);
                PERFORM set_config('gis.history_writes', 'on', true);
                EXECUTE format('UPDATE history.%I SET _gis_new = %I::%s', of_layer, differing.name, differing.wanted);
                PERFORM set_config('gis.history_writes', writes, true);
                EXECUTE format('ALTER TABLE history.%I DROP COLUMN %I', of_layer, differing.name);
                EXECUTE format('ALTER TABLE history.%I RENAME COLUMN _gis_new TO %I', of_layer, differing.name);
            END IF;
        EXCEPTION WHEN data_exception OR cannot_coerce OR datatype_mismatch OR integrity_constraint_violation THEN
            lossy := true;
        END;
        IF lossy THEN
            -- Short enough for the ending: a name has 63 bytes, and a letter three at most.
            aside := left(differing.name, 14);
            IF octet_length(differing.name) <= 40 THEN
                aside := differing.name;
            END IF;
            aside := aside || '_' || newest;
            WHILE EXISTS (SELECT FROM pg_attribute WHERE attrelid = format('history.%I', of_layer)::regclass
                AND attname = aside AND NOT attisdropped) LOOP
                aside := aside || '_';
            END LOOP;
            EXECUTE format('ALTER TABLE history.%I RENAME COLUMN %I TO %I', of_layer, differing.name, aside);
        END IF;
    END LOOP;
END
$$;

-- Before any write: wait for the others. A table that has got another name begins a history under that name, or goes
-- on with the one that is there: what differs is written down first. A table that has left the schema is no layer.
CREATE FUNCTION gis.history_lock() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF TG_TABLE_SCHEMA <> 'layer' THEN
        -- What is written now is in no history: when the table comes back, it is compared.
        DELETE FROM gis.history_of WHERE table_oid = TG_RELID::bigint;
        RETURN NULL;
    END IF;
    -- As gis.lock_layer, which would be planned at each call.
    PERFORM pg_advisory_xact_lock(hashtext('gis.layer'), hashtext(TG_TABLE_NAME));
    IF to_regclass(format('history.%I', TG_TABLE_NAME)) IS NULL THEN
        PERFORM gis.begin_history(TG_TABLE_NAME);
    ELSIF NOT EXISTS (
        SELECT FROM gis.history_of WHERE layer = TG_TABLE_NAME AND table_oid = TG_RELID::bigint
    ) THEN
        PERFORM gis.history_compare(TG_TABLE_NAME, NULL, NULL);
    END IF;
    RETURN NULL;
END
$$;

-- The table never gives a number twice, whatever numbers its writers have given by themselves.
CREATE FUNCTION gis.history_number(of_layer text, highest bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    numbers regclass := pg_get_serial_sequence(format('layer.%I', of_layer), 'fid');
BEGIN
    -- What the table gave by itself needs no more; null is a sequence that has yet to begin, at whatever number.
    -- A table made by hand may give none.
    IF numbers IS NOT NULL AND highest > coalesce(pg_sequence_last_value(numbers), 0) THEN
        EXECUTE format(
            'SELECT setval(%L, $1) FROM %s WHERE last_value < $1 OR (last_value = $1 AND NOT is_called)',
            numbers, numbers) USING highest;
    END IF;
END
$$;

-- After any write: end the states of rows that are no more, begin those that are new, and note the cells.
-- The transition tables tell which rows were touched. What the rows are now they tell only where nothing else has
-- touched the same rows since: a trigger of somebody else may have written, which the history then heard of first, and
-- one statement may remove a row and bring its number again.
CREATE FUNCTION gis.history_write() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    -- Setting it by an assignment is cheaper than by a query.
    mark text;
    begun boolean;
    of_version bigint;
    lowest bigint;
    highest bigint;
    names text;
    -- Whether no trigger but ours can have written to the table.
    alone boolean := false;
    touched text := 'SELECT fid FROM gis_new';
    known boolean := true;
    anew boolean := true;
    -- Of cells; a row that stays where it was tells them once.
    ranges bigint[] := '{}';
BEGIN
    IF TG_TABLE_SCHEMA <> 'layer' THEN
        RETURN NULL;
    END IF;
    -- A statement that met no row makes no version.
    IF TG_OP = 'DELETE' THEN
        PERFORM FROM gis_old LIMIT 1;
        IF NOT FOUND THEN
            RETURN NULL;
        END IF;
    ELSE
        SELECT min(n.fid), max(n.fid) INTO lowest, highest FROM gis_new AS n;
        IF lowest IS NULL THEN
            RETURN NULL;
        END IF;
        IF lowest <= 0 THEN
            RAISE EXCEPTION 'fid % of layer %: numbers of features begin with 1', lowest, TG_TABLE_NAME
                USING ERRCODE = 'check_violation',
                    HINT = 'Leave fid out, and the table gives a number by itself.';
        END IF;
        names := gis.history_names(TG_TABLE_NAME);
        alone := NOT EXISTS (
            SELECT FROM pg_trigger AS other
            WHERE other.tgrelid = TG_RELID AND other.tgname <> ALL ('{gis_history_lock, gis_history_insert,'
                'gis_history_update, gis_history_delete, gis_history_truncate}'::name[]));
    END IF;
    -- As gis.own_version, whose call would cost more than its query.
    SELECT newest.id INTO of_version
    FROM (SELECT id, xact, begun_at FROM gis.version WHERE layer = TG_TABLE_NAME ORDER BY id DESC LIMIT 1) AS newest
    WHERE newest.xact = pg_current_xact_id_if_assigned()::text::bigint AND newest.begun_at = transaction_timestamp();
    begun := of_version IS NOT NULL;
    IF NOT begun THEN
        of_version := gis.new_version(TG_TABLE_NAME, NULL, NULL);
    END IF;
    -- Queries that join are planned for the rows at hand: a plan for one row does not do for a million.
    IF TG_OP = 'DELETE' THEN
        touched := 'SELECT fid FROM gis_old';
        anew := begun;
        IF begun THEN
            EXECUTE format('SELECT EXISTS (SELECT FROM layer.%I AS t WHERE t.fid IN (%s))', TG_TABLE_NAME, touched) INTO anew;
        END IF;
        IF anew THEN
            names := gis.history_names(TG_TABLE_NAME);
        END IF;
    ELSIF TG_OP = 'UPDATE' THEN
        IF lowest <> highest OR NOT EXISTS (SELECT FROM gis_old AS o WHERE o.fid = lowest) THEN
            EXECUTE 'SELECT NOT EXISTS (SELECT FROM gis_old AS o'
                ' WHERE NOT EXISTS (SELECT FROM gis_new AS n WHERE n.fid = o.fid))' INTO known;
            IF NOT known THEN
                touched := 'SELECT fid FROM gis_old UNION SELECT fid FROM gis_new';
                alone := false;
            END IF;
        END IF;
    ELSIF begun AND alone AND lowest < highest THEN
        -- Numbers that are new have no state that could end.
        EXECUTE format('SELECT EXISTS (SELECT FROM history.%I WHERE fid BETWEEN $1 AND $2)', TG_TABLE_NAME)
            INTO known USING lowest, highest;
    ELSE
        known := NOT alone;
    END IF;
    IF anew AND names IS NULL THEN
        -- A column has come, or has another type: that may have changed every row, and no trigger heard of it.
        PERFORM gis.history_columns(TG_TABLE_NAME);
        PERFORM gis.history_level(TG_TABLE_NAME, of_version);
        RETURN NULL;
    END IF;
    mark := set_config('gis.history_writes', 'on', true);
    IF TG_OP <> 'INSERT' OR known THEN
        IF begun THEN
            -- What this same transaction had written was never a state of its own. A state is found by its feature:
            -- the sum keeps the index of the versions away, which tells all that a long transaction has written.
            EXECUTE format('DELETE FROM history.%I AS h USING (%s) AS o WHERE h.fid = o.fid AND h.version_from + 0 = $1',
                TG_TABLE_NAME, touched) USING of_version;
        END IF;
        EXECUTE format('UPDATE history.%I AS h SET version_to = $1 FROM (%s) AS o'
            ' WHERE h.fid = o.fid AND h.version_to IS NULL', TG_TABLE_NAME, touched) USING of_version;
    END IF;
    IF alone THEN
        -- A single row needs no look beforehand: what removed it has left it as it is now.
        EXECUTE format('INSERT INTO history.%I (%s, version_from) SELECT %s, $1 FROM gis_new%s', TG_TABLE_NAME, names, names,
            CASE WHEN begun AND TG_OP = 'INSERT' AND lowest = highest THEN ' ON CONFLICT DO NOTHING' END)
            USING of_version;
    ELSIF anew THEN
        EXECUTE format('INSERT INTO history.%1$I (%2$s, version_from) SELECT %2$s, $1 FROM layer.%1$I AS t'
            ' WHERE t.fid IN (%3$s)', TG_TABLE_NAME, names, touched) USING of_version;
    END IF;
    mark := set_config('gis.history_writes', 'off', true);
    IF TG_OP <> 'INSERT' THEN
        ranges := ranges || ARRAY(
            SELECT DISTINCT gis.cell_range(s.box)
            FROM (SELECT Box3D(geom) AS box FROM gis_old WHERE NOT ST_IsEmpty(geom) OFFSET 0) AS s);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        ranges := ranges || ARRAY(
            SELECT DISTINCT gis.cell_range(s.box)
            FROM (SELECT Box3D(geom) AS box FROM gis_new WHERE NOT ST_IsEmpty(geom) OFFSET 0) AS s);
        IF TG_OP = 'INSERT' OR NOT known THEN
            PERFORM gis.history_number(TG_TABLE_NAME, highest);
        END IF;
    END IF;
    INSERT INTO gis.dirty (layer, version, x, y)
    SELECT DISTINCT TG_TABLE_NAME, of_version, one.x, one.y FROM unnest(ranges) AS met, gis.cells_in(met) AS one;
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
    IF TG_TABLE_SCHEMA <> 'layer' THEN
        RETURN NULL;
    END IF;
    -- Emptying a table heeds no view, so it would end rows here that an older view does not see in the history.
    IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
        RAISE EXCEPTION 'TRUNCATE of layer % needs the isolation level read committed', TG_TABLE_NAME
            USING ERRCODE = 'serialization_failure', HINT = 'Use DELETE, or begin a transaction of that level.';
    END IF;
    EXECUTE format('SELECT EXISTS (SELECT FROM history.%I WHERE version_to IS NULL)', TG_TABLE_NAME) INTO any_row;
    EXECUTE format('SELECT max(fid) FROM history.%I', TG_TABLE_NAME) INTO highest;
    PERFORM gis.history_number(TG_TABLE_NAME, highest);
    IF any_row THEN
        of_version := gis.version_of_write(TG_TABLE_NAME);
        PERFORM set_config('gis.history_writes', 'on', true);
        EXECUTE format('DELETE FROM history.%I WHERE version_from = $1', TG_TABLE_NAME) USING of_version;
        EXECUTE format('UPDATE history.%I SET version_to = $1 WHERE version_to IS NULL', TG_TABLE_NAME) USING of_version;
        PERFORM set_config('gis.history_writes', 'off', true);
        INSERT INTO gis.dirty (layer, version) VALUES (TG_TABLE_NAME, of_version);
    END IF;
    RETURN NULL;
END
$$;

-- Make the empty history of a layer's table and write down what the table holds, as its first version that is kept.
-- A table that had versions before gets one even when it is empty: what comes next has a state to go back to.
CREATE FUNCTION gis.begin_history(of_layer text, by_author text DEFAULT NULL, why text DEFAULT NULL) RETURNS void
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
    PERFORM gis.history_is_level(of_layer);
    PERFORM gis.guard_history(of_layer);
END
$$;

-- Put a layer's table under history. The rows that it holds become its first version that is kept.
CREATE FUNCTION gis.keep_history(of_layer text, by_author text DEFAULT NULL, why text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    event text;
BEGIN
    -- As in gis.hold_layer: to make a trigger takes this lock of the table.
    EXECUTE format('LOCK TABLE layer.%I IN SHARE ROW EXCLUSIVE MODE', of_layer);
    PERFORM gis.lock_layer(of_layer);
    IF to_regclass(format('history.%I', of_layer)) IS NULL THEN
        PERFORM gis.begin_history(of_layer, by_author, why);
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
    PERFORM gis.guard_history(of_layer);
END
$$;

-- What tells two states of a row apart: the columns that a layer's table and its history share, as a row of the
-- table named by its alias. A type that cannot be compared, or that differs on the two sides, is compared as text.
CREATE FUNCTION gis.history_compared(of_layer text, alias text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT format('ROW(%s)', string_agg(
        format('%I.%I', alias, current.attname)
            || CASE WHEN current.atttypid = past.atttypid AND comparable.yes THEN '' ELSE '::text' END,
        ', ' ORDER BY current.attnum))
    FROM pg_attribute AS current
    JOIN pg_attribute AS past
        ON past.attrelid = to_regclass(format('history.%I', of_layer)) AND past.attname = current.attname
        AND NOT past.attisdropped
    CROSS JOIN LATERAL (
        SELECT EXISTS (
            SELECT FROM pg_opclass AS operators
            WHERE operators.opcintype = current.atttypid AND operators.opcdefault
                AND operators.opcmethod = (SELECT oid FROM pg_am WHERE amname = 'btree')) AS yes
    ) AS comparable
    WHERE current.attrelid = to_regclass(format('layer.%I', of_layer)) AND current.attnum > 0
        AND NOT current.attisdropped
$$;

-- Write down in a version what the table holds and the history does not yet.
CREATE FUNCTION gis.history_level(of_layer text, of_version bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    past text := gis.history_compared(of_layer, 'h');
    current text := gis.history_compared(of_layer, 't');
    names text := gis.history_names(of_layer);
    highest bigint;
BEGIN
    PERFORM set_config('gis.history_writes', 'on', true);
    -- What this same version had written was never a state of its own.
    EXECUTE format('DELETE FROM history.%1$I AS h WHERE h.version_from = $1 AND NOT EXISTS ('
        'SELECT FROM layer.%1$I AS t WHERE t.fid = h.fid AND %2$s IS NOT DISTINCT FROM %3$s)',
        of_layer, past, current) USING of_version;
    EXECUTE format('UPDATE history.%1$I AS h SET version_to = $1 WHERE h.version_to IS NULL AND NOT EXISTS ('
        'SELECT FROM layer.%1$I AS t WHERE t.fid = h.fid AND %2$s IS NOT DISTINCT FROM %3$s)',
        of_layer, past, current) USING of_version;
    EXECUTE format('INSERT INTO history.%1$I (%2$s, version_from) SELECT %2$s, $1 FROM layer.%1$I AS t'
        ' WHERE NOT EXISTS (SELECT FROM history.%1$I AS h WHERE h.fid = t.fid AND h.version_to IS NULL)',
        of_layer, names) USING of_version;
    PERFORM set_config('gis.history_writes', 'off', true);
    INSERT INTO gis.dirty (layer, version) VALUES (of_layer, of_version);
    EXECUTE format('SELECT max(fid) FROM history.%I', of_layer) INTO highest;
    PERFORM gis.history_number(of_layer, highest);
END
$$;

-- Write down in a version what differs between a table and the history of its name; null when nothing does.
CREATE FUNCTION gis.history_compare(of_layer text, by_author text, why text) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    of_version bigint;
    any_row boolean;
    highest bigint;
BEGIN
    PERFORM gis.history_columns(of_layer);
    EXECUTE format('SELECT EXISTS (SELECT FROM layer.%1$I AS t'
        ' FULL JOIN (SELECT * FROM history.%1$I WHERE version_to IS NULL) AS h ON h.fid = t.fid'
        ' WHERE h.fid IS NULL OR t.fid IS NULL OR %2$s IS DISTINCT FROM %3$s)',
        of_layer, gis.history_compared(of_layer, 'h'), gis.history_compared(of_layer, 't')) INTO any_row;
    IF any_row THEN
        of_version := gis.version_of_write(of_layer, by_author, why);
        PERFORM gis.history_level(of_layer, of_version);
    END IF;
    EXECUTE format('SELECT max(fid) FROM history.%I', of_layer) INTO highest;
    PERFORM gis.history_number(of_layer, highest);
    PERFORM gis.history_is_level(of_layer);
    RETURN of_version;
END
$$;

-- Write down as a new version what was changed past the triggers; give the version, null when nothing was.
CREATE FUNCTION gis.history_catch_up(of_layer text, by_author text, why text) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    -- First the triggers, whose making keeps writers out; no column is lost if it was the history that lacked it.
    IF to_regclass(format('history.%I', of_layer)) IS NULL THEN
        PERFORM gis.keep_history(of_layer, by_author, why);
        RETURN gis.own_version(of_layer);
    END IF;
    PERFORM gis.keep_history(of_layer);
    RETURN gis.history_compare(of_layer, by_author, why);
END
$$;

-- The tables that are there already, as far as they can be; others stay what they are.
DO $$
DECLARE
    name text;
    newest record;
BEGIN
    FOR name IN
        SELECT tablename FROM pg_tables WHERE schemaname = 'layer' AND gis.fits_history(tablename) ORDER BY tablename
    LOOP
        -- Its newest version once more, now with its rows; who wrote it has not changed.
        SELECT author, message INTO newest FROM gis.version WHERE layer = name ORDER BY id DESC LIMIT 1;
        PERFORM gis.keep_history(name, newest.author, newest.message);
    END LOOP;
END
$$;

-- Now, and not at the end: a migration that comes after may change the table of versions.
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;

-- Who may rewrite what is only added to, the audit and the log of cells; their owner should not, either.
CREATE FUNCTION gis.rewriters() RETURNS TABLE (of_table text, role text, rights text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT guarded.name, CASE one.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(one.grantee)) END,
        string_agg(DISTINCT one.privilege_type, ', ' ORDER BY one.privilege_type)
    FROM (VALUES ('gis.audit'), ('gis.dirty')) AS guarded (name)
    JOIN pg_class AS relation ON relation.oid = to_regclass(guarded.name)
    CROSS JOIN LATERAL (
        SELECT grantee, privilege_type FROM aclexplode(coalesce(relation.relacl, acldefault('r', relation.relowner)))
        UNION ALL
        SELECT held.grantee, held.privilege_type
        FROM pg_attribute AS part CROSS JOIN aclexplode(part.attacl) AS held
        WHERE part.attrelid = relation.oid
    ) AS one
    WHERE one.privilege_type IN ('UPDATE', 'DELETE', 'TRUNCATE')
    GROUP BY guarded.name, one.grantee
$$;

-- Nobody but the owner calls the functions of this schema: they run with the owner's rights and believe what they are
-- told. Only those that fold words and count cells are everybody's. The audit and the log of cells are the owner's to
-- add to, no more. Every migration that makes functions calls this at its end, and so does a restore.
CREATE FUNCTION gis.close_rights() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    one record;
BEGIN
    REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA gis FROM PUBLIC;
    GRANT EXECUTE ON FUNCTION gis.search_form, gis.cell_x, gis.cell_y, gis.cell_range, gis.cells_in, gis.cells_of
        TO PUBLIC;
    FOR one IN SELECT of_table, role FROM gis.rewriters() LOOP
        EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %s FROM %s CASCADE', one.of_table, one.role);
    END LOOP;
END
$$;
SELECT gis.close_rights();

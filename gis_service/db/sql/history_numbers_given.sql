-- The highest number that the table of every layer under history has given a feature.
SELECT layer, coalesce(pg_sequence_last_value(numbers), 0) AS given
FROM (
    SELECT
        tablename::text AS layer,
        -- Only of tables that have such a column: whoever asks for another one gets an error.
        CASE WHEN gis.fits_history(tablename)
            THEN pg_get_serial_sequence(format('layer.%I', tablename), 'fid')::regclass END AS numbers
    FROM pg_tables
    WHERE schemaname = 'layer'
) AS given_by
WHERE numbers IS NOT NULL
ORDER BY layer

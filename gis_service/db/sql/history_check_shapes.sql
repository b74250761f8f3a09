-- How many rows of a layer have a coordinate that is no number.
-- {table}   quoted name of the table
-- {finite}  condition that all coordinates are numbers
SELECT count(*) AS infinite FROM {table} WHERE NOT ({finite})

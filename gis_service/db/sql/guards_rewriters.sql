-- Who has a right to rewrite what is only added to.
SELECT of_table, role, rights FROM gis.rewriters() ORDER BY of_table, role

-- Whether shapes of an overview look otherwise since an update of it, in some cells of zoom 14.
-- :layer, :since                 the overview, and the number of the update
-- :left, :right, :top, :bottom   first and last column, first and last row of the cells
-- :anywhere                      column and row that stand for any cell
-- :classes, :is_listed           whether only shapes of these classes count, or only those of all others; '' is any
-- Index relied on: overview_dirty_layer_number_idx; an update of which shapes were moved is no older than its cell.
SELECT EXISTS (
    SELECT FROM gis.overview_dirty
    WHERE layer = :layer AND number > :since AND moved > :since
        AND (x = :anywhere OR (x BETWEEN :left AND :right AND y BETWEEN :top AND :bottom))
        AND (class = '' OR (class = ANY(CAST(:classes AS text[]))) = :is_listed))

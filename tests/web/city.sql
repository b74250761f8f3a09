-- Rows of the test city; the tables are made from the definitions before.
INSERT INTO layer.one_stop_office (geom, code, name)
SELECT ST_Point(106.2 + i * 0.01, 20.4, 4326), 'o' || i, 'Văn phòng ' || i FROM generate_series(1, 25) AS i;

INSERT INTO layer.residents (geom, code, people)
SELECT ST_Point(106.35, 20.4 + i * 0.01, 4326), 'r' || i, 10.5 FROM generate_series(1, 3) AS i;

INSERT INTO layer.commune (geom, code, name, unit_type) VALUES
    (ST_MakeEnvelope(106.30123456789, 20.4, 106.40, 20.5, 4326), '1', 'Đông Hưng "Bắc"', 'commune'),
    (ST_MakeEnvelope(106.5, 20.6, 106.6, 20.7, 4326), '2', 'Kiến Xương', 'commune');

INSERT INTO layer.commune_2019 (code, name, unit_type, people, code_2024, code_2025)
VALUES ('1', 'A', 'commune', 7, '1', '1');

INSERT INTO layer.pipe_internal (geom, name) VALUES (ST_Point(106.3, 20.4, 4326), 'p');
INSERT INTO layer.pipe_draft (geom, name) VALUES (ST_Point(106.3, 20.4, 4326), 'p');

"""The SQL that gives an editor a role of their own does so, in both languages of the page."""

import re
from collections.abc import Callable

import psycopg

from gis_service.db.cluster import Cluster
from gis_service.db.engine import open_engine, transaction
from gis_service.db.layers import Column, LayerTable, ensure_table
from gis_service.settings import ROOT
from gis_service.types import LayerId

PAGE = (ROOT / "docs" / "gis-staff.md").read_text("utf-8")
TABLE = LayerTable(LayerId("kindergarten"), "Point", "code", (Column("code", "text"),))
# What QGIS sends: it takes the number from the sequence before it writes the row.
NUMBER = "SELECT nextval(pg_get_serial_sequence('layer.kindergarten', 'fid'))"
WRITE = """
INSERT INTO layer.kindergarten (fid, code) OVERRIDING SYSTEM VALUE VALUES (%s, 'a');
UPDATE layer.kindergarten SET code = 'b';
DELETE FROM layer.kindergarten
"""


def test_a_role_made_as_the_page_says_edits_under_its_own_name(
    cluster: Cluster, make_database: Callable[[], str]
) -> None:
    statements, again = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
    assert statements == again
    url = make_database()
    engine = open_engine(url)
    with transaction(engine) as connection:
        ensure_table(connection, TABLE)
    engine.dispose()
    with psycopg.connect(cluster.admin_url(url.rpartition("/")[2]), autocommit=True) as admin:
        admin.execute(statements.encode())
        try:
            admin.execute("SET SESSION AUTHORIZATION lan")
            (number,) = admin.execute(NUMBER).fetchone() or (0,)
            for statement in WRITE.split(";"):
                admin.execute(statement.encode(), [number] if "%s" in statement else None)
            admin.execute("RESET SESSION AUTHORIZATION")
            authors = admin.execute("SELECT author FROM gis.version WHERE layer = 'kindergarten'").fetchall()
        finally:
            admin.execute("RESET SESSION AUTHORIZATION")
            admin.execute("DROP OWNED BY layer_editor; DROP ROLE lan; DROP ROLE layer_editor")
    assert authors == [("lan",)] * 3

"""Accounts, sessions, tries to sign in, groups, rights on layers, and the audit."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0004"
down_revision = "0003"

NOW = sa.text("now()")
ROLES = "role IN ('viewer', 'gis_staff', 'planner', 'analyst', 'admin')"

# The owner of a table may give itself its rights back, so a trigger says no as well. Like all triggers that the audit
# stands on it fires always: a session that plays a replica would leave no trace otherwise.
GUARD = """
CREATE FUNCTION gis.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of %.% are never changed or removed', TG_TABLE_SCHEMA, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON gis.audit
    FOR EACH STATEMENT EXECUTE FUNCTION gis.refuse_change();
ALTER TABLE gis.audit ENABLE ALWAYS TRIGGER audit_is_append_only;
REVOKE UPDATE, DELETE, TRUNCATE ON gis.audit FROM PUBLIC, CURRENT_USER;
"""

# What the service does it writes into the audit itself, in better words, and says so beforehand: gis.audited is
# then the number of this transaction, so that it holds for no other one, however it was set. Anything else that
# changes these tables comes from somebody with SQL.
DIRECT = """
CREATE FUNCTION gis.audit_direct() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    was jsonb := CASE WHEN TG_OP IN ('UPDATE', 'DELETE') THEN to_jsonb(OLD) END;
    now_is jsonb := CASE WHEN TG_OP IN ('INSERT', 'UPDATE') THEN to_jsonb(NEW) END;
    secret text;
BEGIN
    IF current_setting('gis.audited', true) = pg_current_xact_id()::text THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'TRUNCATE' THEN
        INSERT INTO gis.audit (action) VALUES (TG_TABLE_NAME || '.truncate');
        RETURN NULL;
    END IF;
    -- That a secret is another one is told; the secret is not.
    FOREACH secret IN ARRAY ARRAY['password', 'code', 'hash'] LOOP
        IF was ->> secret IS DISTINCT FROM now_is ->> secret AND now_is ->> secret IS NOT NULL THEN
            now_is := jsonb_set(now_is, ARRAY[secret], '"new"');
        ELSE
            now_is := now_is - secret;
        END IF;
        was := was - secret;
    END LOOP;
    INSERT INTO gis.audit (action, object, before, after) VALUES (
        TG_TABLE_NAME || '.' || lower(TG_OP),
        coalesce(coalesce(now_is, was) ->> 'login', coalesce(now_is, was) ->> 'layer',
                 coalesce(now_is, was) ->> 'team', coalesce(now_is, was) ->> 'id', ''),
        was, now_is
    );
    RETURN NULL;
END $$;
"""
# Every version of a layer stands in the audit, by whatever way it was made. At the end of the transaction, when its
# author is known; the service may have told it already, in better words and with the way its caller came.
VERSIONS = """
CREATE FUNCTION gis.audit_version() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO gis.audit (actor, by, action, object, after)
    -- Whoever writes by SQL may name any author; who they are themselves the session knows.
    SELECT CASE current_setting('application_name') WHEN 'gis-service' THEN made.author ELSE session_user END,
        CASE current_setting('application_name') WHEN 'gis-service' THEN 'command' ELSE 'sql' END,
        'layer.version', made.layer, jsonb_build_object('version', made.id, 'message', made.message)
    FROM gis.version AS made
    WHERE made.id = NEW.id AND NOT EXISTS (
        SELECT FROM gis.audit AS told
        WHERE told.object = made.layer AND told.action = 'layer.version' AND told.after -> 'version' = to_jsonb(made.id));
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER audit_version AFTER INSERT ON gis.version
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION gis.audit_version();
ALTER TABLE gis.version ENABLE ALWAYS TRIGGER audit_version;
-- Who rewrites a version past the functions that make them is told, with what it said before.
CREATE TRIGGER audit_direct AFTER UPDATE OR DELETE ON gis.version FOR EACH ROW
    WHEN (current_setting('gis.history_writes', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION gis.audit_direct();
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON gis.version FOR EACH STATEMENT EXECUTE FUNCTION gis.audit_direct();
ALTER TABLE gis.version ENABLE ALWAYS TRIGGER audit_direct;
ALTER TABLE gis.version ENABLE ALWAYS TRIGGER audit_truncate;
"""
# From which version on a layer is open as it is: what was a draft stays one when the layer opens later.
# The definitions of layers that users make come with a later migration, which replaces gis.visibility_with.
VISIBILITIES = """
CREATE FUNCTION gis.visibility_with(of_layer text, given text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$ SELECT given $$;
CREATE FUNCTION gis.note_visibility() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        INSERT INTO gis.layer_visibility (layer, visibility, version)
        SELECT layer, gis.visibility_with(layer, NULL),
            (SELECT max(id) FROM gis.version AS made WHERE made.layer = setting.layer)
        FROM gis.layer_setting AS setting;
        RETURN NULL;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO gis.layer_visibility (layer, visibility, version)
        SELECT OLD.layer, gis.visibility_with(OLD.layer, NULL), max(id) FROM gis.version WHERE layer = OLD.layer
        HAVING TG_OP = 'DELETE' OR OLD.layer <> NEW.layer;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO gis.layer_visibility (layer, visibility, version)
        SELECT NEW.layer, gis.visibility_with(NEW.layer, NEW.visibility), max(id)
        FROM gis.version WHERE layer = NEW.layer;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER note_visibility AFTER INSERT OR UPDATE OF layer, visibility OR DELETE ON gis.layer_setting
    FOR EACH ROW EXECUTE FUNCTION gis.note_visibility();
CREATE TRIGGER note_visibilities BEFORE TRUNCATE ON gis.layer_setting
    FOR EACH STATEMENT EXECUTE FUNCTION gis.note_visibility();
ALTER TABLE gis.layer_setting ENABLE ALWAYS TRIGGER note_visibility;
ALTER TABLE gis.layer_setting ENABLE ALWAYS TRIGGER note_visibilities;
"""
WATCHED = {
    **dict.fromkeys(
        ("account", "token", "team", "team_member", "layer_right", "layer_setting"),
        "INSERT OR UPDATE OR DELETE",
    ),
    # Its signs of life are no deeds; who made a session by SQL, or gave one away, has signed somebody in.
    "session": "INSERT OR UPDATE OF hash, account, expires_at",
}
"""Tables, and what is told when it is done to their rows by SQL; that one is emptied always is."""


def upgrade() -> None:
    _accounts()
    _signing_in()
    _rights()
    _visibilities()
    _audit()


def _accounts() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("login", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False, server_default=""),
        sa.Column("role", sa.Text, sa.CheckConstraint(ROLES, name="account_role_check"), nullable=False),
        sa.Column("password", sa.Text),
        sa.Column("code", sa.LargeBinary),
        sa.Column("code_expires_at", sa.DateTime(timezone=True)),
        sa.Column("disabled_at", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.UniqueConstraint("key", name="account_key_key"),
        sa.UniqueConstraint("code", name="account_code_key"),
        schema="gis",
    )
    op.create_table(
        "session",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column(
            "hash",
            sa.LargeBinary,
            sa.CheckConstraint("octet_length(hash) = 32", name="session_hash_check"),
            nullable=False,
        ),
        sa.Column("account", sa.BigInteger, nullable=False),
        sa.Column("address", sa.Text),
        sa.Column("browser", sa.Text, nullable=False, server_default=""),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("hash", name="session_hash_key"),
        sa.ForeignKeyConstraint(
            ["account"], ["gis.account.id"], name="session_account_fkey", ondelete="CASCADE"
        ),
        schema="gis",
    )
    op.create_index("session_account_idx", "session", ["account"], schema="gis")


def _signing_in() -> None:
    op.create_table(
        "sign_in_failure",
        sa.Column("key", sa.LargeBinary, primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("known_at", sa.DateTime(timezone=True)),
        schema="gis",
    )
    op.create_index("sign_in_failure_last_at_idx", "sign_in_failure", ["last_at"], schema="gis")
    op.add_column("token", sa.Column("account", sa.BigInteger), schema="gis")
    op.add_column("token", sa.Column("scopes", ARRAY(sa.Text)), schema="gis")
    op.add_column("token", sa.Column("revoked_at", sa.DateTime(timezone=True)), schema="gis")
    op.create_foreign_key(
        "token_account_fkey",
        "token",
        "account",
        ["account"],
        ["id"],
        source_schema="gis",
        referent_schema="gis",
        ondelete="CASCADE",
    )
    op.create_index("token_account_idx", "token", ["account"], schema="gis")
    op.add_column("job", sa.Column("account", sa.BigInteger), schema="gis")


def _rights() -> None:
    op.create_table(
        "team",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("title", sa.Text, nullable=False, server_default=""),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        schema="gis",
    )
    op.create_table(
        "team_member",
        sa.Column("team", sa.Text, primary_key=True),
        sa.Column("account", sa.BigInteger, primary_key=True),
        sa.ForeignKeyConstraint(["team"], ["gis.team.id"], name="team_member_team_fkey", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["account"], ["gis.account.id"], name="team_member_account_fkey", ondelete="CASCADE"
        ),
        schema="gis",
    )
    op.create_index("team_member_account_idx", "team_member", ["account"], schema="gis")
    op.create_table(
        "layer_right",
        sa.Column("layer", sa.Text, primary_key=True),
        sa.Column("team", sa.Text, primary_key=True),
        sa.Column(
            "right",
            sa.Text,
            sa.CheckConstraint("\"right\" IN ('read', 'edit')", name="layer_right_right_check"),
            primary_key=True,
        ),
        sa.ForeignKeyConstraint(["team"], ["gis.team.id"], name="layer_right_team_fkey", ondelete="CASCADE"),
        schema="gis",
    )
    op.create_table(
        "layer_setting",
        sa.Column("layer", sa.Text, primary_key=True),
        sa.Column(
            "visibility",
            sa.Text,
            sa.CheckConstraint(
                "visibility IN ('draft', 'internal', 'public')", name="layer_setting_visibility_check"
            ),
            nullable=False,
        ),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        schema="gis",
    )


def _visibilities() -> None:
    op.create_table(
        "layer_visibility",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("layer", sa.Text, nullable=False),
        sa.Column("visibility", sa.Text),
        sa.Column("version", sa.BigInteger),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        schema="gis",
    )
    op.create_index("layer_visibility_layer_id_idx", "layer_visibility", ["layer", "id"], schema="gis")
    op.execute(VISIBILITIES)


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column(
            "at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("clock_timestamp()")
        ),
        sa.Column("actor", sa.Text, nullable=False, server_default=sa.text("SESSION_USER")),
        sa.Column("role", sa.Text),
        sa.Column(
            "by",
            sa.Text,
            sa.CheckConstraint(
                "by IN ('token', 'session', 'command', 'sql', 'nobody')", name="audit_by_check"
            ),
            nullable=False,
            server_default="sql",
        ),
        sa.Column("address", sa.Text),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("object", sa.Text, nullable=False, server_default=""),
        sa.Column("before", JSONB),
        sa.Column("after", JSONB),
        sa.Column("request_id", sa.Text),
        schema="gis",
    )
    for columns in (["at", "id"], ["actor", "id"], ["object", "id"]):
        op.create_index(f"audit_{'_'.join(columns)}_idx", "audit", columns, schema="gis")
    # The trigger on versions asks whether a version has been told of already.
    op.create_index(
        "audit_version_idx",
        "audit",
        ["object", sa.text("(after -> 'version')")],
        schema="gis",
        postgresql_where=sa.text("action = 'layer.version'"),
    )
    op.execute(GUARD)
    op.execute(DIRECT)
    op.execute(VERSIONS)
    for table, deeds in WATCHED.items():
        op.execute(
            f"CREATE TRIGGER audit_direct AFTER {deeds} ON gis.{table}"
            " FOR EACH ROW EXECUTE FUNCTION gis.audit_direct()"
        )
        op.execute(
            f"CREATE TRIGGER audit_truncate AFTER TRUNCATE ON gis.{table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION gis.audit_direct()"
        )
        for trigger in ("audit_direct", "audit_truncate"):
            op.execute(f"ALTER TABLE gis.{table} ENABLE ALWAYS TRIGGER {trigger}")
    op.execute("SELECT gis.close_rights()")

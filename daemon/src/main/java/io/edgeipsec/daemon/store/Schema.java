package io.edgeipsec.daemon.store;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * The tables, as the steps that lead to them. A store made by an older version is brought up to
 * date step by step, each a transaction; a released step is never edited. Store thread only.
 */
final class Schema {

    /** "EIPS", by which the file can be told from any other database. */
    private static final int APPLICATION_ID = 0x45495053;

    private static final List<List<String>> STEPS =
            List.of(
                    List.of(
                            "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT",
                            "INSERT INTO meta VALUES ('change_number', '0')",

                            // body: the resource as JSON, without secrets.
                            """
                            CREATE TABLE resource (
                              key INTEGER PRIMARY KEY,
                              kind TEXT NOT NULL,
                              id TEXT NOT NULL,
                              resource_type TEXT NOT NULL,
                              system_owned INTEGER NOT NULL,
                              revision INTEGER NOT NULL,
                              body TEXT NOT NULL,
                              UNIQUE (kind, id)
                            ) STRICT""",
                            "CREATE INDEX resource_by_type ON resource (kind, resource_type, id)",

                            // Who refers to whom; a resource that is referred to cannot go.
                            """
                            CREATE TABLE reference (
                              owner INTEGER NOT NULL REFERENCES resource ON DELETE CASCADE,
                              target INTEGER NOT NULL REFERENCES resource ON DELETE RESTRICT,
                              PRIMARY KEY (owner, target)
                            ) STRICT, WITHOUT ROWID""",
                            "CREATE INDEX reference_by_target ON reference (target)",
                            """
                            CREATE TABLE session_address (
                              session INTEGER PRIMARY KEY REFERENCES resource ON DELETE CASCADE,
                              local INTEGER NOT NULL,
                              peer INTEGER NOT NULL
                            ) STRICT""",
                            "CREATE INDEX session_by_address ON session_address (local, peer)",
                            """
                            CREATE TABLE sealed_key (
                              session INTEGER PRIMARY KEY REFERENCES resource ON DELETE CASCADE,
                              nonce BLOB NOT NULL,
                              sealed BLOB NOT NULL
                            ) STRICT""",

                            // Numbers of kernel objects. Every number below next_number.next is
                            // either in use or in free_number.
                            """
                            CREATE TABLE tunnel_number (
                              session INTEGER PRIMARY KEY REFERENCES resource ON DELETE CASCADE,
                              number INTEGER NOT NULL UNIQUE
                            ) STRICT""",
                            """
                            CREATE TABLE pair_number (
                              session INTEGER NOT NULL REFERENCES resource ON DELETE CASCADE,
                              source TEXT NOT NULL,
                              destination TEXT NOT NULL,
                              number INTEGER NOT NULL UNIQUE,
                              PRIMARY KEY (session, source, destination)
                            ) STRICT, WITHOUT ROWID""",
                            """
                            CREATE TABLE next_number (
                              space TEXT PRIMARY KEY,
                              next INTEGER NOT NULL
                            ) STRICT, WITHOUT ROWID""",
                            "INSERT INTO next_number VALUES ('tunnel', 1), ('pair', 1)",
                            """
                            CREATE TABLE free_number (
                              space TEXT NOT NULL REFERENCES next_number,
                              number INTEGER NOT NULL,
                              PRIMARY KEY (space, number)
                            ) STRICT, WITHOUT ROWID"""),
                    List.of(
                            """
                            CREATE TABLE sealed_private_key (
                              certificate INTEGER PRIMARY KEY REFERENCES resource
                                ON DELETE CASCADE,
                              nonce BLOB NOT NULL,
                              sealed BLOB NOT NULL
                            ) STRICT"""),
                    List.of(
                            """
                            CREATE TABLE sealed_ppk (
                              session INTEGER PRIMARY KEY REFERENCES resource ON DELETE CASCADE,
                              nonce BLOB NOT NULL,
                              sealed BLOB NOT NULL
                            ) STRICT"""),
                    List.of("INSERT INTO meta VALUES ('run', '0')"),
                    // Which request made a change; the newest of them only.
                    List.of(
                            """
                            CREATE TABLE change_request (
                              change_number INTEGER PRIMARY KEY,
                              request_id TEXT NOT NULL UNIQUE,
                              kind TEXT NOT NULL,
                              id TEXT NOT NULL
                            ) STRICT"""),
                    List.of(
                            """
                            CREATE TABLE user (
                              number INTEGER PRIMARY KEY AUTOINCREMENT,
                              name TEXT NOT NULL UNIQUE,
                              full_name TEXT,
                              role TEXT NOT NULL,
                              password_hash TEXT,
                              password_changed INTEGER
                            ) STRICT""",
                            // The contract's users have five digits.
                            "INSERT INTO sqlite_sequence VALUES ('user', 9999)",
                            """
                            CREATE TABLE principal (
                              id TEXT PRIMARY KEY,
                              name TEXT NOT NULL UNIQUE,
                              role TEXT NOT NULL,
                              certificate_sha256 TEXT NOT NULL UNIQUE,
                              certificate_subject TEXT NOT NULL,
                              certificate_not_after INTEGER NOT NULL
                            ) STRICT, WITHOUT ROWID""",
                            // changes: a list in JSON, without secrets.
                            """
                            CREATE TABLE audit (
                              sequence INTEGER PRIMARY KEY AUTOINCREMENT,
                              time INTEGER NOT NULL,
                              user TEXT NOT NULL,
                              role TEXT,
                              authentication TEXT NOT NULL,
                              origin TEXT NOT NULL,
                              request_id TEXT,
                              operation TEXT NOT NULL,
                              kind TEXT NOT NULL,
                              id TEXT NOT NULL,
                              revision_before INTEGER,
                              revision_after INTEGER,
                              detail TEXT,
                              changes TEXT
                            ) STRICT""",
                            "CREATE INDEX audit_by_id ON audit (id, sequence)",
                            "CREATE INDEX audit_by_user ON audit (user, sequence)"),
                    List.of(
                            // Enabled sessions only, by what must tell them apart.
                            """
                            CREATE TABLE session_identity (
                              session INTEGER PRIMARY KEY REFERENCES resource ON DELETE CASCADE,
                              local INTEGER NOT NULL,
                              peer INTEGER NOT NULL,
                              peer_bucket TEXT NOT NULL,
                              local_bucket TEXT NOT NULL,
                              peer_id TEXT NOT NULL,
                              local_id TEXT NOT NULL
                            ) STRICT""",
                            "CREATE INDEX session_by_identity ON session_identity"
                                    + " (local, peer, peer_bucket, local_bucket)",
                            """
                            CREATE VIRTUAL TABLE protected_pair USING rtree_i32 (
                              number, min_source, max_source, min_destination, max_destination
                            )"""),
                    SchemaOfLists.STEP,
                    // number: the change's. lost: how many before it were given up for want of
                    // room.
                    List.of(
                            """
                            CREATE TABLE notification (
                              number INTEGER PRIMARY KEY,
                              lost INTEGER NOT NULL DEFAULT 0,
                              body TEXT NOT NULL
                            ) STRICT""",
                            // So that counting them need not read the bodies.
                            "CREATE INDEX notification_number ON notification (number)"),
                    // The one row of what is set of the service. stopped: when, by whom; null
                    // while it runs.
                    List.of(
                            """
                            CREATE TABLE node_service (
                              id INTEGER PRIMARY KEY CHECK (id = 1),
                              revision INTEGER NOT NULL,
                              logging_level TEXT,
                              stopped INTEGER,
                              stopped_by TEXT,
                              restarts INTEGER NOT NULL
                            ) STRICT""",
                            "INSERT INTO node_service VALUES (1, 0, NULL, NULL, NULL, 0)"),
                    List.of(
                            "ALTER TABLE resource ADD COLUMN tunnel_port_id TEXT AS"
                                    + " (json_extract(body, '$.tunnel_ports[0].tunnel_port_id'))"
                                    + " VIRTUAL",
                            "CREATE INDEX resource_by_tunnel_port ON resource (tunnel_port_id)"
                                    + " WHERE tunnel_port_id IS NOT NULL"),
                    // Numbers of groups are not given out twice, so none is in free_number.
                    List.of(
                            """
                            CREATE TABLE group_number (
                              multi_path_group INTEGER PRIMARY KEY REFERENCES resource
                                ON DELETE CASCADE,
                              number INTEGER NOT NULL UNIQUE
                            ) STRICT""",
                            "INSERT INTO group_number SELECT key, row_number() OVER (ORDER BY key)"
                                    + " FROM resource WHERE kind = 'multi-path-group'",
                            "INSERT INTO next_number SELECT 'group', count(*) + 1"
                                    + " FROM group_number"));

    private Schema() {}

    /** Checks that the file is ours, whole and not too new, and brings it up to date. */
    static void bringUpToDate(Connection connection, Path file)
            throws SQLException, StoreException {
        try (Statement statement = connection.createStatement()) {
            int version = (int) pragma(statement, "user_version");
            long application = pragma(statement, "application_id");
            boolean empty = version == 0 && application == 0 && isEmpty(statement);
            if (!empty && application != APPLICATION_ID) {
                throw new StoreException(
                        file + " is a database of another program; set another state_dir");
            }
            if (version > STEPS.size()) {
                throw new StoreException(
                        file
                                + " was written by a newer edge-ipsecd (its format is "
                                + version
                                + ", this one knows "
                                + STEPS.size()
                                + "); install that one again, or restore a backup");
            }
            checkWhole(statement, file);
            connection.setAutoCommit(false);
            for (int step = version; step < STEPS.size(); step++) {
                for (String sql : STEPS.get(step)) {
                    statement.execute(sql);
                }
                statement.execute("PRAGMA application_id = " + APPLICATION_ID);
                statement.execute("PRAGMA user_version = " + (step + 1));
                connection.commit();
            }
        }
    }

    private static void checkWhole(Statement statement, Path file)
            throws SQLException, StoreException {
        try (ResultSet result = statement.executeQuery("PRAGMA integrity_check(1)")) {
            if (!result.next() || !result.getString(1).equals("ok")) {
                throw new StoreException(
                        file
                                + " is damaged ("
                                + result.getString(1)
                                + "); move it and its -wal and -shm files away and restore a"
                                + " backup, or start without and put the sessions again");
            }
        }
        try (ResultSet result = statement.executeQuery("PRAGMA foreign_key_check")) {
            if (result.next()) {
                throw new StoreException(
                        file
                                + " is damaged: a row of "
                                + result.getString(1)
                                + " refers to nothing; restore a backup");
            }
        }
    }

    private static boolean isEmpty(Statement statement) throws SQLException {
        try (ResultSet result = statement.executeQuery("SELECT count(*) FROM sqlite_schema")) {
            return result.next() && result.getLong(1) == 0;
        }
    }

    private static long pragma(Statement statement, String name) throws SQLException {
        try (ResultSet result = statement.executeQuery("PRAGMA " + name)) {
            return result.next() ? result.getLong(1) : 0;
        }
    }
}

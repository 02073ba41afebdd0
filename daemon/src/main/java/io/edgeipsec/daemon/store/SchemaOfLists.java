package io.edgeipsec.daemon.store;

import java.util.ArrayList;
import java.util.List;

/**
 * The step of {@link Schema} that lists need: an index for each order, with and without a type, so
 * that a page costs the same wherever it starts; and how many there are, kept by triggers. What is
 * sorted by is taken from the body, where it is stored once.
 */
final class SchemaOfLists {

    static final List<String> STEP = step();

    private SchemaOfLists() {}

    private static List<String> step() {
        List<String> statements = new ArrayList<>();
        // The first 128 characters, so that a cursor, which holds one, fits into a request line.
        addOrder(
                statements,
                "sort_display_name TEXT",
                "substr(json_extract(body, '$.display_name'), 1, 128)");
        addOrder(
                statements,
                "sort_description TEXT",
                "substr(coalesce(json_extract(body, '$.description'), ''), 1, 128)");
        addOrder(statements, "sort_create_time INTEGER", "json_extract(body, '$._create_time')");
        addOrder(
                statements,
                "sort_last_modified_time INTEGER",
                "json_extract(body, '$._last_modified_time')");
        statements.add(
                """
                CREATE TABLE resource_count (
                  kind TEXT NOT NULL,
                  resource_type TEXT NOT NULL,
                  count INTEGER NOT NULL,
                  PRIMARY KEY (kind, resource_type)
                ) STRICT, WITHOUT ROWID""");
        statements.add(
                "INSERT INTO resource_count SELECT kind, resource_type, count(*) FROM resource"
                        + " GROUP BY kind, resource_type");
        String more =
                "INSERT INTO resource_count VALUES (new.kind, new.resource_type, 1)"
                        + " ON CONFLICT DO UPDATE SET count = count + 1;";
        String less =
                "UPDATE resource_count SET count = count - 1"
                        + " WHERE kind = old.kind AND resource_type = old.resource_type;";
        statements.add(
                "CREATE TRIGGER resource_came AFTER INSERT ON resource BEGIN " + more + " END");
        statements.add(
                "CREATE TRIGGER resource_went AFTER DELETE ON resource BEGIN " + less + " END");
        statements.add(
                "CREATE TRIGGER resource_turned AFTER UPDATE OF resource_type ON resource BEGIN "
                        + less
                        + " "
                        + more
                        + " END");
        return List.copyOf(statements);
    }

    private static void addOrder(List<String> statements, String column, String value) {
        String name = column.substring(0, column.indexOf(' '));
        statements.add("ALTER TABLE resource ADD COLUMN " + column + " AS (" + value + ") VIRTUAL");
        statements.add(
                "CREATE INDEX resource_by_" + name + " ON resource (kind, " + name + ", id)");
        statements.add(
                "CREATE INDEX resource_by_type_and_"
                        + name
                        + " ON resource (kind, resource_type, "
                        + name
                        + ", id)");
    }
}

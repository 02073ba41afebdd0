package io.edgeipsec.api.operation;

import io.edgeipsec.api.error.ApiException;
import io.edgeipsec.api.error.FieldError;
import io.edgeipsec.api.port.ListQuery;
import io.edgeipsec.api.port.SortField;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/**
 * Cursors of lists: where a page ended, and in which order. One starts with a letter, since clients
 * take a cursor that starts with "0000" for the end of the list.
 */
final class Cursors {

    private static final String MARK = "p";
    private static final String SEPARATOR = "\n";
    private static final int PARTS = 4;

    private Cursors() {}

    /** What a cursor says. */
    record Cursor(ListQuery.Order order, ListQuery.Position position) {}

    static String encode(Cursor cursor) {
        // The value comes last, as it may have line ends in it.
        String text =
                String.join(
                        SEPARATOR,
                        cursor.order().field().field(),
                        String.valueOf(cursor.order().ascending()),
                        cursor.position().id(),
                        cursor.position().value());
        return opaque(text);
    }

    /** The cursor that says just this, for a list that has one order. */
    static String opaque(String text) {
        return MARK
                + Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The number that such a cursor says. */
    static long number(String cursor) {
        try {
            return Long.parseLong(text(cursor));
        } catch (IllegalArgumentException e) {
            throw unknown();
        }
    }

    private static String text(String cursor) {
        return new String(
                Base64.getUrlDecoder().decode(cursor.substring(MARK.length())),
                StandardCharsets.UTF_8);
    }

    private static ApiException unknown() {
        return ApiException.invalid(
                List.of(
                        new FieldError(
                                "cursor",
                                "something else",
                                "the cursor of the page before, unchanged")));
    }

    /** Reads a cursor whose form the document has checked. */
    static Cursor decode(String cursor) {
        try {
            String[] parts = text(cursor).split(SEPARATOR, PARTS);
            if (parts.length < PARTS) {
                throw new IllegalArgumentException("not a cursor");
            }
            SortField field = SortField.of(parts[0]);
            if (field == SortField.CREATE_TIME || field == SortField.LAST_MODIFIED_TIME) {
                Long.parseLong(parts[3]);
            }
            return new Cursor(
                    new ListQuery.Order(field, Boolean.parseBoolean(parts[1])),
                    new ListQuery.Position(parts[3], parts[2]));
        } catch (IllegalArgumentException e) {
            throw unknown();
        }
    }
}

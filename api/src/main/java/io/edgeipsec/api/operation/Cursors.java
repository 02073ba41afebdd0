package io.edgeipsec.api.operation;

import io.edgeipsec.api.error.ApiException;
import io.edgeipsec.api.error.FieldError;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/**
 * Cursors of lists. One starts with a letter, since clients take a cursor that starts with "0000"
 * for the end of the list.
 */
final class Cursors {

    private static final String MARK = "p";

    private Cursors() {}

    static String after(String id) {
        return MARK
                + Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(id.getBytes(StandardCharsets.UTF_8));
    }

    /** The id after which the page starts; the document has checked the cursor's form. */
    static String id(String cursor) {
        try {
            return new String(
                    Base64.getUrlDecoder().decode(cursor.substring(MARK.length())),
                    StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw ApiException.invalid(
                    List.of(
                            new FieldError(
                                    "cursor",
                                    "something else",
                                    "the cursor of the page before, unchanged")));
        }
    }
}

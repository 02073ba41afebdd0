package io.edgeipsec.api.http;

import io.edgeipsec.api.error.ApiException;
import io.edgeipsec.api.error.ErrorCode;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The content types that a body of ours may have. */
final class MediaType {

    private static final int MAX_SHOWN = 100;

    private MediaType() {}

    /** Takes what an operation asks for. */
    static void check(@Nullable String contentType, String expected) {
        if (expected.equals("application/json")) {
            check(contentType);
        } else {
            checkIs(contentType, expected);
        }
    }

    private static void checkIs(@Nullable String contentType, String expected) {
        String type = contentType == null ? "" : contentType.split(";", -1)[0].strip();
        if (!type.equalsIgnoreCase(expected)) {
            throw new ApiException(
                    ErrorCode.UNSUPPORTED_MEDIA_TYPE,
                    "this takes a body of type " + expected + " only");
        }
    }

    /**
     * Takes JSON in UTF-8, and no type at all for JSON. The contract tells clients to send {@code
     * Content-Type:charset=UTF-8} where a URL has UTF-8 in it, so that is taken too.
     */
    static void check(@Nullable String contentType) {
        if (contentType == null) {
            return;
        }
        String[] parts = contentType.toLowerCase(Locale.ROOT).split(";", -1);
        String type = parts[0].strip();
        boolean json =
                type.isEmpty() || type.equals("application/json") || type.equals("charset=utf-8");
        boolean utf8 = true;
        for (int i = 1; i < parts.length; i++) {
            String parameter = parts[i].replaceAll("[\\s\"]", "");
            utf8 &= !parameter.startsWith("charset=") || parameter.equals("charset=utf-8");
        }
        if (!json || !utf8) {
            throw new ApiException(
                    ErrorCode.UNSUPPORTED_MEDIA_TYPE,
                    "the body is said to be "
                            + contentType.substring(0, Math.min(MAX_SHOWN, contentType.length()))
                            + "; send JSON in UTF-8 with Content-Type: application/json");
        }
    }
}

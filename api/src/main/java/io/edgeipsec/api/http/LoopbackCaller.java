package io.edgeipsec.api.http;

import io.edgeipsec.api.error.ApiException;
import io.edgeipsec.api.error.ErrorCode;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Keeps web pages away from the development listener: a browser on this machine can be made to send
 * requests to loopback, directly (they carry an origin) or through a name that its owner points
 * there (that name is then the host).
 */
final class LoopbackCaller {

    private static final Pattern LOOPBACK_HOST =
            Pattern.compile("(localhost|127(\\.[0-9]{1,3}){3}|\\[::1\\])(:[0-9]{1,5})?");

    private LoopbackCaller() {}

    static void check(@Nullable String host, @Nullable String origin) {
        if (origin != null) {
            throw new ApiException(
                    ErrorCode.MALFORMED_REQUEST,
                    "the development listener does not serve web pages, and the request comes from"
                            + " one: it has the header Origin");
        }
        if (host != null && !LOOPBACK_HOST.matcher(host.toLowerCase(Locale.ROOT)).matches()) {
            throw new ApiException(
                    ErrorCode.MALFORMED_REQUEST,
                    "the development listener is reached as localhost or by a loopback address,"
                            + " not by the name in the header Host");
        }
    }
}

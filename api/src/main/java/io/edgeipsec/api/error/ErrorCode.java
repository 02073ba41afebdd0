package io.edgeipsec.api.error;

import java.net.HttpURLConnection;

/**
 * Every kind of error, with its HTTP status and the code in the body. Codes of module
 * common-services are those that NSX clients act on or know; the others are ours: the HTTP status
 * followed by two digits.
 */
public enum ErrorCode {
    MALFORMED_JSON(HttpURLConnection.HTTP_BAD_REQUEST, "BAD_REQUEST", 40001, Module.OURS),
    MALFORMED_REQUEST(HttpURLConnection.HTTP_BAD_REQUEST, "BAD_REQUEST", 40002, Module.OURS),
    INVALID_FIELDS(HttpURLConnection.HTTP_BAD_REQUEST, "BAD_REQUEST", 255, Module.COMMON),
    UNAUTHENTICATED(HttpURLConnection.HTTP_UNAUTHORIZED, "UNAUTHORIZED", 40101, Module.OURS),
    BAD_XSRF_TOKEN(HttpURLConnection.HTTP_FORBIDDEN, "FORBIDDEN", 98, Module.COMMON),
    CERTIFICATE_NOT_TRUSTED(HttpURLConnection.HTTP_FORBIDDEN, "FORBIDDEN", 99, Module.COMMON),
    SYSTEM_OWNED(HttpURLConnection.HTTP_FORBIDDEN, "FORBIDDEN", 40301, Module.OURS),
    LOCKED_OUT(HttpURLConnection.HTTP_FORBIDDEN, "FORBIDDEN", 40302, Module.OURS),
    ROLE_TOO_LOW(HttpURLConnection.HTTP_FORBIDDEN, "FORBIDDEN", 40303, Module.OURS),
    PROTECTED(HttpURLConnection.HTTP_FORBIDDEN, "FORBIDDEN", 40304, Module.OURS),
    CROSS_ORIGIN(HttpURLConnection.HTTP_FORBIDDEN, "FORBIDDEN", 40305, Module.OURS),
    NOBODY_CAN_LOG_IN(HttpURLConnection.HTTP_FORBIDDEN, "FORBIDDEN", 40306, Module.OURS),
    NO_SUCH_OBJECT(HttpURLConnection.HTTP_NOT_FOUND, "NOT_FOUND", 202, Module.COMMON),
    NO_SUCH_PATH(HttpURLConnection.HTTP_NOT_FOUND, "NOT_FOUND", 269, Module.COMMON),
    METHOD_NOT_ALLOWED(HttpURLConnection.HTTP_BAD_METHOD, "METHOD_NOT_ALLOWED", 269, Module.COMMON),
    BODY_TIMEOUT(HttpURLConnection.HTTP_CLIENT_TIMEOUT, "REQUEST_TIMEOUT", 40801, Module.OURS),
    IN_USE(HttpURLConnection.HTTP_CONFLICT, "CONFLICT", 40901, Module.OURS),
    FULL(HttpURLConnection.HTTP_CONFLICT, "CONFLICT", 40902, Module.OURS),
    NOT_POSSIBLE_NOW(HttpURLConnection.HTTP_CONFLICT, "CONFLICT", 40903, Module.OURS),
    NOT_EXPRESSIBLE(HttpURLConnection.HTTP_CONFLICT, "CONFLICT", 40904, Module.OURS),
    NAME_TAKEN(HttpURLConnection.HTTP_CONFLICT, "CONFLICT", 40905, Module.OURS),
    STALE_REVISION(HttpURLConnection.HTTP_PRECON_FAILED, "PRECONDITION_FAILED", 604, Module.COMMON),
    BODY_TOO_LARGE(
            HttpURLConnection.HTTP_ENTITY_TOO_LARGE, "PAYLOAD_TOO_LARGE", 41301, Module.OURS),
    REQUEST_LINE_TOO_LONG(HttpURLConnection.HTTP_REQ_TOO_LONG, "URI_TOO_LONG", 41401, Module.OURS),
    UNSUPPORTED_MEDIA_TYPE(
            HttpURLConnection.HTTP_UNSUPPORTED_TYPE, "UNSUPPORTED_MEDIA_TYPE", 41501, Module.OURS),
    HEADERS_TOO_LARGE(431, "REQUEST_HEADER_FIELDS_TOO_LARGE", 43101, Module.OURS),
    TOO_MANY_REQUESTS(429, "TOO_MANY_REQUESTS", 42901, Module.OURS),
    INTERNAL(HttpURLConnection.HTTP_INTERNAL_ERROR, "INTERNAL_SERVER_ERROR", 50001, Module.OURS),
    BUSY(HttpURLConnection.HTTP_UNAVAILABLE, "SERVICE_UNAVAILABLE", 50301, Module.OURS);

    private static final class Module {
        static final String COMMON = "common-services";
        static final String OURS = "edge-ipsec";
    }

    private final int httpStatus;
    private final String httpStatusName;
    private final int code;
    private final String module;

    ErrorCode(int httpStatus, String httpStatusName, int code, String module) {
        this.httpStatus = httpStatus;
        this.httpStatusName = httpStatusName;
        this.code = code;
        this.module = module;
    }

    public int httpStatus() {
        return httpStatus;
    }

    /** The {@code httpStatus} member of the body. */
    public String httpStatusName() {
        return httpStatusName;
    }

    public int code() {
        return code;
    }

    public String module() {
        return module;
    }
}

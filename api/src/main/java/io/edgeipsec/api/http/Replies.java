package io.edgeipsec.api.http;

import io.edgeipsec.api.error.ApiException;
import io.edgeipsec.api.error.ErrorCode;
import io.edgeipsec.api.operation.ApiResponse;
import io.edgeipsec.api.operation.ApiService;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.Optional;

/**
 * Writes answers, also to requests that were not read to their end. The connection's event loop.
 */
final class Replies {

    private final Vertx vertx;

    Replies(Vertx vertx) {
        this.vertx = vertx;
    }

    /** Answers what is no HTTP, or more of it than we read. */
    static void refuseInvalid(HttpServerRequest request) {
        Throwable cause = request.decoderResult().cause();
        ApiException error;
        if (cause instanceof TooLongHttpLineException) {
            error =
                    new ApiException(
                            ErrorCode.REQUEST_LINE_TOO_LONG,
                            "the request line has more than "
                                    + Limits.MAX_REQUEST_LINE_OCTETS
                                    + " octets");
        } else if (cause instanceof TooLongHttpHeaderException) {
            error =
                    new ApiException(
                            ErrorCode.HEADERS_TOO_LARGE,
                            "the headers have more than " + Limits.MAX_HEADER_OCTETS + " octets");
        } else {
            error =
                    new ApiException(
                            ErrorCode.MALFORMED_REQUEST, "the request is not well-formed HTTP");
        }
        HttpServerResponse response = request.response();
        response.putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        write(request, ApiService.error(error));
        response.end().onComplete(ended -> request.connection().close());
    }

    /**
     * Answers without having read the body. What is left of a small one is dropped as it comes;
     * with one that is large or without end, the answer is written at once and in full, but the
     * connection closed only when the caller has stopped sending.
     */
    void refuse(HttpServerRequest request, ApiResponse answer) {
        HttpServerResponse response = request.response();
        if (request.isEnded() || hasSmallBody(request)) {
            write(request, answer);
            response.end();
        } else {
            refuseAndClose(request, answer);
        }
    }

    /** As {@link #refuse}, of a request whose body may go on. */
    void refuseAndClose(HttpServerRequest request, ApiResponse answer) {
        HttpServerResponse response = request.response();
        response.putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        write(request, answer);
        long timer =
                vertx.setTimer(Limits.DISCARD.toMillis(), expired -> request.connection().close());
        long[] discarded = {0};
        request.exceptionHandler(failure -> vertx.cancelTimer(timer));
        request.handler(
                part -> {
                    discarded[0] += part.length();
                    if (discarded[0] > Limits.MAX_DISCARDED_OCTETS) {
                        vertx.cancelTimer(timer);
                        request.connection().close();
                    }
                });
        request.endHandler(
                end -> {
                    vertx.cancelTimer(timer);
                    response.end().onComplete(ended -> request.connection().close());
                });
        request.resume();
    }

    /** One that will come for sure: who asks first may keep it after a refusal, or not. */
    private static boolean hasSmallBody(HttpServerRequest request) {
        return request.getHeader(HttpHeaders.TRANSFER_ENCODING) == null
                && request.getHeader(HttpHeaders.EXPECT) == null
                && announcedLength(request) <= Limits.MAX_BODY_OCTETS;
    }

    /** The parser has refused what is no number. */
    static long announcedLength(HttpServerRequest request) {
        return Optional.ofNullable(request.getHeader(HttpHeaders.CONTENT_LENGTH))
                .map(Long::parseLong)
                .orElse(0L);
    }

    /** Writes the whole answer but does not end it. */
    static void write(HttpServerRequest request, ApiResponse answer) {
        HttpServerResponse response = request.response();
        response.setStatusCode(answer.status());
        answer.headers()
                .forEach(header -> response.headers().add(header.getKey(), header.getValue()));
        response.putHeader(HttpHeaders.CONTENT_LENGTH, String.valueOf(answer.body().length));
        response.putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        if (answer.body().length > 0 && !response.headers().contains(HttpHeaders.CONTENT_TYPE)) {
            response.putHeader(HttpHeaders.CONTENT_TYPE, "application/json");
        }
        if (!request.method().equals(HttpMethod.HEAD)) {
            response.write(Buffer.buffer(answer.body()));
        }
    }
}

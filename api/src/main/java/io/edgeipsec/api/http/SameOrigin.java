package io.edgeipsec.api.http;

import io.edgeipsec.api.error.ApiException;
import io.edgeipsec.api.error.ErrorCode;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;

/**
 * Keeps other web sites from using what a browser sends by itself: a password that it remembers, a
 * client certificate. A browser says where a changing request comes from.
 */
final class SameOrigin {

    private SameOrigin() {}

    static void check(HttpServerRequest request) {
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        boolean changing =
                !request.method().equals(HttpMethod.GET)
                        && !request.method().equals(HttpMethod.HEAD);
        String own = "https://" + request.getHeader(HttpHeaders.HOST);
        if (changing && origin != null && !origin.equalsIgnoreCase(own)) {
            throw new ApiException(
                    ErrorCode.CROSS_ORIGIN,
                    "the request comes from a web page of another site: its Origin is not " + own);
        }
    }
}

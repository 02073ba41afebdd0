package io.edgeipsec.api.http;

import io.edgeipsec.api.auth.Caller;
import io.edgeipsec.api.auth.ClientLimits;
import io.edgeipsec.api.auth.Source;
import io.edgeipsec.api.contract.ApiOperation;
import io.edgeipsec.api.error.ApiException;
import io.edgeipsec.api.error.ErrorCode;
import io.edgeipsec.api.event.EventSelection;
import io.edgeipsec.api.operation.ApiRequest;
import io.edgeipsec.api.operation.ApiResponse;
import io.edgeipsec.api.operation.ApiService;
import io.edgeipsec.api.operation.Arrival;
import io.edgeipsec.api.operation.Route;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Takes requests in: decides from the head whether the body is wanted, collects it within the
 * limits, hands the whole over, and has the answer written. Everything runs on the connection's
 * event loop.
 */
final class RequestDoor {

    private static final String OVERWRITE_HEADER = "X-Allow-Overwrite";

    private final Vertx vertx;
    private final Replies replies;
    private final ApiService service;
    private final EventStreams streams;
    private final Doorkeeper doorkeeper;
    private final ClientLimits limits;
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicLong bufferedOctets = new AtomicLong();

    RequestDoor(
            Vertx vertx,
            ApiService service,
            EventStreams streams,
            Doorkeeper doorkeeper,
            ClientLimits limits) {
        this.vertx = vertx;
        this.replies = new Replies(vertx);
        this.service = service;
        this.streams = streams;
        this.doorkeeper = doorkeeper;
        this.limits = limits;
    }

    /** Takes a connection, if there are not too many. */
    void admit(HttpConnection connection) {
        if (connections.incrementAndGet() > Limits.MAX_CONNECTIONS) {
            connections.decrementAndGet();
            connection.close();
            return;
        }
        connection.closeHandler(closed -> connections.decrementAndGet());
    }

    /** Ends the answers that have no end of their own; the server stops. */
    void endStreams() {
        streams.close();
    }

    /** Takes a well-formed request. */
    void receive(HttpServerRequest request, Listener listener) {
        if (requests.incrementAndGet() > Limits.MAX_REQUESTS) {
            requests.decrementAndGet();
            replies.refuse(request, ApiService.busy());
            return;
        }
        Visit visit = new Visit(request, listener);
        request.response().endHandler(ended -> visit.end());
        request.response().closeHandler(closed -> visit.end());
        try {
            visit.begin();
        } catch (ApiService.RefusedException e) {
            visit.refuse(e.response());
        } catch (ApiException e) {
            visit.refuse(ApiService.error(e));
        }
    }

    /** One request, from its head to its answer. */
    private final class Visit {

        private final HttpServerRequest request;
        private final Listener listener;
        private final Source source;
        private final Context context = vertx.getOrCreateContext();
        private Buffer body = Buffer.buffer();
        private Runnable onEnd = () -> {};
        private boolean refused;
        private boolean ended;
        private boolean entered;

        Visit(HttpServerRequest request, Listener listener) {
            this.request = request;
            this.listener = listener;
            this.source = Doorkeeper.sourceOf(request, listener);
        }

        void begin() throws ApiService.RefusedException {
            if (listener == Listener.DEVELOPMENT) {
                LoopbackCaller.check(
                        request.getHeader(HttpHeaders.HOST), request.getHeader(HttpHeaders.ORIGIN));
            }
            if (listener == Listener.HTTPS) {
                limits.enter(source);
                entered = true;
                SameOrigin.check(request);
            }
            Route route = service.route(request.method().name(), request.path());
            Map<String, String> query = query();
            request.pause();
            doorkeeper
                    .callerOf(request, listener, source, route.operation())
                    .whenComplete(
                            (caller, failure) ->
                                    context.runOnContext(
                                            loop -> goOn(route, query, caller, failure)));
        }

        /** Who calls is known, or not to be found out. */
        private void goOn(
                Route route,
                Map<String, String> query,
                @Nullable Caller caller,
                @Nullable Throwable failure) {
            if (ended) {
                return;
            }
            if (caller == null) {
                refuse(service.failed(Objects.requireNonNull(failure)));
            } else {
                try {
                    Doorkeeper.checkRole(caller, route.operation());
                    expectBody(route, query, caller);
                } catch (ApiException e) {
                    refuse(ApiService.error(e));
                }
            }
            // What came meanwhile is handed on at once, so only now.
            request.resume();
        }

        private void expectBody(Route route, Map<String, String> query, Caller caller) {
            long announced = Replies.announcedLength(request);
            if (announced > Limits.MAX_BODY_OCTETS) {
                throw tooLarge(String.valueOf(announced));
            }
            if (route.operation().body() != null) {
                MediaType.check(
                        request.getHeader(HttpHeaders.CONTENT_TYPE), route.operation().bodyType());
            }
            long timer = vertx.setTimer(Limits.BODY.toMillis(), expired -> timeOut());
            request.exceptionHandler(failure -> vertx.cancelTimer(timer));
            request.handler(this::collect);
            request.endHandler(
                    end -> {
                        vertx.cancelTimer(timer);
                        if (!refused) {
                            hand(route, query, caller);
                        }
                    });
            if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
                request.response().writeContinue();
            }
        }

        private Map<String, String> query() {
            Map<String, String> query = new HashMap<>();
            try {
                request.params().forEach(query::put);
            } catch (IllegalArgumentException e) {
                throw new ApiException(
                        ErrorCode.MALFORMED_REQUEST, "the query is not percent-encoded correctly");
            }
            return query;
        }

        private void collect(Buffer part) {
            if (refused) {
                return;
            }
            body.appendBuffer(part);
            long buffered = bufferedOctets.addAndGet(part.length());
            if (body.length() > Limits.MAX_BODY_OCTETS) {
                refuse(ApiService.error(tooLarge("too many")));
            } else if (buffered > Limits.MAX_BUFFERED_OCTETS) {
                refuse(ApiService.busy());
            }
        }

        private void timeOut() {
            if (!ended && !refused) {
                refused = true;
                forgetBody();
                replies.refuseAndClose(
                        request,
                        ApiService.error(
                                new ApiException(
                                        ErrorCode.BODY_TIMEOUT,
                                        "the body did not arrive within "
                                                + Limits.BODY.toSeconds()
                                                + " seconds")));
            }
        }

        void refuse(ApiResponse answer) {
            refused = true;
            forgetBody();
            replies.refuse(request, answer);
        }

        private void hand(Route route, Map<String, String> query, Caller caller) {
            byte[] octets = body.getBytes();
            service.call(
                            new ApiRequest(
                                    route,
                                    query,
                                    headers(route.operation()),
                                    octets,
                                    caller,
                                    new Arrival(
                                            source,
                                            "true"
                                                    .equalsIgnoreCase(
                                                            request.getHeader(OVERWRITE_HEADER)),
                                            Doorkeeper.sessionToken(request)),
                                    UUID.randomUUID().toString()))
                    .thenAccept(
                            answer ->
                                    context.runOnContext(
                                            loop -> {
                                                if (!ended) {
                                                    answer(answer, caller);
                                                }
                                            }));
        }

        private void answer(ApiResponse answer, Caller caller) {
            Optional<EventSelection> events = answer.events();
            if (events.isPresent()) {
                EventStream.Who who = new EventStream.Who(caller, Doorkeeper.sessionToken(request));
                Optional<EventStream> stream = streams.open(request, who, events.get());
                if (stream.isPresent()) {
                    onEnd = stream.get()::end;
                    return;
                }
            }
            Replies.write(request, events.isPresent() ? ApiService.tooManyReaders() : answer);
            request.response().end();
        }

        private Map<String, String> headers(ApiOperation operation) {
            Map<String, String> headers = new HashMap<>();
            for (String name : operation.headerParameters().keySet()) {
                Optional.ofNullable(request.getHeader(name))
                        .ifPresent(value -> headers.put(name, value));
            }
            return headers;
        }

        private void forgetBody() {
            bufferedOctets.addAndGet(-body.length());
            body = Buffer.buffer();
        }

        /** The answer is out, or the caller gone. */
        void end() {
            if (!ended) {
                ended = true;
                onEnd.run();
                forgetBody();
                requests.decrementAndGet();
                if (entered) {
                    limits.leave(source);
                }
            }
        }
    }

    private static ApiException tooLarge(String seen) {
        return new ApiException(
                ErrorCode.BODY_TOO_LARGE,
                "the body has "
                        + seen
                        + " octets; at most "
                        + Limits.MAX_BODY_OCTETS
                        + " are taken");
    }
}

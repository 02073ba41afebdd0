package io.edgeipsec.api.operation;

import io.edgeipsec.api.contract.ApiDocument;
import io.edgeipsec.api.contract.ApiOperation;
import io.edgeipsec.api.contract.RequestReader;
import io.edgeipsec.api.contract.SchemaRules;
import io.edgeipsec.api.error.ApiException;
import io.edgeipsec.api.error.ErrorCode;
import io.edgeipsec.api.error.FieldError;
import io.edgeipsec.api.event.EventJournal;
import io.edgeipsec.api.port.AuditLog;
import io.edgeipsec.api.port.ConfigurationStore;
import io.edgeipsec.api.port.NodeService;
import io.edgeipsec.api.port.RunningSessions;
import io.edgeipsec.api.port.SessionSecrets;
import io.edgeipsec.api.port.StoreBusyException;
import io.edgeipsec.api.port.TrustReader;
import io.edgeipsec.api.resource.JsonTree;
import io.edgeipsec.api.resource.ResourceKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers requests. Any thread may call; reading and writing JSON happens on the executor, never on
 * the caller's thread or the store's.
 */
public final class ApiService {

    private static final Logger LOG = LoggerFactory.getLogger(ApiService.class);

    /** The answer to a change carries the request's id under this name. */
    private static final String REQUEST_ID_HEADER = "x-nsx-requestid";

    private final Routes routes;
    private final Supplier<RequestReader> reader;
    private final Executor executor;
    private final AuditLog audit;
    private final Map<String, Handler> handlers = new HashMap<>();

    /** Does what one operation is for; runs on the executor. */
    @FunctionalInterface
    interface Handler {
        CompletionStage<ApiResponse> handle(ApiRequest request);
    }

    /**
     * Makes the service; fails if the document has an operation that nothing here answers.
     *
     * @param executor for work that takes up to some tens of milliseconds and does not block
     */
    public ApiService(
            ApiDocument document,
            ConfigurationStore store,
            RunningSessions running,
            NodeService service,
            SessionSecrets secrets,
            TrustReader trust,
            Security security,
            Executor executor) {
        this.routes = new Routes(document.operations());
        // Loading the validator takes some 200 ms of CPU: not on the starting thread. Whoever waits
        // for it runs on the executor behind this.
        this.reader =
                CompletableFuture.supplyAsync(
                                () -> new RequestReader(document, new SchemaRules(document)),
                                executor)
                        ::join;
        this.executor = executor;
        this.audit = security.audit();
        byte[] documentBytes = document.bytes();
        handlers.put(
                "GetOpenApiDocument",
                request ->
                        CompletableFuture.completedStage(
                                new ApiResponse(200, List.of(), documentBytes)));
        for (ResourceKind<?> kind : ResourceKind.ALL) {
            Links links = new Links(document.operations(), kind);
            new ResourceOperations<>(kind, links, reader, store, executor).registerIn(handlers);
        }
        new EventOperations(reader).registerIn(handlers);
        Links crlLinks = new Links(document.operations(), ResourceKind.CRL);
        new TrustOperations(crlLinks, reader, store, trust, executor).registerIn(handlers);
        new SessionOperations(reader, store, running, executor).registerIn(handlers);
        new PortOperations(reader, store, running, executor).registerIn(handlers);
        new NodeServiceOperations(reader, service).registerIn(handlers);
        new PeerConfigOperation(reader, store, secrets, executor).registerIn(handlers);
        new LoginOperations(security).registerIn(handlers);
        new AccountOperations(reader, security).registerIn(handlers);
        new PrincipalOperations(reader, security, trust).registerIn(handlers);
        new AuditOperations(reader, security.audit(), executor).registerIn(handlers);
        for (ApiOperation operation : document.operations()) {
            if (!handlers.containsKey(operation.id())) {
                throw new IllegalStateException("nothing answers operation " + operation.id());
            }
        }
    }

    /**
     * The operation that a request is for.
     *
     * @param path undecoded, without the query
     * @throws RefusedException with the answer, if there is none
     */
    public Route route(String method, String path) throws RefusedException {
        try {
            return routes.find(method, path);
        } catch (Routes.MethodNotAllowedException e) {
            if (method.equals("OPTIONS")) {
                throw new RefusedException(
                        new ApiResponse(
                                200, List.of(Map.entry("Allow", e.allowed())), new byte[0]));
            }
            ApiException error =
                    new ApiException(
                            ErrorCode.METHOD_NOT_ALLOWED, e.getMessage() + ", only " + e.allowed());
            throw new RefusedException(error(error, List.of(Map.entry("Allow", e.allowed()))));
        } catch (ApiException e) {
            throw new RefusedException(error(e));
        }
    }

    /** Answers a request; the stage never fails. Takes over the request's body. */
    public CompletionStage<ApiResponse> call(ApiRequest request) {
        return CompletableFuture.completedFuture(request)
                .thenComposeAsync(this::dispatch, executor)
                .handle(
                        (response, failure) ->
                                failure == null ? response : answer(request, failure))
                .thenApply(response -> stamped(request, response))
                .whenComplete((response, failure) -> request.forgetBody());
    }

    private CompletionStage<ApiResponse> dispatch(ApiRequest request) {
        ApiOperation operation = request.route().operation();
        List<FieldError> errors = reader.get().checkPath(operation, request.route().parameters());
        if (!errors.isEmpty()) {
            // Where nothing is created, an id that nothing can have is one that is not there.
            throw operation.body() == null
                    ? new ApiException(
                            ErrorCode.NO_SUCH_OBJECT,
                            "there is no object with such an id: " + errors.get(0).message())
                    : ApiException.invalid(errors);
        }
        CompletionStage<ApiResponse> answer =
                Objects.requireNonNull(handlers.get(operation.id())).handle(request);
        return operation.audited()
                ? answer.thenCompose(response -> recorded(request, response))
                : answer;
    }

    /** What changes the store is recorded there; this is for the rest. */
    private CompletionStage<ApiResponse> recorded(ApiRequest request, ApiResponse response) {
        return audit.record(
                        AuditLog.Act.of(
                                request.context(),
                                request.route().kind(),
                                request.route().id().orElse("")))
                .thenApply(done -> response);
    }

    /** The answer to a request whose caller could not be found out. */
    public ApiResponse failed(Throwable failure) {
        Throwable cause = cause(failure);
        if (cause instanceof ApiException || cause instanceof StoreBusyException) {
            return refusal(cause);
        }
        LOG.error("event=api.authentication_failed", cause);
        return error(
                new ApiException(
                        ErrorCode.INTERNAL,
                        "a defect of the server, or of its disk; its log says more"));
    }

    private static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null
                ? failure.getCause()
                : failure;
    }

    private static ApiResponse refusal(Throwable cause) {
        return cause instanceof ApiException refused ? error(refused) : busy();
    }

    private static ApiResponse answer(ApiRequest request, Throwable failure) {
        Throwable cause = cause(failure);
        if (cause instanceof ApiException || cause instanceof StoreBusyException) {
            return refusal(cause);
        }
        LOG.error(
                "event=api.failed operation={} request={}",
                request.route().operation().id(),
                request.requestId(),
                cause);
        return error(
                new ApiException(
                        ErrorCode.INTERNAL,
                        "a defect of the server, or of its disk; its log says more under request "
                                + request.requestId()));
    }

    private static ApiResponse stamped(ApiRequest request, ApiResponse response) {
        if (request.route().operation().method().equals("GET")) {
            return response;
        }
        List<Map.Entry<String, String>> headers = new ArrayList<>(response.headers());
        headers.add(Map.entry(REQUEST_ID_HEADER, request.requestId()));
        return new ApiResponse(response.status(), headers, response.body());
    }

    /** The answer while too much is under way. */
    public static ApiResponse busy() {
        return error(
                new ApiException(
                        ErrorCode.BUSY, "too many requests are under way; try again in a second"),
                List.of(Map.entry("Retry-After", "1")));
    }

    /** The answer while as many read the events as may. */
    public static ApiResponse tooManyReaders() {
        return error(
                new ApiException(
                        ErrorCode.BUSY,
                        EventJournal.MAX_READERS
                                + " clients read the events already, and no more may; close one,"
                                + " or try again later"),
                List.of(Map.entry("Retry-After", "30")));
    }

    /** The answer that an error becomes. */
    public static ApiResponse error(ApiException error) {
        return error(error, List.copyOf(error.headers().entrySet()));
    }

    private static ApiResponse error(ApiException error, List<Map.Entry<String, String>> headers) {
        return new ApiResponse(error.code().httpStatus(), headers, JsonTree.write(error.toJson()));
    }

    /** A request that has its answer before its body is read. */
    public static final class RefusedException extends Exception {

        private static final long serialVersionUID = 1L;

        private final transient ApiResponse response;

        RefusedException(ApiResponse response) {
            super("refused", null, false, false);
            this.response = response;
        }

        public ApiResponse response() {
            return response;
        }
    }
}

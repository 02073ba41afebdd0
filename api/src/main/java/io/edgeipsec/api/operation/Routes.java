package io.edgeipsec.api.operation;

import io.edgeipsec.api.contract.ApiOperation;
import io.edgeipsec.api.error.ApiException;
import io.edgeipsec.api.error.ErrorCode;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/** Finds the operation that a method and path mean; the document's templates are the table. */
final class Routes {

    /** The contract prints paths with and without it. */
    private static final String PREFIX = "/api/v1/";

    private static final int MAX_SHOWN = 200;

    private final List<Template> templates;

    private record Template(ApiOperation operation, List<String> segments) {

        /** A path without parameters goes before one that has them (OpenAPI, Paths Object). */
        long parameters() {
            return segments.stream().filter(Routes::isParameter).count();
        }
    }

    Routes(List<ApiOperation> operations) {
        this.templates =
                operations.stream()
                        .map(operation -> new Template(operation, operation.segments()))
                        .sorted(Comparator.comparingLong(Template::parameters))
                        .toList();
    }

    /**
     * Finds the one operation.
     *
     * @throws ApiException {@link ErrorCode#NO_SUCH_PATH}
     * @throws MethodNotAllowedException if the path is there, but not with this method
     */
    Route find(String method, String path) throws MethodNotAllowedException {
        String below =
                path.startsWith(PREFIX)
                        ? path.substring(PREFIX.length())
                        : path.startsWith("/") ? path.substring(1) : path;
        String[] segments = below.split("/", -1);
        // A GET without its body, which whoever writes the answer leaves out (RFC 9110 §9.3.2).
        String wanted = method.equals("HEAD") ? "GET" : method;
        TreeSet<String> allowed = new TreeSet<>();
        List<String> found = List.of();
        for (Template template : templates) {
            boolean another = !allowed.isEmpty() && !template.segments().equals(found);
            if (!another && matches(template.segments(), segments)) {
                found = template.segments();
                if (template.operation().method().equals(wanted)) {
                    return new Route(
                            template.operation(), parameters(template.segments(), segments));
                }
                allowed.add(template.operation().method());
                if (template.operation().method().equals("GET")) {
                    allowed.add("HEAD");
                }
            }
        }
        if (allowed.isEmpty()) {
            throw new ApiException(ErrorCode.NO_SUCH_PATH, "there is nothing at " + shown(path));
        }
        allowed.add("OPTIONS");
        throw new MethodNotAllowedException(
                shown(path) + " does not take " + shown(method), String.join(", ", allowed));
    }

    private static boolean matches(List<String> template, String[] segments) {
        if (template.size() != segments.length) {
            return false;
        }
        for (int i = 0; i < segments.length; i++) {
            if (!isParameter(template.get(i)) && !template.get(i).equals(segments[i])) {
                return false;
            }
        }
        return true;
    }

    private static Map<String, String> parameters(List<String> template, String[] segments) {
        Map<String, String> parameters = new HashMap<>();
        for (int i = 0; i < segments.length; i++) {
            String name = template.get(i);
            if (isParameter(name)) {
                parameters.put(name.substring(1, name.length() - 1), id(segments[i]));
            }
        }
        return parameters;
    }

    private static boolean isParameter(String segment) {
        return segment.startsWith("{");
    }

    private static String id(String segment) {
        try {
            // The decoder is for forms, where a plus sign is a space; in a path it is itself.
            return Ids.canonical(
                    URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            throw new ApiException(
                    ErrorCode.MALFORMED_REQUEST,
                    "the path has a percent sign that is not followed by two hexadecimal digits");
        }
    }

    private static String shown(String text) {
        return text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "…";
    }

    /** The path is known, the method is not. */
    static final class MethodNotAllowedException extends Exception {

        private static final long serialVersionUID = 1L;

        private final String allowed;

        MethodNotAllowedException(String message, String allowed) {
            super(message, null, false, false);
            this.allowed = allowed.toUpperCase(Locale.ROOT);
        }

        /** For the header {@code Allow}. */
        String allowed() {
            return allowed;
        }
    }
}

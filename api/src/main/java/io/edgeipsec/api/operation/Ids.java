package io.edgeipsec.api.operation;

import io.edgeipsec.api.resource.Ipv4Subnet;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Pattern;

/** Ids: those we make, and the one form of those that callers send. */
final class Ids {

    private static final Pattern UUID_FORM =
            Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    private Ids() {}

    /** UUIDs are case-insensitive (RFC 9562 §4), so they are kept in lower case. */
    static String canonical(String id) {
        return UUID_FORM.matcher(id).matches() ? id.toLowerCase(Locale.ROOT) : id;
    }

    static String random() {
        return UUID.randomUUID().toString();
    }

    /** The id of a rule that came without one: what it selects is what it is. */
    static String ofRule(
            String sessionId, List<Ipv4Subnet> sources, List<Ipv4Subnet> destinations) {
        return derived("rule", sessionId, sources.toString(), destinations.toString());
    }

    /** The id of a route-based session's tunnel port. */
    static String ofTunnelPort(String sessionId) {
        return derived("tunnel-port", sessionId);
    }

    private static String derived(String... parts) {
        return UUID.nameUUIDFromBytes(String.join("\n", parts).getBytes(StandardCharsets.UTF_8))
                .toString();
    }
}

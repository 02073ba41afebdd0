package io.edgeipsec.api.port;

import io.edgeipsec.api.auth.CallContext;
import io.edgeipsec.api.resource.LoggingLevel;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;

/**
 * The IPsec VPN service of this node as a whole. Any thread may call; no call blocks. Every change
 * is in the audit record with it.
 */
public interface NodeService {

    /** Its name, and its id among changes and in the audit record. */
    String NAME = "ipsecvpn";

    /** What can be set of it. */
    record Properties(LoggingLevel loggingLevel, long revision) {}

    /**
     * How it runs.
     *
     * @param stable whether all that protects traffic stands as it should
     */
    record Status(boolean running, long processId, boolean stable) {}

    /** What became of a change of the properties. */
    record Change(boolean done, Properties now) {}

    CompletionStage<Properties> properties();

    /**
     * Stores a level and applies it.
     *
     * @param revision that the caller has seen; empty for whichever it is. If it is another one
     *     nothing is changed.
     */
    CompletionStage<Change> setLoggingLevel(
            LoggingLevel level, OptionalLong revision, CallContext context);

    CompletionStage<Status> status();

    /** Completes when it has begun, with how the service runs then. */
    CompletionStage<Status> act(ServiceAction action, CallContext context);
}

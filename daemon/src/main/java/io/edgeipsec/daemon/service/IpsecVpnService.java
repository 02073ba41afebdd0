package io.edgeipsec.daemon.service;

import io.edgeipsec.api.auth.CallContext;
import io.edgeipsec.api.port.NodeService;
import io.edgeipsec.api.port.ServiceAction;
import io.edgeipsec.api.resource.LoggingLevel;
import io.edgeipsec.daemon.store.ServiceDatabase;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * The service as the API sets and switches it. What is to be is stored; whoever is told of changes
 * of the store makes it so. Any thread.
 */
public final class IpsecVpnService implements NodeService {

    private final ServiceDatabase store;
    private final LoggingLevel configured;
    private final Consumer<LoggingLevel> log;
    private final InForce inForce;

    /** What is in force of all that was committed before it is asked. */
    public interface InForce {

        /** Whether sessions are negotiated. */
        boolean isRunning();

        /** Whether every policy stands. */
        CompletionStage<Boolean> isProtected();
    }

    /**
     * The service on its store.
     *
     * @param configured the level until one is stored
     * @param log takes a level that was set
     */
    public IpsecVpnService(
            ServiceDatabase store,
            LoggingLevel configured,
            Consumer<LoggingLevel> log,
            InForce inForce) {
        this.store = store;
        this.configured = configured;
        this.log = log;
        this.inForce = inForce;
    }

    /** Applies the level that is stored, if there is one; for the start. */
    public CompletionStage<Void> applyStoredLevel() {
        return store.settings().thenAccept(now -> now.loggingLevel().ifPresent(log));
    }

    @Override
    public CompletionStage<Properties> properties() {
        return store.settings().thenApply(this::shown);
    }

    private Properties shown(ServiceDatabase.Settings settings) {
        return new Properties(settings.loggingLevel().orElse(configured), settings.revision());
    }

    @Override
    public CompletionStage<Change> setLoggingLevel(
            LoggingLevel level, OptionalLong revision, CallContext context) {
        return store.setLoggingLevel(level, revision, context)
                .thenApply(
                        change -> {
                            if (change.done()) {
                                // On the store's thread, so that the last one stored is in effect.
                                log.accept(level);
                            }
                            return new Change(change.done(), shown(change.now()));
                        });
    }

    @Override
    public CompletionStage<Status> status() {
        return inForce.isProtected()
                .thenApply(
                        stable ->
                                new Status(
                                        inForce.isRunning(),
                                        ProcessHandle.current().pid(),
                                        stable));
    }

    @Override
    public CompletionStage<Status> act(ServiceAction action, CallContext context) {
        return store.order(action, context).thenCompose(intent -> status());
    }
}

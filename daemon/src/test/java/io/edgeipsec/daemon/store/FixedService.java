package io.edgeipsec.daemon.store;

import io.edgeipsec.api.resource.LoggingLevel;
import io.edgeipsec.daemon.service.IpsecVpnService;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;

/** The service of a store that runs without a data plane: what is stored is in force. */
public final class FixedService {

    /** The levels that the log was set to. */
    final ConcurrentLinkedQueue<LoggingLevel> levels = new ConcurrentLinkedQueue<>();

    private final ConfigurationDatabase database;
    volatile boolean stable = true;

    public FixedService(ConfigurationDatabase database) {
        this.database = database;
    }

    /** As the API takes it. */
    public IpsecVpnService port() {
        return new IpsecVpnService(
                database.service(), LoggingLevel.INFO, levels::add, new FixedInForce());
    }

    private final class FixedInForce implements IpsecVpnService.InForce {
        private volatile Optional<ServiceIntent.Stop> stop = Optional.empty();

        @Override
        public boolean isRunning() {
            return stop.isEmpty();
        }

        @Override
        public CompletionStage<Boolean> isProtected() {
            CompletableFuture<Boolean> answer = new CompletableFuture<>();
            database.serviceIntent()
                    .thenAccept(
                            intent -> {
                                stop = intent.stop();
                                answer.complete(stable);
                            });
            return answer;
        }
    }
}

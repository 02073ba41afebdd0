package io.edgeipsec.api.auth;

import io.edgeipsec.api.error.ApiException;
import io.edgeipsec.api.error.ErrorCode;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * How much one client may ask for: requests a second (a bucket that holds one second's worth) and
 * requests at a time. A client is an address, since most of what is asked for comes before it is
 * known who asks. Any thread.
 */
public final class ClientLimits {

    /** Clients of the last second, or with a request under way; some 100 octets each. */
    private static final int MAX_CLIENTS = 8192;

    private static final double NANOS = 1e9;

    private final int perSecond;
    private final int concurrent;
    private final LongSupplier nanoClock;
    private final Map<String, Client> clients = new HashMap<>();

    private static final class Client {
        private double tokens;
        private long at;
        private int underWay;
    }

    public ClientLimits(AuthSettings settings, LongSupplier nanoClock) {
        this.perSecond = settings.requestsPerSecond();
        this.concurrent = settings.concurrentRequests();
        this.nanoClock = nanoClock;
    }

    /**
     * Lets a request in; {@link #leave} follows when it has its answer.
     *
     * @throws ApiException 429 or 503 if it is one too many
     */
    public synchronized void enter(Source source) {
        long now = nanoClock.getAsLong();
        Client client = clients.get(source.key());
        if (client == null) {
            client = add(source, now);
        }
        if (perSecond > 0) {
            client.tokens =
                    Math.min(perSecond, client.tokens + (now - client.at) / NANOS * perSecond);
            client.at = now;
            if (client.tokens < 1) {
                throw new ApiException(
                        ErrorCode.TOO_MANY_REQUESTS,
                        "more than " + perSecond + " requests a second from " + source.text(),
                        Map.of("Retry-After", "1"));
            }
        }
        if (concurrent > 0 && client.underWay >= concurrent) {
            throw new ApiException(
                    ErrorCode.BUSY,
                    "more than " + concurrent + " requests at a time from " + source.text(),
                    Map.of("Retry-After", "1"));
        }
        client.tokens -= 1;
        client.underWay++;
    }

    /** The request has its answer, or its caller is gone. */
    public synchronized void leave(Source source) {
        Client client = clients.get(source.key());
        if (client != null) {
            client.underWay--;
        }
    }

    private Client add(Source source, long now) {
        if (clients.size() >= MAX_CLIENTS) {
            Iterator<Client> all = clients.values().iterator();
            while (all.hasNext()) {
                Client each = all.next();
                if (each.underWay == 0 && now - each.at > NANOS) {
                    all.remove();
                }
            }
            if (clients.size() >= MAX_CLIENTS) {
                throw new ApiException(
                        ErrorCode.BUSY,
                        "requests come from too many addresses at once",
                        Map.of("Retry-After", "1"));
            }
        }
        Client client = new Client();
        client.tokens = perSecond;
        client.at = now;
        clients.put(source.key(), client);
        return client;
    }
}

package io.edgeipsec.ike.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.ike.crypto.KeyExchange;
import io.edgeipsec.ike.crypto.KeyExchangeMethod;
import io.edgeipsec.ike.crypto.KeyShare;
import io.edgeipsec.ike.message.IkeSpi;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.model.IkeEffect;
import io.edgeipsec.ike.model.IkeReply;
import io.edgeipsec.ike.model.RequestId;
import io.edgeipsec.ike.testing.SeededRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class KeyExchangeWorkersTest {
    private static final KeyExchangeMethod METHOD = KeyExchangeMethod.CURVE25519;

    private final KeyExchange keyExchange = new KeyExchange(new SeededRandom(1));
    private final BlockingQueue<Long> done = new LinkedBlockingQueue<>();

    private static RequestId request(long serial) {
        return new RequestId(new IkeSpi(1), serial);
    }

    private void reply(IkeReply reply) {
        done.add(reply.request().serial());
    }

    private IkeEffect.RespondKeyExchange respond(long serial, boolean toStranger) {
        try (KeyShare peer = keyExchange.begin(METHOD)) {
            Octets value = peer.publicValue();
            return new IkeEffect.RespondKeyExchange(request(serial), METHOD, value, toStranger);
        }
    }

    @Test
    void strangersComeLast() throws InterruptedException {
        CountDownLatch busy = new CountDownLatch(1);
        try (KeyExchangeWorkers workers = new KeyExchangeWorkers(keyExchange, 1)) {
            workers.begin(new IkeEffect.BeginKeyExchange(request(0), METHOD), r -> await(busy));
            workers.respond(respond(1, true), this::reply);
            workers.respond(respond(2, true), this::reply);
            workers.respond(respond(3, false), this::reply);
            workers.begin(new IkeEffect.BeginKeyExchange(request(4), METHOD), this::reply);
            workers.finish(
                    new IkeEffect.FinishKeyExchange(
                            request(5), keyExchange.begin(METHOD), respond(9, true).peerValue()),
                    this::reply);
            busy.countDown();
            assertEquals(List.of(3L, 4L, 5L, 1L, 2L), takeDone(5));
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(20, TimeUnit.SECONDS));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private List<Long> takeDone(int count) throws InterruptedException {
        List<Long> taken = new ArrayList<>();
        while (taken.size() < count) {
            Long serial = done.poll(20, TimeUnit.SECONDS);
            assertTrue(serial != null, () -> "only " + taken);
            taken.add(serial);
        }
        return taken;
    }
}

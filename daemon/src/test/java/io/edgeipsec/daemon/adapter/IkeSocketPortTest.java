package io.edgeipsec.daemon.adapter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.daemon.reconcile.Conversions;
import io.edgeipsec.ike.message.IpAddress;
import io.edgeipsec.ike.model.Endpoint;
import io.edgeipsec.ike.model.Path;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real sockets on loopback, without privileges. */
@Timeout(value = 1, unit = TimeUnit.MINUTES)
class IkeSocketPortTest {
    private record Received(Path path, String text) {}

    private static IkeSocketPort open(String address) throws IOException {
        return IkeSocketPort.open(Conversions.toInet(IpAddress.parse(address)), 0, false, false);
    }

    private static Endpoint at(String address, IkeSocketPort port) {
        return new Endpoint(IpAddress.parse(address), port.local().port());
    }

    private static ByteBuffer octets(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static List<Received> receive(IkeSocketPort port, int count) throws IOException {
        List<Received> received = new ArrayList<>();
        while (received.size() < count) {
            boolean unused =
                    port.receive(
                            (path, payload) ->
                                    received.add(
                                            new Received(
                                                    path,
                                                    StandardCharsets.UTF_8
                                                            .decode(payload)
                                                            .toString())));
        }
        return received;
    }

    @Test
    void pathsAreSeenFromOurSide() throws IOException {
        try (IkeSocketPort one = open("127.0.0.1");
                IkeSocketPort other = open("127.0.0.2")) {
            assertEquals(IpAddress.parse("127.0.0.1"), one.local().address());
            assertTrue(one.fd() >= 0 && one.fd() != other.fd());
            Path path = new Path(at("127.0.0.1", one), at("127.0.0.2", other));
            one.send(path, octets("hello"));
            one.send(path, octets(""));
            Path back = new Path(path.remote(), path.local());
            assertEquals(
                    List.of(new Received(back, "hello"), new Received(back, "")),
                    receive(other, 2));
            other.send(back, octets("you too"));
            assertEquals(List.of(new Received(path, "you too")), receive(one, 1));
        }
    }

    @Test
    void wildcardSocketTellsAndChoosesTheLocalAddress() throws IOException {
        try (IkeSocketPort one = open("0.0.0.0");
                IkeSocketPort other = open("127.0.0.2")) {
            Path path = new Path(at("127.0.0.3", one), at("127.0.0.2", other));
            one.send(path, octets("from .3"));
            Received received = receive(other, 1).get(0);
            assertEquals(path.local(), received.path().remote());
            other.send(received.path(), octets("to .3"));
            assertEquals(path, receive(one, 1).get(0).path());
        }
    }

    @Test
    void emptySocketHasNothingAndAFullBatchPerhapsMore() throws IOException {
        try (IkeSocketPort one = open("127.0.0.1");
                IkeSocketPort other = open("127.0.0.2")) {
            assertFalse(
                    one.receive(
                            (path, payload) -> {
                                throw new AssertionError("nobody sent");
                            }));
            Path path = new Path(at("127.0.0.1", one), at("127.0.0.2", other));
            for (int i = 0; i < 200; i++) {
                one.send(path, octets("x"));
            }
            List<Path> first = new ArrayList<>();
            assertTrue(other.receive((from, payload) -> first.add(from)), "there may be more");
            assertTrue(first.size() > 1 && first.size() < 200, () -> first.size() + " at once");
        }
    }

    @Test
    void whatCannotBeSentSaysWhy() throws IOException {
        try (IkeSocketPort port = open("127.0.0.1")) {
            Path path = new Path(port.local(), at("127.0.0.2", port));
            IOException tooLong =
                    assertThrows(
                            IOException.class, () -> port.send(path, ByteBuffer.allocate(65_535)));
            assertTrue(String.valueOf(tooLong.getMessage()).contains("EMSGSIZE"));
        }
    }

    @Test
    void takenPortIsRefused() throws IOException {
        try (IkeSocketPort port = open("127.0.0.1")) {
            IOException refused =
                    assertThrows(
                            IOException.class,
                            () ->
                                    IkeSocketPort.open(
                                            InetAddress.getLoopbackAddress(),
                                            port.local().port(),
                                            false,
                                            false));
            assertTrue(String.valueOf(refused.getMessage()).contains("EADDRINUSE"));
        }
    }
}

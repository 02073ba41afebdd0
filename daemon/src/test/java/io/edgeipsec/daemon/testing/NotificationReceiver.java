package io.edgeipsec.daemon.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;

/** A receiver of notifications that also does what bad ones do, over TCP, TLS or a unix socket. */
public final class NotificationReceiver implements AutoCloseable {

    /** What is done with a notification that was read. */
    public enum Reaction {
        TAKE,
        REFUSE,
        HANG,
        RESET,
        HALF_AN_ANSWER,
        AN_ANSWER_WITHOUT_END
    }

    /** A notification that came, with the head's first line as a header without a name. */
    public record Arrival(Map<String, String> headers, JsonNode body, Reaction reaction) {}

    /** Hears and ends one connection. */
    private interface Connection extends AutoCloseable {
        InputStream in() throws IOException;

        OutputStream out() throws IOException;

        void reset() throws IOException;

        @Override
        void close() throws IOException;
    }

    private interface Acceptor extends AutoCloseable {
        Connection accept() throws IOException;

        @Override
        void close() throws IOException;
    }

    private final BlockingQueue<Reaction> reactions = new LinkedBlockingQueue<>();
    private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Set<Connection> open = ConcurrentHashMap.newKeySet();
    private final Acceptor acceptor;
    private long lastTaken = -1;

    private NotificationReceiver(Acceptor acceptor) {
        this.acceptor = acceptor;
        start(this::acceptAll);
    }

    public static NotificationReceiver tcp(ServerSocket server) {
        return new NotificationReceiver(
                new Acceptor() {
                    @Override
                    public Connection accept() throws IOException {
                        return of(server.accept());
                    }

                    @Override
                    public void close() throws IOException {
                        server.close();
                    }
                });
    }

    public static NotificationReceiver unix(Path path) throws IOException {
        Files.deleteIfExists(path);
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(path));
        return new NotificationReceiver(
                new Acceptor() {
                    @Override
                    public Connection accept() throws IOException {
                        return of(server.accept());
                    }

                    @Override
                    public void close() throws IOException {
                        server.close();
                    }
                });
    }

    private static Connection of(Socket socket) {
        return new Connection() {
            @Override
            public InputStream in() throws IOException {
                return socket.getInputStream();
            }

            @Override
            public OutputStream out() throws IOException {
                return socket.getOutputStream();
            }

            @Override
            public void reset() throws IOException {
                socket.setSoLinger(true, 0);
                socket.close();
            }

            @Override
            public void close() throws IOException {
                socket.close();
            }
        };
    }

    private static Connection of(SocketChannel channel) {
        return new Connection() {
            @Override
            public InputStream in() {
                return Channels.newInputStream(channel);
            }

            @Override
            public OutputStream out() {
                return Channels.newOutputStream(channel);
            }

            @Override
            public void reset() throws IOException {
                channel.close();
            }

            @Override
            public void close() throws IOException {
                channel.close();
            }
        };
    }

    /** What to do with the next ones; those after them are taken. */
    public void react(Reaction... next) {
        reactions.addAll(List.of(next));
    }

    /** The next one that came, whatever was done with it. */
    public Arrival next() throws InterruptedException {
        return arrivals.take();
    }

    /** The next one that was taken; one that comes again counts once. */
    public Arrival nextTaken() throws InterruptedException {
        Arrival arrival = next();
        while (arrival.reaction() != Reaction.TAKE || number(arrival) <= lastTaken) {
            arrival = next();
        }
        lastTaken = number(arrival);
        return arrival;
    }

    private static long number(Arrival arrival) {
        return arrival.body().path("event_id").asLong();
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "receiver");
        thread.setDaemon(true);
        thread.start();
    }

    private void acceptAll() {
        try {
            while (true) {
                Connection connection = acceptor.accept();
                start(() -> serve(connection));
            }
        } catch (IOException end) {
            // Closed.
        }
    }

    private void serve(Connection connection) {
        open.add(connection);
        try (connection) {
            InputStream in = new BufferedInputStream(connection.in());
            while (true) {
                Map<String, String> headers = new HashMap<>();
                headers.put("", line(in));
                for (String line = line(in); !line.isEmpty(); line = line(in)) {
                    int colon = line.indexOf(':');
                    headers.put(
                            line.substring(0, colon).toLowerCase(Locale.ROOT),
                            line.substring(colon + 1).strip());
                }
                int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
                JsonNode body = new ObjectMapper().readTree(in.readNBytes(length));
                Reaction reaction = reactions.poll();
                reaction = reaction == null ? Reaction.TAKE : reaction;
                if (reaction == Reaction.TAKE) {
                    // Before the answer: whoever looks after it must see it.
                    arrivals.add(new Arrival(headers, body, reaction));
                    write(connection, "HTTP/1.1 204 No Content\r\n\r\n");
                    continue;
                }
                arrivals.add(new Arrival(headers, body, reaction));
                if (!misbehave(connection, reaction)) {
                    return;
                }
            }
        } catch (IOException gone) {
            // The sender has ended the connection.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean misbehave(Connection connection, Reaction reaction)
            throws IOException, InterruptedException {
        switch (reaction) {
            case REFUSE -> {
                write(connection, "HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy");
                return true;
            }
            case HANG -> closed.await();
            case RESET -> connection.reset();
            case HALF_AN_ANSWER ->
                    write(connection, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
            default -> {
                write(connection, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                while (true) {
                    write(connection, "1000\r\n" + "x".repeat(0x1000) + "\r\n");
                }
            }
        }
        return false;
    }

    private static void write(Connection connection, String text) throws IOException {
        connection.out().write(text.getBytes(StandardCharsets.US_ASCII));
        connection.out().flush();
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int octet = in.read(); octet != '\n'; octet = in.read()) {
            if (octet < 0) {
                throw new EOFException();
            }
            if (octet != '\r') {
                line.append((char) octet);
            }
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        closed.countDown();
        acceptor.close();
        for (Connection connection : open) {
            connection.close();
        }
    }
}

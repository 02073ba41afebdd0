package io.edgeipsec.daemon.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Requests over a unix socket, which the JDK's HTTP client cannot; the server closes behind each.
 */
public final class UnixHttp {
    /** Larger than the largest page of the API. */
    private static final int MAX_RESPONSE = 64 << 20;

    private final Path socket;

    public UnixHttp(Path socket) {
        this.socket = socket;
    }

    /** The body as UTF-8 text. */
    public record Response(int status, String body) {}

    public Response get(String path) throws IOException {
        return send("GET " + path, "");
    }

    /** Puts a JSON document. */
    public Response put(String path, String json) throws IOException {
        return send("PUT " + path, json);
    }

    /** Posts a JSON document. */
    public Response post(String path, String json) throws IOException {
        return send("POST " + path, json);
    }

    public Response delete(String path) throws IOException {
        return send("DELETE " + path, "");
    }

    private Response send(String request, String body) throws IOException {
        byte[] octets = body.getBytes(StandardCharsets.UTF_8);
        String head =
                request
                        + " HTTP/1.0\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                        + "Content-Length: "
                        + octets.length
                        + "\r\n\r\n";
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            connect(channel);
            write(channel, head.getBytes(StandardCharsets.US_ASCII));
            write(channel, octets);
            return parse(readAll(channel));
        }
    }

    private void connect(SocketChannel channel) throws IOException {
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
        } catch (IOException refused) {
            throw new IOException(
                    "nobody answers on "
                            + socket
                            + " ("
                            + refused.getMessage()
                            + "); does"
                            + " edge-ipsecd run?",
                    refused);
        }
    }

    private static void write(SocketChannel channel, byte[] octets) throws IOException {
        ByteBuffer out = ByteBuffer.wrap(octets);
        while (out.hasRemaining()) {
            channel.write(out);
        }
    }

    private static byte[] readAll(SocketChannel channel) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
        while (channel.read(buffer) >= 0) {
            all.write(buffer.array(), 0, buffer.position());
            buffer.clear();
            if (all.size() > MAX_RESPONSE) {
                throw new IOException("the answer is longer than " + MAX_RESPONSE + " octets");
            }
        }
        return all.toByteArray();
    }

    private static Response parse(byte[] response) throws IOException {
        String text = new String(response, StandardCharsets.ISO_8859_1);
        int body = text.indexOf("\r\n\r\n");
        if (!text.startsWith("HTTP/1.") || body < 0 || text.length() < 12) {
            throw new IOException("the answer is not HTTP");
        }
        int status = Integer.parseInt(text.substring(9, 12));
        int start = body + 4;
        return new Response(
                status,
                new String(response, start, response.length - start, StandardCharsets.UTF_8));
    }
}

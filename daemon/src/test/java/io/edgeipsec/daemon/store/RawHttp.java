package io.edgeipsec.daemon.store;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * An HTTP/1.1 connection that sends exactly the octets it is given, over TCP or a unix socket
 * (which the JDK's client cannot), and reads answers with a Content-Length.
 */
public final class RawHttp implements AutoCloseable {

    private final SocketChannel channel;
    private final InputStream in;

    /** An answer; header names in lower case. */
    public record Answer(int status, List<Map.Entry<String, String>> headers, String body) {

        Optional<String> header(String name) {
            return headers(name).stream().findFirst();
        }

        List<String> headers(String name) {
            return headers.stream()
                    .filter(header -> header.getKey().equals(name))
                    .map(Map.Entry::getValue)
                    .toList();
        }
    }

    private RawHttp(SocketAddress address, StandardProtocolFamily family) throws IOException {
        this.channel = SocketChannel.open(family);
        channel.connect(address);
        this.in = new BufferedInputStream(Channels.newInputStream(channel));
    }

    public static RawHttp unix(Path socket) throws IOException {
        return new RawHttp(UnixDomainSocketAddress.of(socket), StandardProtocolFamily.UNIX);
    }

    static RawHttp tcp(int port) throws IOException {
        return new RawHttp(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                StandardProtocolFamily.INET);
    }

    void send(byte[] octets) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(octets);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    void send(String text) throws IOException {
        send(text.getBytes(StandardCharsets.UTF_8));
    }

    public Answer request(String method, String path, List<String> headers, byte[] body)
            throws IOException {
        StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\n");
        head.append("Host: localhost\r\n");
        headers.forEach(header -> head.append(header).append("\r\n"));
        if (body.length > 0) {
            head.append("Content-Length: ").append(body.length).append("\r\n");
        }
        send(head.append("\r\n").toString());
        send(body);
        return receive(!method.equals("HEAD"));
    }

    /** Reads the next answer that is final. */
    Answer receive() throws IOException {
        return receive(true);
    }

    private Answer receive(boolean withBody) throws IOException {
        while (true) {
            String[] status = line().split(" ", 3);
            List<Map.Entry<String, String>> headers = new ArrayList<>();
            for (String line = line(); !line.isEmpty(); line = line()) {
                int colon = line.indexOf(':');
                headers.add(
                        Map.entry(
                                line.substring(0, colon).toLowerCase(Locale.ROOT),
                                line.substring(colon + 1).strip()));
            }
            int code = Integer.parseInt(status[1]);
            if (code >= 200) {
                int length =
                        headers.stream()
                                .filter(header -> header.getKey().equals("content-length"))
                                .mapToInt(header -> Integer.parseInt(header.getValue()))
                                .findFirst()
                                .orElseThrow();
                byte[] body = in.readNBytes(withBody ? length : 0);
                if (withBody && body.length < length) {
                    throw new EOFException("the answer's body is cut short");
                }
                return new Answer(code, headers, new String(body, StandardCharsets.UTF_8));
            }
        }
    }

    /** Reads the answer that asks for the body. */
    void expectContinue() throws IOException {
        String status = line();
        if (!status.startsWith("HTTP/1.1 100") || !line().isEmpty()) {
            throw new IOException("not asked to go on but " + status);
        }
    }

    /** Reads an answer that has no body, whatever its head says of one. */
    void expectHead(int status) throws IOException {
        String line = line();
        if (!line.startsWith("HTTP/1.1 " + status)) {
            throw new IOException("not " + status + " but " + line);
        }
        while (!line.isEmpty()) {
            line = line();
        }
    }

    /** True once the server has closed the connection. */
    boolean isClosedByServer() throws IOException {
        return in.read() < 0;
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        while (true) {
            int octet = in.read();
            if (octet < 0) {
                throw new EOFException("the connection ended after: " + line);
            }
            if (octet == '\n') {
                return line.toString();
            }
            if (octet != '\r') {
                line.append((char) octet);
            }
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}

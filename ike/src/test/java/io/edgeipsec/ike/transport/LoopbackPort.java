package io.edgeipsec.ike.transport;

import io.edgeipsec.ike.message.IpAddress;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.model.Endpoint;
import io.edgeipsec.ike.model.Path;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.DatagramSocketAddress;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** A UDP socket bound to one loopback address, which therefore knows where datagrams came to. */
final class LoopbackPort implements DatagramPort {
    private final Socket socket;
    private final Endpoint local;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(65_536);

    /** Binds; port 0 is any free one. */
    LoopbackPort(String address, int port) throws IOException {
        Epoll.ensureAvailability();
        socket = Socket.newSocketDgram();
        socket.bind(new InetSocketAddress(InetAddress.getByName(address), port));
        local = new Endpoint(IpAddress.parse(address), socket.localAddress().getPort());
    }

    @Override
    public int fd() {
        return socket.intValue();
    }

    @Override
    public Endpoint local() {
        return local;
    }

    @Override
    public boolean receive(Consumer consumer) throws IOException {
        DatagramSocketAddress source = socket.recvFrom(buffer, 0, buffer.capacity());
        if (source == null) {
            return false;
        }
        IpAddress from = new IpAddress(Octets.copyOf(source.getAddress().getAddress()));
        ByteBuffer payload = buffer.duplicate();
        payload.limit(source.receivedAmount());
        consumer.accept(new Path(local, new Endpoint(from, source.getPort())), payload);
        return true;
    }

    @Override
    public void send(Path path, ByteBuffer payload) throws IOException {
        ByteBuffer direct = ByteBuffer.allocateDirect(payload.remaining());
        direct.put(payload.duplicate());
        byte[] to = path.remote().address().octets().toByteArray();
        socket.sendTo(
                direct, 0, direct.capacity(), InetAddress.getByAddress(to), path.remote().port());
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException ignored) {
            // It was a test's, and is gone.
        }
    }
}

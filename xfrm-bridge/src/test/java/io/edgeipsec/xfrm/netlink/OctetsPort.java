package io.edgeipsec.xfrm.netlink;

import io.edgeipsec.xfrm.libc.NetlinkPort;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A kernel that answers the next request with octets of the test's choice, whatever was asked. Each
 * message in them gets the sequence number of the request, and a dump its end.
 */
public final class OctetsPort implements NetlinkPort {
    private static final int SEQUENCE = 8;

    private final ByteBuffer send = ByteBuffer.allocate(8192).order(ByteOrder.nativeOrder());
    private final ByteBuffer answer;
    private int turns;

    private OctetsPort(byte[] octets) {
        answer = ByteBuffer.wrap(octets.clone()).order(ByteOrder.nativeOrder());
    }

    public static NetlinkChannel answering(byte[] octets) {
        return new NetlinkChannel(new OctetsPort(octets));
    }

    @Override
    public int portId() {
        return 77;
    }

    @Override
    public ByteBuffer sendBuffer() {
        return send;
    }

    @Override
    public void send(int octets) {
        int sequence = send.getInt(SEQUENCE);
        int at = 0;
        while (at + NetlinkWriter.HEADER_OCTETS <= answer.limit()) {
            answer.putInt(at + SEQUENCE, sequence);
            int length = answer.getInt(at);
            if (length < NetlinkWriter.HEADER_OCTETS || length > answer.limit() - at) {
                break;
            }
            at += length + 3 & ~3;
        }
        turns = 0;
    }

    @Override
    public ByteBuffer receive() {
        turns++;
        if (turns == 1) {
            return answer.duplicate().order(ByteOrder.nativeOrder());
        }
        ByteBuffer end = ByteBuffer.allocate(20).order(ByteOrder.nativeOrder());
        if (turns == 2) {
            end.putInt(20).putShort((short) NetlinkMessage.DONE).putShort((short) 0);
            return end.putInt(send.getInt(SEQUENCE)).putInt(77).putInt(0).flip();
        }
        return end.limit(0);
    }

    @Override
    public void wipeReceived() {}

    @Override
    public void close() {}
}

package io.edgeipsec.xfrm.libc;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A zeroed block outside the heap that system calls can be pointed at. Java reads and writes it
 * through a bounds-checked native-order buffer; only this package sees the raw address.
 */
final class NativeMemory {
    private final ByteBuffer bytes;
    private final long address;

    NativeMemory(int octets) {
        bytes = ByteBuffer.allocateDirect(octets).order(ByteOrder.nativeOrder());
        address = Pointer.nativeValue(Native.getDirectBufferPointer(bytes));
    }

    /** The whole block; position and limit are the caller's to move. */
    ByteBuffer bytes() {
        return bytes;
    }

    /** Address of the octet at {@code offset}. */
    long address(int offset) {
        if (offset < 0 || offset > bytes.capacity()) {
            throw new IndexOutOfBoundsException(offset);
        }
        return address + offset;
    }

    long address() {
        return address;
    }

    int octets() {
        return bytes.capacity();
    }
}

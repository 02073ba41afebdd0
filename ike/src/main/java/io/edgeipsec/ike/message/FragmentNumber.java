package io.edgeipsec.ike.message;

/**
 * Which fragment of a message an SKF payload holds (RFC 7383 §2.5), as the sender says it. Whether
 * that makes sense is the receiver's to check.
 *
 * <pre>
 *  |        Fragment Number        |        Total Fragments        |
 * </pre>
 *
 * @param number counts from 1
 */
public record FragmentNumber(int number, int total) {
    static final int LENGTH_OCTETS = 4;

    static FragmentNumber decode(OctetReader reader) throws MalformedMessageException {
        return new FragmentNumber(reader.u16(), reader.u16());
    }

    void encodeTo(OctetWriter writer) {
        writer.u16(number).u16(total);
    }

    /** Whether a message can have such a fragment at all (RFC 7383 §2.6). */
    public boolean isPossible() {
        return number >= 1 && number <= total;
    }

    public boolean isFirst() {
        return number == 1;
    }

    @Override
    public String toString() {
        return number + "/" + total;
    }
}

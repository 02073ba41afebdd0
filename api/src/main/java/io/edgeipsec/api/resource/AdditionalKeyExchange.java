package io.edgeipsec.api.resource;

/**
 * Key exchanges that go beside that of a {@link DhGroup} (RFC 9370), our extension of the contract.
 */
public enum AdditionalKeyExchange {
    ML_KEM_768(36),
    ML_KEM_1024(37),
    /** A peer that can do none of the others is accepted too. */
    NONE(0);

    private final int number;

    AdditionalKeyExchange(int number) {
        this.number = number;
    }

    /** The transform id of RFC 7296 §3.3.2, transform types 4 and 6. */
    public int number() {
        return number;
    }
}

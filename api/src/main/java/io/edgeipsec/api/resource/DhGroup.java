package io.edgeipsec.api.resource;

/** Diffie-Hellman groups by their IANA number; GROUP31 is our extension of the contract. */
public enum DhGroup {
    GROUP2(2),
    GROUP5(5),
    GROUP14(14),
    GROUP15(15),
    GROUP16(16),
    GROUP19(19),
    GROUP20(20),
    GROUP21(21),
    GROUP31(31);

    private final int number;

    DhGroup(int number) {
        this.number = number;
    }

    /** The transform id of RFC 7296 §3.3.2, transform type 4. */
    public int number() {
        return number;
    }
}

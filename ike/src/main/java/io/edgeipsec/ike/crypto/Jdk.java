package io.edgeipsec.ike.crypto;

import java.security.Provider;
import java.security.Security;

/** The JDK's provider of symmetric primitives, named so that the global order does not matter. */
final class Jdk {
    static final Provider SYMMETRIC = find();

    private Jdk() {}

    private static Provider find() {
        Provider provider = Security.getProvider("SunJCE");
        if (provider == null) {
            throw new IllegalStateException("this JDK has no SunJCE provider");
        }
        return provider;
    }
}

package io.edgeipsec.ike.crypto;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.util.HashMap;
import java.util.Map;
import javax.crypto.Mac;

/** HMAC of the JDK, one instance per algorithm. Not thread-safe: each engine has its own. */
final class Hmac {
    private final Map<String, Mac> macs = new HashMap<>();

    /** The MAC for {@code jcaName}, initialised with {@code key}. */
    Mac keyed(String jcaName, SecretBytes key) {
        Mac mac = macs.computeIfAbsent(jcaName, Hmac::create);
        try {
            mac.init(key.asKey(jcaName));
        } catch (InvalidKeyException impossible) {
            throw new IllegalStateException("HMAC takes any key", impossible);
        }
        return mac;
    }

    private static Mac create(String jcaName) {
        try {
            return Mac.getInstance(jcaName, Jdk.SYMMETRIC);
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("this JDK lacks " + jcaName, missing);
        }
    }
}

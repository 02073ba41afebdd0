package io.edgeipsec.api.auth;

/** A memory-hard function of passwords. Any thread; slow and hungry by intention. */
public interface PasswordHasher {

    /** What is stored instead of a password: parameters, salt and hash in one text. */
    String hash(byte[] password);

    /** Whether this is the password of which that was stored. */
    boolean matches(byte[] password, String stored);
}

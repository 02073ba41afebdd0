package io.edgeipsec.daemon.adapter;

import io.edgeipsec.api.auth.PasswordHasher;
import java.security.SecureRandom;

/** Argon2id with little memory, for tests of other things. */
public final class TestPasswords {
    public static final PasswordHasher HASHER = new Argon2Passwords(new SecureRandom(), 64);

    private TestPasswords() {}
}

package io.edgeipsec.api.auth;

import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** The stored accounts, as far as authentication goes. Any thread may call; no call blocks. */
public interface Accounts {

    /** A user, by name. */
    CompletionStage<Optional<Login>> login(String name);

    /** Whether anybody at all could log in with a password. */
    CompletionStage<Boolean> anyPassword();

    /** The principal for whom a certificate stands. */
    CompletionStage<Optional<Login>> principalOf(String certificateSha256);
}

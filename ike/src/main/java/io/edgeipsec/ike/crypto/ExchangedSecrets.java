package io.edgeipsec.ike.crypto;

import java.util.Optional;

/**
 * The secrets of the key exchanges that a Child SA has had for itself (RFC 7296 §2.17, RFC 9370
 * §2.2.4). Whoever holds them owns them.
 *
 * @param additional only beside {@code first}
 */
public record ExchangedSecrets(Optional<SecretBytes> first, Optional<SecretBytes> additional)
        implements AutoCloseable {
    public static final ExchangedSecrets NONE =
            new ExchangedSecrets(Optional.empty(), Optional.empty());

    public static ExchangedSecrets of(SecretBytes only) {
        return new ExchangedSecrets(Optional.of(only), Optional.empty());
    }

    public static ExchangedSecrets of(SecretBytes first, SecretBytes additional) {
        return new ExchangedSecrets(Optional.of(first), Optional.of(additional));
    }

    @Override
    public void close() {
        first.ifPresent(SecretBytes::close);
        additional.ifPresent(SecretBytes::close);
    }
}

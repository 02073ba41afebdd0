package io.edgeipsec.ike.model;

import io.edgeipsec.ike.crypto.KeyExchangeMethod;
import java.util.List;

/**
 * A second key exchange beside the usual one, so that the keys hold as long as one of the two does
 * (RFC 9370).
 *
 * @param methods in order of preference; empty where there is none
 * @param required whether a peer without it is refused
 */
public record AdditionalKeyExchange(List<KeyExchangeMethod> methods, boolean required) {
    public static final AdditionalKeyExchange NONE = new AdditionalKeyExchange(List.of(), false);

    public AdditionalKeyExchange {
        methods = List.copyOf(methods);
        if (required && methods.isEmpty()) {
            throw new IllegalArgumentException("an additional key exchange without a method");
        }
    }

    public boolean isOffered() {
        return !methods.isEmpty();
    }
}

package io.edgeipsec.ike.sa;

import io.edgeipsec.ike.crypto.IkeKeys;
import io.edgeipsec.ike.crypto.IkeSuite;
import io.edgeipsec.ike.crypto.MessageProtection;
import io.edgeipsec.ike.crypto.Primitives;
import io.edgeipsec.ike.crypto.RandomSource;

/**
 * The keys of an IKE SA and what they do.
 *
 * @param outgoing seals what we send
 * @param incoming opens what the peer sends
 */
record Protection(
        IkeSuite suite, IkeKeys keys, MessageProtection outgoing, MessageProtection incoming)
        implements AutoCloseable {

    static Protection of(
            Primitives primitives,
            RandomSource random,
            IkeSuite suite,
            IkeKeys keys,
            boolean originalInitiator) {
        MessageProtection initiator =
                new MessageProtection(primitives, random, suite, keys.skEi(), keys.skAi(), 0);
        MessageProtection responder =
                new MessageProtection(primitives, random, suite, keys.skEr(), keys.skAr(), 0);
        return originalInitiator
                ? new Protection(suite, keys, initiator, responder)
                : new Protection(suite, keys, responder, initiator);
    }

    @Override
    public void close() {
        keys.close();
    }
}

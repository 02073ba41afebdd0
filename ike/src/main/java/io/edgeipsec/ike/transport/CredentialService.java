package io.edgeipsec.ike.transport;

import io.edgeipsec.ike.model.IkeEffect;
import io.edgeipsec.ike.model.IkeReply;
import java.util.function.Consumer;

/**
 * What holds private keys and judges certificates, on threads of its own: calls return at once,
 * replies may come on any thread. Every call gets its reply.
 */
public interface CredentialService {
    void sign(IkeEffect.Sign effect, Consumer<IkeReply> reply);

    void verifyPeer(IkeEffect.VerifyPeer effect, Consumer<IkeReply> reply);
}

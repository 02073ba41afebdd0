package io.edgeipsec.ike.exchange;

import io.edgeipsec.ike.crypto.IkeKeys;
import io.edgeipsec.ike.crypto.KeyDerivation;
import io.edgeipsec.ike.message.AuthenticationPayload;
import io.edgeipsec.ike.message.IkeMessage;
import io.edgeipsec.ike.message.NotifyPayload;
import io.edgeipsec.ike.message.NotifyType;
import io.edgeipsec.ike.message.OctetWriter;
import io.edgeipsec.ike.model.PostQuantumKey;
import java.util.Optional;

/** What stands in IKE_AUTH of a post-quantum pre-shared key (RFC 8784 §3, §5). */
final class PpkUse {
    /** The PPK_ID type of an identity that both sides know. */
    private static final int PPK_ID_FIXED = 2;

    private PpkUse() {}

    /** The IKE SA's keys with the PPK in them. */
    static IkeKeys mixed(ExchangeContext sa, PostQuantumKey ppk) {
        return new KeyDerivation(sa.primitives()).mixed(sa.suite().prf(), sa.keys(), ppk.key());
    }

    static NotifyPayload identity(PostQuantumKey ppk) {
        return NotifyPayload.of(
                NotifyType.PPK_IDENTITY,
                new OctetWriter().u8(PPK_ID_FIXED).octets(ppk.id()).toOctets());
    }

    /** Whether it is this PPK that the peer names. */
    static boolean isNamed(PostQuantumKey ppk, IkeMessage request) {
        return request.notification(NotifyType.PPK_IDENTITY)
                .filter(named -> named.data().equals(identity(ppk).data()))
                .isPresent();
    }

    /** Lets a responder without the PPK authenticate us all the same. */
    static NotifyPayload alternative(AuthenticationPayload withoutPpk) {
        return NotifyPayload.of(NotifyType.NO_PPK_AUTH, withoutPpk.data());
    }

    /** What the initiator proves itself with if its PPK is not used; the method is that of AUTH. */
    static Optional<AuthenticationPayload> alternative(
            IkeMessage request, AuthenticationPayload withPpk) {
        return request.notification(NotifyType.NO_PPK_AUTH)
                .map(notify -> new AuthenticationPayload(withPpk.method(), notify.data()));
    }
}

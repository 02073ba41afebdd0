package io.edgeipsec.daemon.status;

import io.edgeipsec.ike.crypto.Encryption;
import io.edgeipsec.ike.crypto.EncryptionAlgorithm;
import io.edgeipsec.ike.crypto.EspSuite;
import io.edgeipsec.ike.crypto.IkeSuite;
import io.edgeipsec.ike.crypto.KeyExchangeMethod;
import io.edgeipsec.ike.crypto.Prf;
import io.edgeipsec.ike.message.EspSpi;
import io.edgeipsec.ike.message.Identification;
import io.edgeipsec.ike.message.IkeSpi;
import io.edgeipsec.ike.message.IpAddress;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.message.TrafficSelector;
import io.edgeipsec.ike.model.ChildSaLocator;
import io.edgeipsec.ike.model.Endpoint;
import io.edgeipsec.ike.model.FailReason;
import io.edgeipsec.ike.model.IkeEvent;
import io.edgeipsec.ike.model.IkeSaId;
import io.edgeipsec.ike.model.NatSituation;
import io.edgeipsec.ike.model.Path;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Events of a session "branch" in few words. */
final class Events {
    static final Path PATH =
            new Path(
                    new Endpoint(IpAddress.parse("192.0.2.1"), 500),
                    new Endpoint(IpAddress.parse("203.0.113.9"), 500));
    private static final String SESSION = "branch";
    private static final Encryption AES_GCM_128 =
            new Encryption(EncryptionAlgorithm.AES_GCM_16, 128);

    private Events() {}

    static IkeSaId ike(int number) {
        return new IkeSaId(new IkeSpi(number), new IkeSpi(0xf00 + number));
    }

    static IkeEvent started() {
        return new IkeEvent.NegotiationStarted(SESSION, ike(1), PATH);
    }

    static IkeEvent failed(FailReason reason, Optional<Duration> retryIn) {
        return new IkeEvent.NegotiationFailed(SESSION, reason, retryIn);
    }

    static IkeEvent rejected(FailReason reason) {
        return new IkeEvent.PeerRejected(SESSION, reason);
    }

    static IkeEvent ikeUp(int number) {
        return ikeUp(number, "branch7.example.net", NatSituation.NONE);
    }

    static IkeEvent ikeUp(int number, String peerId, NatSituation nat) {
        return ikeUp(number, peerId, nat, Optional.empty());
    }

    static IkeEvent ikeRekeyed(int number, int before) {
        return ikeUp(number, "branch7.example.net", NatSituation.NONE, Optional.of(ike(before)));
    }

    private static IkeEvent ikeUp(
            int number, String peerId, NatSituation nat, Optional<IkeSaId> replaced) {
        return new IkeEvent.IkeSaEstablished(
                SESSION,
                ike(number),
                true,
                PATH,
                nat,
                new IkeSuite(
                        AES_GCM_128,
                        Optional.empty(),
                        Prf.HMAC_SHA2_256,
                        KeyExchangeMethod.of(14).orElseThrow()),
                false,
                replaced,
                id("a.example"),
                id(peerId),
                Duration.ofMillis(41));
    }

    private static Identification id(String text) {
        return new Identification(
                Identification.FQDN, Octets.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    static IkeEvent ikeClosed(int number, FailReason reason) {
        return new IkeEvent.IkeSaClosed(SESSION, ike(number), reason);
    }

    private static ChildSaLocator locator(String child, int spi) {
        return new ChildSaLocator(SESSION, child, PATH, new EspSpi(spi), new EspSpi(spi + 1));
    }

    static IkeEvent childUp(String child, int spi) {
        return new IkeEvent.ChildSaEstablished(
                SESSION,
                ike(1),
                locator(child, spi),
                new EspSuite(AES_GCM_128, Optional.empty(), Optional.empty(), true),
                List.of(TrafficSelector.parse("10.1.0.0/24")),
                List.of(TrafficSelector.parse("10.7.0.0/16")));
    }

    static IkeEvent childFailed(String child, FailReason reason) {
        return new IkeEvent.ChildSaFailed(SESSION, ike(1), child, reason);
    }

    static IkeEvent childClosed(String child, int spi, FailReason reason) {
        return new IkeEvent.ChildSaClosed(SESSION, ike(1), locator(child, spi), reason);
    }
}

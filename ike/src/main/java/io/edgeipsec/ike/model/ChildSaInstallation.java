package io.edgeipsec.ike.model;

import io.edgeipsec.ike.crypto.EspSuite;
import io.edgeipsec.ike.crypto.SecretBytes;
import io.edgeipsec.ike.message.TrafficSelector;
import java.time.Duration;
import java.util.List;

/**
 * A Child SA, ready for the kernel.
 *
 * @param inboundEncryption key and salt; like the other keys owned by whoever executes the effect
 * @param lifetime after which the kernel must drop both SAs, whatever became of us
 * @param rekeyedByPeer whether it replaces one at the peer's wish: the peer can receive on it once
 *     it has our answer, which is not out yet (RFC 7296 §2.8)
 */
public record ChildSaInstallation(
        ChildSaLocator locator,
        EspSuite suite,
        NatSituation nat,
        List<TrafficSelector> local,
        List<TrafficSelector> remote,
        SecretBytes inboundEncryption,
        SecretBytes inboundIntegrity,
        SecretBytes outboundEncryption,
        SecretBytes outboundIntegrity,
        Duration lifetime,
        boolean rekeyedByPeer)
        implements AutoCloseable {
    public ChildSaInstallation {
        local = List.copyOf(local);
        remote = List.copyOf(remote);
    }

    /** Zeroes the keys. */
    @Override
    public void close() {
        inboundEncryption.close();
        inboundIntegrity.close();
        outboundEncryption.close();
        outboundIntegrity.close();
    }
}

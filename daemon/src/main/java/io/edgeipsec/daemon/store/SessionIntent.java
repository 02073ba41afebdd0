package io.edgeipsec.daemon.store;

import io.edgeipsec.api.port.PresharedKey;
import io.edgeipsec.api.resource.IPSecVPNDPDProfile;
import io.edgeipsec.api.resource.IPSecVPNIKEProfile;
import io.edgeipsec.api.resource.IPSecVPNSession;
import io.edgeipsec.api.resource.IPSecVPNTunnelProfile;
import org.jspecify.annotations.Nullable;

/**
 * All that a session is meant to be, read in one transaction. Whoever receives it owns the keys and
 * closes them.
 *
 * @param presharedKey null only where the session does not authenticate by PSK
 * @param postQuantumKey null where the session names none
 * @param certificates null only where the session does not authenticate by certificate
 */
public record SessionIntent(
        IPSecVPNSession session,
        IPSecVPNIKEProfile ikeProfile,
        IPSecVPNTunnelProfile tunnelProfile,
        IPSecVPNDPDProfile dpdProfile,
        KernelIds kernelIds,
        @Nullable PresharedKey presharedKey,
        @Nullable PresharedKey postQuantumKey,
        @Nullable CertificateIntent certificates)
        implements AutoCloseable {

    /** Of a session that authenticates by PSK and names no other key. */
    public SessionIntent(
            IPSecVPNSession session,
            IPSecVPNIKEProfile ikeProfile,
            IPSecVPNTunnelProfile tunnelProfile,
            IPSecVPNDPDProfile dpdProfile,
            KernelIds kernelIds,
            @Nullable PresharedKey presharedKey) {
        this(session, ikeProfile, tunnelProfile, dpdProfile, kernelIds, presharedKey, null, null);
    }

    @Override
    public void close() {
        if (presharedKey != null) {
            presharedKey.close();
        }
        if (postQuantumKey != null) {
            postQuantumKey.close();
        }
    }
}

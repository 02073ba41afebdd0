package io.edgeipsec.xfrm.kernel;

import io.edgeipsec.xfrm.kernel.KernelFeatures.Feature;
import io.edgeipsec.xfrm.libc.Errno;
import io.edgeipsec.xfrm.link.Links;
import io.edgeipsec.xfrm.link.TunnelKind;
import io.edgeipsec.xfrm.netlink.Addresses;
import io.edgeipsec.xfrm.netlink.NetlinkException;
import io.edgeipsec.xfrm.state.EspCipher;
import io.edgeipsec.xfrm.state.EspIntegrity;
import io.edgeipsec.xfrm.state.EspTransform;
import io.edgeipsec.xfrm.state.KeyMaterial;
import io.edgeipsec.xfrm.state.SaDirection;
import io.edgeipsec.xfrm.state.SaId;
import io.edgeipsec.xfrm.state.SaInstall;
import io.edgeipsec.xfrm.state.SaOptions;
import io.edgeipsec.xfrm.state.Sad;
import io.edgeipsec.xfrm.state.Scope;
import io.edgeipsec.xfrm.state.SpiRequest;
import java.net.InetAddress;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Tries what this kernel can do. An algorithm is tried as the kernel will be asked for it: with an
 * SA, between two addresses that are nobody's (RFC 5737), inbound, under the last reqid of our
 * range, removed at once. /proc/crypto would not tell: it lists what is loaded, and the SA makes
 * the kernel load it.
 */
final class FeatureProbe {
    private static final InetAddress LOCAL = Addresses.of(new byte[] {(byte) 192, 0, 2, 1});
    private static final InetAddress PEER = Addresses.of(new byte[] {(byte) 192, 0, 2, 2});
    private static final int REQID = KernelNumbers.reqid(KernelNumbers.MAX_INDEX);

    private final Sad sad;
    private final Links links;
    private final Map<Feature, String> missing = new EnumMap<>(Feature.class);

    FeatureProbe(Sad sad, Links links) {
        this.sad = sad;
        this.links = links;
    }

    /** Throws only what has nothing to do with features: missing permission, a broken socket. */
    KernelFeatures run(Map<Feature, String> missingElsewhere, Collection<EspTransform> wanted)
            throws NetlinkException {
        missing.putAll(missingElsewhere);
        probe(Feature.VTI, TunnelKind.VTI);
        probe(Feature.XFRM_INTERFACE, TunnelKind.XFRM_INTERFACE);
        return new KernelFeatures(missing, transforms(wanted));
    }

    private void probe(Feature feature, TunnelKind kind) throws NetlinkException {
        try {
            links.probe(kind);
        } catch (NetlinkException e) {
            if (!e.errno().equals(Errno.EOPNOTSUPP)) {
                throw e;
            }
            missing.put(feature, e.getMessage() + ": this kernel has no such interfaces");
        }
    }

    /** One SA for each cipher and key size, and one for each integrity: what works alone, pairs. */
    private Set<EspTransform> transforms(Collection<EspTransform> wanted) throws NetlinkException {
        Map<EspTransform, Boolean> tried = new HashMap<>();
        Set<EspTransform> works = new HashSet<>();
        for (EspTransform t : wanted) {
            EspTransform alone = t.cipher().isAead() ? t : withNull(t.integrity());
            EspTransform plain = t.cipher().isAead() ? t : withSha256(t.cipher(), t.keyBits());
            if (takes(alone, tried) && takes(plain, tried)) {
                works.add(t);
            }
        }
        if (works.isEmpty() && !takes(withNull(EspIntegrity.HMAC_SHA2_256_128), tried)) {
            missing.putIfAbsent(Feature.ESP, "this kernel accepted no ESP SA");
        }
        return works;
    }

    private static EspTransform withNull(EspIntegrity integrity) {
        return new EspTransform(EspCipher.NULL, 0, integrity);
    }

    private static EspTransform withSha256(EspCipher cipher, int keyBits) {
        return new EspTransform(cipher, keyBits, EspIntegrity.HMAC_SHA2_256_128);
    }

    private boolean takes(EspTransform transform, Map<EspTransform, Boolean> tried)
            throws NetlinkException {
        Boolean known = tried.get(transform);
        boolean taken = known != null ? known : takes(transform);
        tried.put(transform, taken);
        return taken;
    }

    private boolean takes(EspTransform transform) throws NetlinkException {
        int spi = sad.allocateSpi(new SpiRequest(LOCAL, PEER, REQID, Scope.GLOBAL, 0));
        SaId id = new SaId(LOCAL, spi, Scope.GLOBAL);
        try {
            sad.install(
                    new SaInstall(
                            SaDirection.IN,
                            LOCAL,
                            PEER,
                            spi,
                            REQID,
                            Scope.GLOBAL,
                            transform,
                            KeyMaterial.owning(new byte[transform.encryptionKeyOctets()]),
                            KeyMaterial.owning(new byte[transform.integrityKeyOctets()]),
                            null,
                            SaOptions.DEFAULT));
            return true;
        } catch (NetlinkException e) {
            if (e.errno().equals(Errno.EPERM)) {
                throw e;
            }
            if (e.errno().equals(Errno.EPROTONOSUPPORT)) {
                missing.put(Feature.ESP, e.getMessage() + ": this kernel has no ESP");
            }
            return false;
        } finally {
            sad.delete(id);
        }
    }
}

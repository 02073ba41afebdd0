package io.edgeipsec.daemon.control;

import io.edgeipsec.daemon.reconcile.Conversions;
import io.edgeipsec.ike.message.IpAddress;
import io.edgeipsec.xfrm.kernel.IpsecKernel;
import io.edgeipsec.xfrm.kernel.Outcome;
import io.edgeipsec.xfrm.link.AddressEntry;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The addresses of this machine. Several interfaces may have the same one, so events only say when
 * to look again. Kernel thread only.
 */
final class LocalAddresses {
    private static final Logger LOG = LoggerFactory.getLogger(LocalAddresses.class);

    private final IpsecKernel kernel;
    private final Set<IpAddress> present = new HashSet<>();
    private boolean known;
    private boolean stale;

    LocalAddresses(IpsecKernel kernel) {
        this.kernel = kernel;
    }

    /** There was a change; whoever asks next looks again. */
    void changed() {
        stale = true;
    }

    /** Looks again; what the kernel does not tell stays as it was. */
    void read() {
        stale = false;
        Outcome<List<AddressEntry>> outcome = kernel.listAddresses();
        outcome.refusal()
                .ifPresent(r -> LOG.warn("event=addresses.not_listed reason=\"{}\"", r.message()));
        outcome.toOptional()
                .ifPresent(
                        addresses -> {
                            known = true;
                            present.clear();
                            for (AddressEntry entry : addresses) {
                                present.add(Conversions.toIke(entry.address().address()));
                            }
                        });
    }

    /**
     * Where we could never look, nothing counts as missing; nor does the rest of 127.0.0.0/8, which
     * a machine answers to without having it listed.
     */
    boolean lacks(IpAddress address) {
        if (stale) {
            read();
        }
        return known
                && !present.contains(address)
                && !Conversions.toInet(address).isLoopbackAddress();
    }
}

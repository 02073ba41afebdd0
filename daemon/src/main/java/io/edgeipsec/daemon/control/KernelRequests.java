package io.edgeipsec.daemon.control;

import io.edgeipsec.daemon.reconcile.ChildTraits;
import io.edgeipsec.daemon.reconcile.Conversions;
import io.edgeipsec.daemon.reconcile.EspTransforms;
import io.edgeipsec.ike.crypto.SecretBytes;
import io.edgeipsec.ike.message.EspSpi;
import io.edgeipsec.ike.model.ChildSaInstallation;
import io.edgeipsec.ike.model.ChildSaLocator;
import io.edgeipsec.ike.model.Path;
import io.edgeipsec.xfrm.state.KeyMaterial;
import io.edgeipsec.xfrm.state.SaDirection;
import io.edgeipsec.xfrm.state.SaId;
import io.edgeipsec.xfrm.state.SaInstall;
import io.edgeipsec.xfrm.state.SaLifetimes;
import io.edgeipsec.xfrm.state.SaMove;
import io.edgeipsec.xfrm.state.SaOptions;
import io.edgeipsec.xfrm.state.UdpEncapsulation;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What the kernel is asked for a Child SA. */
final class KernelRequests {
    /** The kernel is the backstop behind IKE's own clock, and so a little later. */
    private static final Duration BACKSTOP = Duration.ofSeconds(5);

    private KernelRequests() {}

    static SaInstall sa(
            ChildSaInstallation installation,
            ChildTraits traits,
            SaDirection direction,
            EspSpi spi,
            SecretBytes encryption,
            SecretBytes integrity,
            int acquireSequence) {
        ChildSaLocator locator = installation.locator();
        @Nullable UdpEncapsulation udp =
                installation.nat().encapsulates()
                        ? new UdpEncapsulation(
                                locator.path().local().port(), locator.path().remote().port())
                        : null;
        long seconds = installation.lifetime().plus(BACKSTOP).toSeconds();
        return new SaInstall(
                direction,
                Conversions.toInet(locator.path().local().address()),
                Conversions.toInet(locator.path().remote().address()),
                spi.value(),
                traits.reqid(),
                traits.scope(),
                EspTransforms.of(installation.suite()),
                KeyMaterial.owning(encryption.toByteArray()),
                KeyMaterial.owning(integrity.toByteArray()),
                udp,
                new SaOptions(
                        traits.antiReplayWindow(),
                        installation.suite().extendedSequenceNumbers(),
                        SaLifetimes.ofSeconds(0, seconds),
                        traits.dfPolicy(),
                        acquireSequence,
                        0));
    }

    static SaId outboundId(ChildSaLocator locator, ChildTraits traits) {
        return new SaId(
                Conversions.toInet(locator.path().remote().address()),
                locator.outbound().value(),
                traits.scope());
    }

    static SaMove move(SaId id, SaDirection direction, Path to) {
        return new SaMove(
                id,
                direction,
                Conversions.toInet(to.local().address()),
                Conversions.toInet(to.remote().address()),
                new UdpEncapsulation(to.local().port(), to.remote().port()));
    }
}

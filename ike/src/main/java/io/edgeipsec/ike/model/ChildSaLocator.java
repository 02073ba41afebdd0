package io.edgeipsec.ike.model;

import io.edgeipsec.ike.message.EspSpi;

/**
 * Where the kernel finds the two SAs of a Child SA, or the one that only has an SPI yet.
 *
 * @param inbound the SPI that we receive on
 * @param outbound the SPI that the peer receives on; zero while it is not known
 * @param session with {@code child}, whose marks and interface they carry
 */
public record ChildSaLocator(
        String session, String child, Path path, EspSpi inbound, EspSpi outbound) {
    /** One that has no SPI yet. */
    public static ChildSaLocator wanted(String session, String child, Path path) {
        return new ChildSaLocator(session, child, path, EspSpi.ZERO, EspSpi.ZERO);
    }

    public ChildSaLocator withInbound(EspSpi spi) {
        return new ChildSaLocator(session, child, path, spi, outbound);
    }

    public ChildSaLocator withOutbound(EspSpi spi) {
        return new ChildSaLocator(session, child, path, inbound, spi);
    }
}

package io.edgeipsec.xfrm.state;

import java.net.InetAddress;
import java.util.Objects;

/** What names an ESP SA in the kernel: destination, SPI and scope. */
public record SaId(InetAddress destination, int spi, Scope scope) {
    public SaId {
        Objects.requireNonNull(destination);
        Objects.requireNonNull(scope);
    }

    UserSaId toStruct() {
        return new UserSaId(
                XfrmAddress.of(destination), spi, XfrmAddress.family(destination), XfrmId.ESP);
    }

    @Override
    public String toString() {
        return "SA "
                + hexSpi(spi)
                + " to "
                + destination.getHostAddress()
                + (scope.equals(Scope.GLOBAL) ? "" : " (" + scope + ")");
    }

    static String hexSpi(int spi) {
        return String.format("%08x", spi);
    }
}

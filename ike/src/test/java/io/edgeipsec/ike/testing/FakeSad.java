package io.edgeipsec.ike.testing;

import io.edgeipsec.ike.crypto.SecretBytes;
import io.edgeipsec.ike.message.EspSpi;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.model.ChildSaInstallation;
import io.edgeipsec.ike.model.ChildSaLocator;
import io.edgeipsec.ike.model.ChildSaTraffic;
import io.edgeipsec.ike.model.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The SAs of a kernel, with their keys in the open so that both ends can be compared. */
public final class FakeSad {
    /** One SA; {@code suite} in words. */
    public record Sa(
            String child, String suite, boolean udp, Octets encryption, Octets integrity) {}

    private final Map<EspSpi, Sa> inbound = new LinkedHashMap<>();
    private final Map<EspSpi, Sa> outbound = new LinkedHashMap<>();
    private final Map<EspSpi, String> larval = new LinkedHashMap<>();
    private final Map<EspSpi, Path> paths = new LinkedHashMap<>();
    private final Map<EspSpi, Long> carriedIn = new LinkedHashMap<>();
    private final Map<EspSpi, Long> carriedOut = new LinkedHashMap<>();
    private final Deque<String> refusals = new ArrayDeque<>();
    private int nextSpi;

    FakeSad(int firstSpi) {
        nextSpi = firstSpi;
    }

    /** The next request is refused with this reason. */
    public void refuseNext(String reason) {
        refusals.add(reason);
    }

    Optional<String> takeRefusal() {
        return Optional.ofNullable(refusals.poll());
    }

    EspSpi allocate(ChildSaLocator wanted) {
        EspSpi spi = new EspSpi(nextSpi++);
        larval.put(spi, wanted.child());
        return spi;
    }

    void install(ChildSaInstallation installation) {
        ChildSaLocator locator = installation.locator();
        if (larval.remove(locator.inbound()) == null) {
            throw new IllegalStateException("no SPI was allocated for " + locator);
        }
        boolean udp = installation.nat().encapsulates();
        String suite = installation.suite().toString();
        inbound.put(
                locator.inbound(),
                new Sa(
                        locator.child(),
                        suite,
                        udp,
                        reveal(installation.inboundEncryption()),
                        reveal(installation.inboundIntegrity())));
        outbound.put(
                locator.outbound(),
                new Sa(
                        locator.child(),
                        suite,
                        udp,
                        reveal(installation.outboundEncryption()),
                        reveal(installation.outboundIntegrity())));
        paths.put(locator.inbound(), locator.path());
        installation.close();
    }

    private static Octets reveal(SecretBytes key) {
        return Octets.wrap(key.toByteArray());
    }

    void remove(ChildSaLocator locator) {
        larval.remove(locator.inbound());
        inbound.remove(locator.inbound());
        outbound.remove(locator.outbound());
        paths.remove(locator.inbound());
    }

    void stopSending(ChildSaLocator locator) {
        outbound.remove(locator.outbound());
    }

    void move(ChildSaLocator locator, Path to) {
        paths.replace(locator.inbound(), to);
    }

    /** The way of each Child SA, by the SPI that comes in. */
    public Map<EspSpi, Path> paths() {
        return paths;
    }

    /** Lets ESP pass: every Child SA receives and sends this many packets more. */
    public void carry(long packetsIn, long packetsOut) {
        inbound.keySet().forEach(spi -> carriedIn.merge(spi, packetsIn, Long::sum));
        outbound.keySet().forEach(spi -> carriedOut.merge(spi, packetsOut, Long::sum));
    }

    List<ChildSaTraffic> measure(List<ChildSaLocator> childSas) {
        return childSas.stream()
                .filter(locator -> inbound.containsKey(locator.inbound()))
                .map(
                        locator ->
                                new ChildSaTraffic(
                                        locator.inbound(),
                                        carriedIn.getOrDefault(locator.inbound(), 0L),
                                        carriedOut.getOrDefault(locator.outbound(), 0L)))
                .toList();
    }

    public Map<EspSpi, Sa> inbound() {
        return inbound;
    }

    public Map<EspSpi, Sa> outbound() {
        return outbound;
    }

    public Map<EspSpi, String> larval() {
        return larval;
    }

    public boolean isEmpty() {
        return inbound.isEmpty() && outbound.isEmpty() && larval.isEmpty();
    }
}

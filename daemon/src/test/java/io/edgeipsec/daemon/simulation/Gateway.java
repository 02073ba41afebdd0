package io.edgeipsec.daemon.simulation;

import io.edgeipsec.daemon.reconcile.Conversions;
import io.edgeipsec.ike.message.IpAddress;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** A machine: its kernel and its store stay when the daemon on it dies. */
final class Gateway {
    final String name;
    final IpAddress address;
    final SimulatedKernel kernel;
    final SimulatedStore store;
    final @Nullable Nat nat;
    final ClearTextCheck clearText;
    @Nullable SimulatedDaemon daemon;

    /** Until when an SA of an earlier run, or one that a stall kept, may live on. */
    long lifetimesExcusedUntil;

    Gateway(
            String name,
            IpAddress address,
            SimulatedKernel kernel,
            SimulatedStore store,
            @Nullable Nat nat,
            ClearTextCheck clearText) {
        this.name = name;
        this.address = address;
        this.kernel = kernel;
        this.store = store;
        this.nat = nat;
        this.clearText = clearText;
    }

    /** Where the others see it. */
    IpAddress outside() {
        return nat == null ? address : nat.outside();
    }

    InetAddress inet() {
        return Conversions.toInet(address);
    }

    boolean isUp() {
        SimulatedDaemon current = daemon;
        return current != null && current.isListening();
    }
}

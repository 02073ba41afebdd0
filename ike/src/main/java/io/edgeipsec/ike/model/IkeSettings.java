package io.edgeipsec.ike.model;

import java.time.Duration;

/**
 * What holds for all sessions of an engine.
 *
 * @param ikePort UDP port of IKE without NAT, ours and the peers'
 * @param natPort UDP port of IKE and ESP with NAT, ours and the peers'; messages on it carry the
 *     non-ESP marker
 * @param negotiation retransmission of IKE_SA_INIT and IKE_AUTH: short, since INITIATOR starts anew
 * @param established retransmission once the IKE SA stands: RFC 7296 §2.4 wants minutes
 * @param farewell retransmission of the DELETE of an IKE SA, that nobody waits long for
 * @param fragmentation of messages that are too large for one IP datagram
 * @param halfOpenTimeout how long a responder waits for IKE_AUTH
 * @param suspicionPatience how long a better answer than an unprotected error is waited for
 * @param keepaliveInterval between NAT keepalives (RFC 3948 §4)
 * @param linger how long the last answer of a closed IKE SA is kept for its repetition
 * @param retryFirst wait before an INITIATOR tries again after its first failure
 * @param retryCap longest such wait
 */
public record IkeSettings(
        int ikePort,
        int natPort,
        RetransmissionPolicy negotiation,
        RetransmissionPolicy established,
        RetransmissionPolicy farewell,
        FragmentationPolicy fragmentation,
        Duration halfOpenTimeout,
        Duration suspicionPatience,
        Duration keepaliveInterval,
        Duration linger,
        Duration retryFirst,
        Duration retryCap) {

    /** The settings of the daemon, with the standard ports. */
    public static IkeSettings defaults() {
        return new IkeSettings(
                500,
                4500,
                new RetransmissionPolicy(Duration.ofSeconds(1), 1.8, Duration.ofSeconds(10), 8),
                new RetransmissionPolicy(Duration.ofSeconds(2), 1.8, Duration.ofSeconds(30), 8),
                new RetransmissionPolicy(Duration.ofSeconds(1), 2, Duration.ofSeconds(2), 3),
                FragmentationPolicy.defaults(),
                Duration.ofSeconds(30),
                Duration.ofSeconds(3),
                Duration.ofSeconds(20),
                Duration.ofSeconds(10),
                Duration.ofSeconds(2),
                Duration.ofSeconds(60));
    }

    public IkeSettings withPorts(int ike, int nat) {
        return new IkeSettings(
                ike,
                nat,
                negotiation,
                established,
                farewell,
                fragmentation,
                halfOpenTimeout,
                suspicionPatience,
                keepaliveInterval,
                linger,
                retryFirst,
                retryCap);
    }

    public IkeSettings withFragmentation(FragmentationPolicy policy) {
        return new IkeSettings(
                ikePort,
                natPort,
                negotiation,
                established,
                farewell,
                policy,
                halfOpenTimeout,
                suspicionPatience,
                keepaliveInterval,
                linger,
                retryFirst,
                retryCap);
    }
}

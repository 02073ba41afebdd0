package io.edgeipsec.ike.model;

import io.edgeipsec.ike.crypto.KeyShare;
import io.edgeipsec.ike.crypto.SecretBytes;
import io.edgeipsec.ike.message.Octets;
import java.util.List;

/** What an {@link IkeEffect} that asks for something led to. Secrets are handed over with it. */
public sealed interface IkeReply {
    RequestId request();

    record KeyExchangeBegun(RequestId request, KeyShare share) implements IkeReply {}

    record KeyExchangeAnswered(RequestId request, Octets publicValue, SecretBytes sharedSecret)
            implements IkeReply {}

    record KeyExchangeFinished(RequestId request, SecretBytes sharedSecret) implements IkeReply {}

    /** The peer's value is not one of the method. */
    record KeyShareInvalid(RequestId request, String reason) implements IkeReply {}

    record Signed(RequestId request, Octets signature) implements IkeReply {}

    /** There is no signature. {@code reason} is for the operator. */
    record SigningFailed(RequestId request, String reason) implements IkeReply {}

    record PeerVerified(RequestId request) implements IkeReply {}

    record PeerRejected(RequestId request, PeerRejection rejection) implements IkeReply {}

    /** Carries the locator with the new inbound SPI. */
    record SpiAllocated(RequestId request, ChildSaLocator locator) implements IkeReply {}

    record ChildSaInstalled(RequestId request, ChildSaLocator locator) implements IkeReply {}

    record SendingStopped(RequestId request) implements IkeReply {}

    /** Leaves out what is not in the kernel any more. */
    record TrafficMeasured(RequestId request, List<ChildSaTraffic> childSas) implements IkeReply {
        public TrafficMeasured {
            childSas = List.copyOf(childSas);
        }
    }

    /** The kernel, or what stands for it, did not do it. {@code reason} is for the operator. */
    record KernelRefused(RequestId request, String reason) implements IkeReply {}
}

package io.edgeipsec.ike.negotiation;

import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.message.Proposal;

/** The chosen proposal, once the answerer knows its SPI. */
@FunctionalInterface
public interface ProposalAnswer {
    Proposal withSpi(Octets spi);
}

package io.edgeipsec.ike.message;

import java.util.ArrayList;
import java.util.List;

/** Security Association payload (RFC 7296 §3.3): proposals in order of preference. */
public record SaPayload(List<Proposal> proposals) implements Payload {
    /** More than any peer sends; one proposal and transform costs us a comparison per policy. */
    static final int MAX_PROPOSALS = 64;

    public SaPayload {
        proposals = List.copyOf(proposals);
    }

    @Override
    public PayloadType type() {
        return PayloadType.SA;
    }

    static SaPayload decode(OctetReader body) throws MalformedMessageException {
        List<Proposal> proposals = new ArrayList<>();
        while (body.hasRemaining()) {
            if (proposals.size() == MAX_PROPOSALS) {
                throw new MalformedMessageException("more than " + MAX_PROPOSALS + " proposals");
            }
            proposals.add(Proposal.decode(body));
        }
        if (proposals.isEmpty()) {
            throw new MalformedMessageException("SA payload without a proposal");
        }
        return new SaPayload(proposals);
    }

    @Override
    public void encodeTo(OctetWriter writer) {
        for (int i = 0; i < proposals.size(); i++) {
            proposals.get(i).encodeTo(writer, i == proposals.size() - 1);
        }
    }
}

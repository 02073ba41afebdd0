package io.edgeipsec.ike.message;

import java.util.ArrayList;
import java.util.List;

/**
 * TSi or TSr payload (RFC 7296 §3.13). Selectors of unknown types are left out, so the list may be
 * empty although the payload was not.
 */
public record TrafficSelectorPayload(PayloadType type, List<TrafficSelector> selectors)
        implements Payload {
    public TrafficSelectorPayload {
        selectors = List.copyOf(selectors);
    }

    static TrafficSelectorPayload decode(PayloadType type, OctetReader body)
            throws MalformedMessageException {
        int count = body.u8();
        body.skip(3);
        if (count == 0) {
            throw new MalformedMessageException("no selector in " + type);
        }
        List<TrafficSelector> selectors = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            TrafficSelector.decode(body).ifPresent(selectors::add);
        }
        body.expectEnd(type.toString());
        return new TrafficSelectorPayload(type, selectors);
    }

    @Override
    public void encodeTo(OctetWriter writer) {
        writer.u8(selectors.size()).zeros(3);
        selectors.forEach(selector -> selector.encodeTo(writer));
    }
}

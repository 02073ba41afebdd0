package io.edgeipsec.ike.message;

import java.util.List;
import java.util.Optional;

/** A message in the clear: its header and its payloads, for a protected one those inside SK. */
public record IkeMessage(IkeHeader header, List<Payload> payloads) {
    public IkeMessage {
        payloads = List.copyOf(payloads);
    }

    /** The first payload of a kind. */
    public <P extends Payload> Optional<P> first(Class<P> kind) {
        for (Payload payload : payloads) {
            if (kind.isInstance(payload)) {
                return Optional.of(kind.cast(payload));
            }
        }
        return Optional.empty();
    }

    public <P extends Payload> List<P> all(Class<P> kind) {
        return payloads.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /** IDi or IDr. */
    public Optional<Identification> identification(PayloadType type) {
        return all(IdentificationPayload.class).stream()
                .filter(payload -> payload.type().equals(type))
                .findFirst()
                .map(IdentificationPayload::identification);
    }

    /** TSi or TSr. */
    public Optional<List<TrafficSelector>> selectors(PayloadType type) {
        return all(TrafficSelectorPayload.class).stream()
                .filter(payload -> payload.type().equals(type))
                .findFirst()
                .map(TrafficSelectorPayload::selectors);
    }

    public Optional<NotifyPayload> notification(NotifyType type) {
        for (Payload payload : payloads) {
            if (payload instanceof NotifyPayload notify && notify.notifyType().equals(type)) {
                return Optional.of(notify);
            }
        }
        return Optional.empty();
    }

    public boolean notifies(NotifyType type) {
        return notification(type).isPresent();
    }

    /** The first error notification, known to us or not. */
    public Optional<NotifyPayload> error() {
        for (Payload payload : payloads) {
            if (payload instanceof NotifyPayload notify && notify.notifyType().isError()) {
                return Optional.of(notify);
            }
        }
        return Optional.empty();
    }

    /** Names of the payloads, notifies with their type, for the message ladder in the debug log. */
    public String outline() {
        StringBuilder outline = new StringBuilder(header.exchange().toString());
        outline.append(header.response() ? " response " : " request ").append(header.messageId());
        for (Payload payload : payloads) {
            outline.append(' ').append(payload.type());
            if (payload instanceof NotifyPayload notify) {
                outline.append('(').append(notify.notifyType()).append(')');
            }
        }
        return outline.toString();
    }
}

package io.edgeipsec.api.event;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Something that happened. Making one is cheap: its details are written only when somebody reads
 * it, on another thread and perhaps much later, so what they are made from is immutable and no
 * secret.
 *
 * @param session whom it is about, if it is a session
 * @param details adds what the document's schema of the type has beside the common members
 */
public record ApiEvent(EventType type, Optional<String> session, Consumer<ObjectNode> details) {}

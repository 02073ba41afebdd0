package io.edgeipsec.api.operation;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgeipsec.api.auth.Caller;
import io.edgeipsec.api.port.ListQuery;
import io.edgeipsec.api.port.Page;
import io.edgeipsec.api.resource.ManagedResource;
import io.edgeipsec.api.resource.Protection;
import io.edgeipsec.api.resource.ResourceJson;

/** Resources as callers see them: what is stored, and what is computed for the answer. */
final class Representation {

    private Representation() {}

    static ObjectNode of(ManagedResource resource, Caller caller) {
        ObjectNode node = ResourceJson.write(resource);
        node.put("_protection", Protection.of(resource.header(), caller).name());
        node.remove(ResourceJson.OF_PRINCIPAL);
        node.put("_schema", resource.resourceType());
        putSelf(node, resource.kind().path() + "/" + resource.id());
        node.put("notify_mpa", false);
        return node;
    }

    static <R extends ManagedResource> ObjectNode of(
            ListQuery<R> query, Page<R> page, Caller caller) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        ArrayNode results = node.putArray("results");
        page.resources().forEach(resource -> results.add(of(resource, caller)));
        if (query.after().isEmpty()) {
            node.put("result_count", page.total());
        }
        page.next()
                .map(Cursors::after)
                .ifPresent(
                        cursor -> {
                            // The manager's clients read the one, the edge's the other.
                            node.put("cursor", cursor);
                            node.put("page_cursor", cursor);
                        });
        node.put("sort_by", "id");
        node.put("sort_ascending", true);
        putSelf(node, query.kind().path());
        node.put("notify_mpa", false);
        return node;
    }

    private static void putSelf(ObjectNode node, String href) {
        node.putObject("_self").put("href", href).put("rel", "self");
    }
}

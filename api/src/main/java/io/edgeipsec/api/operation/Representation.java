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
import io.edgeipsec.api.resource.ResourceKind;
import io.edgeipsec.api.resource.TrustObject;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

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
        return of(
                query,
                page,
                query.kind().path(),
                listSchema(query.kind()),
                resource -> of(resource, caller));
    }

    /**
     * A page as the contract has it.
     *
     * @param path of the collection
     * @param each shows one of the page's resources
     */
    static <R extends ManagedResource> ObjectNode of(
            ListQuery<R> query,
            Page<R> page,
            String path,
            String schema,
            Function<? super R, ObjectNode> each) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        ArrayNode results = node.putArray("results");
        page.resources().forEach(resource -> results.add(each.apply(resource)));
        if (query.after().isEmpty()) {
            node.put("result_count", page.total());
        }
        page.next()
                .map(position -> Cursors.encode(new Cursors.Cursor(query.order(), position)))
                .ifPresent(
                        cursor -> {
                            // The manager's clients read the one, the edge's the other.
                            node.put("cursor", cursor);
                            node.put("page_cursor", cursor);
                        });
        node.put("sort_by", query.order().field().field());
        node.put("sort_ascending", query.order().ascending());
        node.put("_schema", schema);
        putSelf(node, path);
        node.put("notify_mpa", false);
        return node;
    }

    private static String listSchema(ResourceKind<?> kind) {
        String type = kind.type().getSimpleName();
        return TrustObject.class.isAssignableFrom(kind.type())
                ? type + "List"
                : type + "ListResult";
    }

    /** Leaves of each result only some fields, and those by which it can be told from others. */
    static void retain(ObjectNode list, Set<String> fields) {
        if (!fields.isEmpty()) {
            Set<String> kept = new HashSet<>(fields);
            kept.addAll(List.of("id", "resource_type"));
            list.path("results").forEach(result -> ((ObjectNode) result).retain(kept));
        }
    }

    private static void putSelf(ObjectNode node, String href) {
        node.putObject("_self").put("href", href).put("rel", "self");
    }
}

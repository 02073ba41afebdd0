package io.edgeipsec.api.operation;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgeipsec.api.contract.ApiOperation;
import io.edgeipsec.api.resource.ManagedResource;
import io.edgeipsec.api.resource.ResourceKind;
import io.edgeipsec.api.resource.ResourceReference;
import java.util.ArrayList;
import java.util.List;

/**
 * What an object's {@code _links} and {@code actions} say: the operations that the document has
 * below the object's path, so that they are listed as soon as they are described. Any thread.
 */
final class Links {

    private final List<Below> links = new ArrayList<>();
    private final List<Below> actions = new ArrayList<>();

    /** An operation at the object's path, or below it by this suffix. */
    private record Below(ApiOperation operation, String suffix) {}

    Links(List<ApiOperation> operations, ResourceKind<?> kind) {
        String collection = kind.path() + "/{";
        for (ApiOperation operation : operations) {
            int end = operation.path().indexOf('}');
            if (operation.path().startsWith(collection)) {
                String suffix = operation.path().substring(end + 1);
                boolean read = operation.method().equals("GET");
                if (read && !suffix.isEmpty()) {
                    links.add(new Below(operation, suffix));
                } else if (!read) {
                    actions.add(new Below(operation, suffix));
                }
            }
        }
    }

    /** Adds those who use the object, which are sessions, to its links. */
    void addUsers(ObjectNode node, List<ResourceReference> users) {
        ArrayNode list = node.withArray("_links");
        for (ResourceReference user : users) {
            list.addObject()
                    .put("href", ResourceKind.SESSION.path() + "/" + user.id())
                    .put("rel", "used_by");
        }
    }

    static ArrayNode references(List<ResourceReference> references) {
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        for (ResourceReference reference : references) {
            list.addObject()
                    .put("target_id", reference.id())
                    .put("target_display_name", reference.displayName())
                    .put("target_type", reference.type())
                    .put("is_valid", true);
        }
        return list;
    }

    /** Adds both to the object's tree; what belongs to the system cannot be acted on. */
    void addTo(ObjectNode node, ManagedResource resource) {
        String self = resource.kind().path() + "/" + resource.id();
        ArrayNode linkList = node.putArray("_links");
        for (Below link : links) {
            linkList.addObject()
                    .put("href", self + link.suffix())
                    .put("rel", link.suffix().substring(1));
        }
        ArrayNode actionList = node.putArray("actions");
        if (!resource.header().systemOwned()) {
            for (Below action : actions) {
                actionList
                        .addObject()
                        .put("name", action.operation().id())
                        .put("uri", self + action.suffix())
                        .put("descriptor", action.operation().method());
            }
        }
    }
}

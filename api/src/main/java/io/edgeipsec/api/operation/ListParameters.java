package io.edgeipsec.api.operation;

import com.fasterxml.jackson.databind.JsonNode;
import io.edgeipsec.api.error.ApiException;
import io.edgeipsec.api.error.FieldError;
import io.edgeipsec.api.port.ListQuery;
import io.edgeipsec.api.port.SortField;
import io.edgeipsec.api.resource.ManagedResource;
import io.edgeipsec.api.resource.ResourceKind;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * The query parameters of a list, valid by the document.
 *
 * @param includedFields fields of the results that are wanted, besides {@code id} and {@code
 *     resource_type}; empty for all
 */
record ListParameters(
        ListQuery.Order order,
        Optional<ListQuery.Position> after,
        int pageSize,
        Set<String> includedFields) {

    static ListParameters of(Map<String, JsonNode> parameters) {
        Optional<Cursors.Cursor> cursor =
                Optional.ofNullable(parameters.get("cursor"))
                        .map(text -> Cursors.decode(text.asText()));
        Set<String> fields = new LinkedHashSet<>();
        if (parameters.containsKey("included_fields")) {
            for (String field : parameters.get("included_fields").asText().split(",", -1)) {
                if (!field.isBlank()) {
                    fields.add(field.strip());
                }
            }
        }
        return new ListParameters(
                order(parameters, cursor.map(Cursors.Cursor::order)),
                cursor.map(Cursors.Cursor::position),
                Objects.requireNonNull(parameters.get("page_size")).intValue(),
                fields);
    }

    /** A cursor knows its order, so clients need not repeat it; they must not change it. */
    private static ListQuery.Order order(
            Map<String, JsonNode> parameters, Optional<ListQuery.Order> before) {
        ListQuery.Order unsaid = before.orElse(ListQuery.Order.BY_ID);
        ListQuery.Order order =
                new ListQuery.Order(
                        Optional.ofNullable(parameters.get("sort_by"))
                                .map(field -> SortField.of(field.asText()))
                                .orElse(unsaid.field()),
                        Optional.ofNullable(parameters.get("sort_ascending"))
                                .map(JsonNode::asBoolean)
                                .orElse(unsaid.ascending()));
        if (before.isPresent() && !before.get().equals(order)) {
            List<FieldError> errors = new ArrayList<>();
            if (order.field() != before.get().field()) {
                errors.add(changed("sort_by", order.field().field(), before.get().field().field()));
            }
            if (order.ascending() != before.get().ascending()) {
                errors.add(changed("sort_ascending", order.ascending(), before.get().ascending()));
            }
            throw ApiException.invalid(errors);
        }
        return order;
    }

    private static FieldError changed(String name, Object now, Object before) {
        return new FieldError(
                name,
                String.valueOf(now),
                before + ", as on the page that the cursor is of, or a new start without cursor");
    }

    <R extends ManagedResource> ListQuery<R> query(
            ResourceKind<R> kind, Optional<String> resourceType) {
        return new ListQuery<>(kind, resourceType, order, after, pageSize);
    }
}

package io.edgeipsec.api.port;

import io.edgeipsec.api.resource.ManagedResource;
import io.edgeipsec.api.resource.ResourceKind;
import java.util.Optional;

/**
 * Which part of a collection is wanted.
 *
 * @param resourceType only resources of this concrete type
 * @param after only what comes after this in the order, whatever came and went meanwhile
 * @param limit how many at most; 0 asks for the total alone
 */
public record ListQuery<R extends ManagedResource>(
        ResourceKind<R> kind,
        Optional<String> resourceType,
        Order order,
        Optional<Position> after,
        int limit) {

    /** The contract's largest page. */
    public static final int MAX_LIMIT = 1000;

    /** An order of a collection. */
    public record Order(SortField field, boolean ascending) {
        public static final Order BY_ID = new Order(SortField.ID, true);
    }

    /**
     * A place in an order.
     *
     * @param value of the field that is sorted by; a number is in decimal
     */
    public record Position(String value, String id) {}

    public ListQuery {
        if (limit < 0 || limit > MAX_LIMIT) {
            throw new IllegalArgumentException("limit " + limit);
        }
    }
}

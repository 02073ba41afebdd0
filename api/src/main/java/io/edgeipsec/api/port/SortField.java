package io.edgeipsec.api.port;

/**
 * What a collection can be in the order of; the id decides among equals. Texts are compared by code
 * points, and by their first 128 characters.
 */
public enum SortField {
    ID("id"),
    DISPLAY_NAME("display_name"),
    /** An absent one comes first. */
    DESCRIPTION("description"),
    CREATE_TIME("_create_time"),
    LAST_MODIFIED_TIME("_last_modified_time");

    private final String field;

    SortField(String field) {
        this.field = field;
    }

    /** Its name in the contract. */
    public String field() {
        return field;
    }

    /**
     * The field of this name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static SortField of(String field) {
        for (SortField each : values()) {
            if (each.field.equals(field)) {
                return each;
            }
        }
        throw new IllegalArgumentException("no field to sort by: " + field);
    }
}

package io.edgeipsec.api.resource;

/** How NSX chooses among the paths of a multiple-path group. */
public enum MultiPathScheme {
    THRESHOLD_BASED
}

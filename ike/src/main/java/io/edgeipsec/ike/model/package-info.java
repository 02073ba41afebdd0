/**
 * The core's own values: policies, what goes in ({@code IkeInput}), what comes out ({@code
 * IkeEffect}).
 */
@NullMarked
package io.edgeipsec.ike.model;

import org.jspecify.annotations.NullMarked;

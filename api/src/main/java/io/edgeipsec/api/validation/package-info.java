/**
 * What the API document cannot say about a resource: pure functions from resources to what is wrong
 * with them, and to what is weak in them.
 */
@NullMarked
package io.edgeipsec.api.validation;

import org.jspecify.annotations.NullMarked;

/**
 * The API's operations, apart from HTTP itself: from a request's parts to an answer's. No Vert.x
 * here.
 */
@NullMarked
package io.edgeipsec.api.operation;

import org.jspecify.annotations.NullMarked;

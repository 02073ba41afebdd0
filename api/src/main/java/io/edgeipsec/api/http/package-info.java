/** The HTTP server: listeners, limits, bodies, timeouts. The only package that sees Vert.x. */
@NullMarked
package io.edgeipsec.api.http;

import org.jspecify.annotations.NullMarked;

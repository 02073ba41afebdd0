/** Who calls, and what callers may do. */
@NullMarked
package io.edgeipsec.api.auth;

import org.jspecify.annotations.NullMarked;

/** Tells a configured receiver of changes, in order and at least once. */
@NullMarked
package io.edgeipsec.daemon.notify;

import org.jspecify.annotations.NullMarked;

/** {@code edge-ipsecd}: the graph of its parts, built with constructors, and its life. */
@NullMarked
package io.edgeipsec.daemon;

import org.jspecify.annotations.NullMarked;

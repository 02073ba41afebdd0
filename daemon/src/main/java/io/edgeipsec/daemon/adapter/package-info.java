/** The ports of the other modules, fitted to each other. */
@NullMarked
package io.edgeipsec.daemon.adapter;

import org.jspecify.annotations.NullMarked;

/** The service as a whole, as the operator sets and switches it. */
@NullMarked
package io.edgeipsec.daemon.service;

import org.jspecify.annotations.NullMarked;

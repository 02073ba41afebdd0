/**
 * The stream of events: what an event is, the journal of the last ones, and who reads it. No Vert.x
 * here.
 */
@NullMarked
package io.edgeipsec.api.event;

import org.jspecify.annotations.NullMarked;

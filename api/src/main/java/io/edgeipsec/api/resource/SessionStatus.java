package io.edgeipsec.api.resource;

/** UP: IKE and all tunnels are up; DOWN: all are down; DEGRADED: anything between. */
public enum SessionStatus {
    UP,
    DOWN,
    DEGRADED
}

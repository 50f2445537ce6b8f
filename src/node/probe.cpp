#include "node/probe.h"

namespace settled::node {

namespace {

observe::Counter lease(observe::Metrics& metrics, const char* what) {
    return metrics.counter("settled_node_leases_total",
                           "Leases of a node number: of this node, or of one whose lease ran out "
                           "and that it cleared up after",
                           {{"event", what}});
}

} // namespace

Probe::Probe(observe::Metrics& metrics)
    : joined_(lease(metrics, "claimed")), lost_(lease(metrics, "lost")),
      left_(lease(metrics, "released")), swept_(lease(metrics, "taken_over")),
      tasks_(metrics.counter("settled_node_tasks_taken_over_total",
                             "Tasks that a node held whose lease had ended, free for others now")),
      jobs_(metrics.counter("settled_node_jobs_claimed_total",
                            "Background jobs that this node took on for all")) {}

} // namespace settled::node

// What a call does to an endpoint's row and its secrets. New secrets are made on the io thread, and
// put in place inside the unit: units take no random numbers.
#pragma once

#include "api/call.h"
#include "api/handlers/endpoint_reader.h"
#include "store/queries/endpoints.h"

#include <memory>
#include <string>

namespace settled::api {

struct EndpointWork {
    TenantId tenant;
    EndpointId id;
    Instant now;
    EndpointPatch patch;
    const Secret& master;
    Secret fresh_secret, fresh_key_pair; // used where one is needed
    Bytes random;                        // to seal with
    std::string public_url;              // this server's
};

std::shared_ptr<const EndpointWork> endpoint_work(const Core& core, const Call& call, EndpointId id,
                                                  EndpointPatch patch);

// Changes the row; its status is another matter. Returns the signing secret that is to be shown
// this once; "": none is new. Fails with value_invalid where it does not go together, and with
// state_conflict where there is nothing to rotate.
Result<std::string> apply_work(store::EndpointRow& endpoint, const EndpointWork& work);

} // namespace settled::api

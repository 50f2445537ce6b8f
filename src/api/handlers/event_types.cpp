// GET /v1/event-types: the catalogue of events, each with a JSON Schema of its native form.
#include "api/handlers/handlers.h"
#include "domain/event_catalogue.h"

namespace settled::api {

Task<Result<Answer>> list_event_types(const Core&, const Call&) {
    co_return Answer{200, std::string(domain::event_catalogue())};
}

} // namespace settled::api

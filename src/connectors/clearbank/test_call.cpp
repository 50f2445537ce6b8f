#include "connectors/clearbank/test_call.h"

#include "wire/json_writer.h"

namespace settled::connectors::clearbank {

domain::CallRequest test_request(std::string_view text) {
    wire::JsonWriter w;
    w.object().member("body", text).end();
    return {.purpose = domain::CallPurpose::test,
            .method = "POST",
            .target = "/v1/Test",
            .body = std::move(w).text()};
}

} // namespace settled::connectors::clearbank

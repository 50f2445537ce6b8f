#include "sandbox/bank/api/call_log.h"

#include "base/bytes.h"
#include "crypto/hash.h"
#include "sandbox/bounds.h"

namespace settled::sandbox {

ApiCall& CallLog::add(const net::Request& request, Instant at) {
    if (calls_.size() >= bounds::api_calls_kept_max)
        calls_.pop_front();
    ApiCall& call = calls_.emplace_back();
    call.number = ++last_number_;
    call.at = at;
    call.method = request.method;
    call.target = request.target;
    call.request_id = request.fields.find("X-Request-Id").value_or(std::string_view());
    call.body_sha256 = to_hex(crypto::sha256(request.body));
    call.body_bytes = request.body.size();
    return call;
}

} // namespace settled::sandbox

// The handlers that are for the console above all (routes.cpp).
#pragma once

#include "api/call.h"

namespace settled::api {

Task<Result<Answer>> show_series(const Core& core, const Call& call);
Task<Result<Answer>> reveal(const Core& core, const Call& call);
Task<Result<Answer>> import_statement_file(const Core& core, const Call& call);
Task<Result<Answer>> decide_reviews(const Core& core, const Call& call);
Task<Result<Answer>> create_portal_link(const Core& core, const Call& call);
Task<Result<Answer>> list_portal_links(const Core& core, const Call& call);
Task<Result<Answer>> create_operator(const Core& core, const Call& call);
Task<Result<Answer>> list_operators(const Core& core, const Call& call);
Task<Result<Answer>> remove_operator(const Core& core, const Call& call);
Task<Result<Answer>> renew_operator_totp(const Core& core, const Call& call);
Task<Result<Answer>> revoke_portal_link(const Core& core, const Call& call);

} // namespace settled::api
